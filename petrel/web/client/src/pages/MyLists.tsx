// Lists: all of them, one as a timeline, and who is on it.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { del, get, post as send, put, Trouble } from "../api";
import { t } from "../i18n";
import { go, type Route, type Shown } from "../router";
import { wrong } from "../state/acts";
import { isShown, notShown, restore } from "../state/kept";
import { listen } from "../state/streams";
import { timeline } from "../state/timelines";
import { toast } from "../state/toasts";
import { Choose } from "../inbox/Choose";
import "../inbox/inbox.css";
import type { Account, List, Status } from "../types";
import { sure } from "../ui/Dialog";
import { Pill } from "../ui/Pill";
import { PostList } from "../ui/PostList";
import { Avatar, Empty, Head, Icon, labelOf, Name, Sorry, urlOf, Waiting } from "../ui/small";

const lists = signal<List[] | null>(null);
const trouble = signal<Trouble | null>(null);

async function load(): Promise<void> {
  trouble.value = null;
  try {
    lists.value = await get<List[]>("/api/v1/lists");
  } catch (fault) {
    trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
  }
}

const find = (id: string): List | undefined => lists.value?.find((one) => one.id === id);

function All() {
  const name = useSignal("");
  const all = lists.value;
  async function make(): Promise<void> {
    const title = name.value.trim();
    if (!title) return;
    try {
      const made = await send<List>("/api/v1/lists", { title });
      lists.value = [...(lists.value ?? []), made];
      name.value = "";
      go(`/lists/${made.id}/edit`);
    } catch (fault) {
      wrong("failed.save", fault, () => void make());
    }
  }
  return (
    <>
      <div class="head"><h1>{t("lists.title")}</h1><p>{t("lists.hint")}</p>
        <form class="find" onSubmit={(event) => { event.preventDefault(); void make(); }}>
          <label class="unseen" for="list-name">{t("lists.name")}</label>
          <input id="list-name" value={name.value} placeholder={t("lists.name")} maxLength={200} autocomplete="off" onInput={(event) => (name.value = event.currentTarget.value)} />
          <button type="submit" disabled={!name.value.trim()}>{t("lists.make")}</button>
        </form></div>
      {!all ? (trouble.value ? <Sorry text={trouble.value.message} again={() => void load()} /> : <Waiting />)
        : all.length ? <ul class="people removable">{all.map((one) => (
          <li key={one.id} class="step" tabIndex={-1} data-key={one.id}><a href={`/lists/${one.id}`}><Icon name="list" /><span><span class="name"><bdi>{one.title}</bdi></span></span></a>
            <a class="button quiet small" href={`/lists/${one.id}/edit`}>{t("lists.edit")}<span class="unseen"> {one.title}</span></a></li>))}</ul>
          : <Empty icon="list"><p>{t("lists.empty")}</p></Empty>}
    </>
  );
}

const path = (id: string): string => `/api/v1/timelines/list/${id}`;

function One({ args, entry }: Shown) {
  const id = args["list"]!;
  const list = timeline(path(id));
  const name = find(id)?.title ?? t("lists.one");
  useEffect(() => {
    isShown(list, entry);
    void list.catchUp();
    const stop = listen(`/api/v1/streaming/list?list=${id}`, ({ name: what, data }) => {
      if (what === "update") list.came(JSON.parse(data) as Status);
    });
    return () => {
      stop();
      notShown(list);
    };
  }, [list, entry]);
  return (
    <>
      <div class="head row"><div><h1><bdi>{name}</bdi></h1><p><a href="/lists">{t("lists.all")}</a></p></div><a class="button quiet small" href={`/lists/${id}/edit`}>{t("lists.edit")}</a></div>
      <Pill list={list} />
      <PostList list={list} name={name} empty={t("lists.quiet")} />
    </>
  );
}

const members = signal<{ list: string; all: Account[] } | null>(null);
const REPLIES = ["list", "followed", "none"] as const;

function Edit({ args }: Shown) {
  const id = args["list"]!;
  const one = find(id);
  const name = useSignal(one?.title ?? "");
  const ids = useId();
  const within = members.value?.list === id ? members.value.all : null;
  useEffect(() => {
    if (one && !name.peek()) name.value = one.title;
  }, [one?.id]);
  if (!lists.value) return trouble.value ? <Sorry text={trouble.value.message} again={() => void load()} /> : <Waiting />;
  if (!one) return <Empty icon="list"><p>{t("lists.missing")}</p></Empty>;

  async function change(part: Partial<List>): Promise<void> {
    const before = lists.peek();
    lists.value = before!.map((each) => (each.id === id ? { ...each, ...part } : each));
    try {
      await put<List>(`/api/v1/lists/${id}`, part);
      toast(t("lists.saved"));
    } catch (fault) {
      lists.value = before;
      wrong("failed.save", fault);
    }
  }
  async function set(who: Account, isOn: boolean): Promise<void> {
    const before = members.peek();
    const all = (before?.all ?? []).filter((other) => other.id !== who.id);
    members.value = { list: id, all: isOn ? [who, ...all] : all };
    try {
      if (isOn) await send(`/api/v1/lists/${id}/accounts`, { account_ids: [who.id] });
      else await del(`/api/v1/lists/${id}/accounts`, { account_ids: [who.id] });
    } catch (fault) {
      members.value = before;
      wrong("failed.save", fault, () => void set(who, isOn));
    }
  }
  async function remove(): Promise<void> {
    if (!(await sure(t("lists.deleteTitle"), t("lists.deleteText"), t("lists.delete")))) return;
    try {
      await del(`/api/v1/lists/${id}`);
      lists.value = lists.peek()!.filter((each) => each.id !== id);
      go("/lists", { replace: true });
    } catch (fault) {
      wrong("failed.save", fault, () => void remove());
    }
  }
  return (
    <>
      <Head title={<bdi>{one.title}</bdi>}><p><a href={`/lists/${id}`}>{t("lists.read")}</a></p></Head>
      <section class="steps">
        <form onSubmit={(event) => { event.preventDefault(); if (name.value.trim()) void change({ title: name.value.trim() }); }}>
          <p><label for={`${ids}-name`}>{t("lists.name")}</label><span class="find"><input id={`${ids}-name`} value={name.value} maxLength={200} onInput={(event) => (name.value = event.currentTarget.value)} /><button type="submit" disabled={!name.value.trim() || name.value.trim() === one.title}>{t("lists.rename")}</button></span></p>
        </form>
        <p><label for={`${ids}-replies`}>{t("lists.replies")}</label>
          <select id={`${ids}-replies`} value={one.replies_policy} onChange={(event) => void change({ replies_policy: event.currentTarget.value })}>
            {REPLIES.map((each) => <option value={each} key={each}>{t(`lists.replies.${each}`)}</option>)}</select></p>
        <p class="tick"><input type="checkbox" id={`${ids}-only`} checked={one.exclusive} onChange={(event) => void change({ exclusive: event.currentTarget.checked })} /><label for={`${ids}-only`}>{t("lists.exclusive")}</label></p>
      </section>
      <h2 class="over">{t("lists.members")}</h2>
      <Choose label={t("lists.add")} hint={t("lists.addHint")} chosen={[]} following change={(all) => all[0] && void set(all[0], true)} />
      {!within ? <p class="pager soft" role="status">{t("loading")}</p> : within.length ? <ul class="people removable">{within.map((who) => (
        <li key={who.id} data-key={who.id}><a href={urlOf(who)}><Avatar who={who} /><span><span class="name"><Name who={who} /></span> <span class="handle">@{who.acct}</span></span></a>
          <button type="button" class="quiet" onClick={() => void set(who, false)}>{t("lists.remove")}<span class="unseen"> {labelOf(who)}</span></button></li>))}</ul>
        : <Empty icon="people"><p>{t("lists.nobody")}</p></Empty>}
      <p class="pager"><button type="button" class="quiet grave" onClick={() => void remove()}>{t("lists.delete")}</button></p>
    </>
  );
}

const titleOf = ({ args }: Shown): string => lists.peek()?.find((one) => one.id === args["list"])?.title ?? t("lists.one");
type Part = Pick<Route, "page" | "load" | "title">;

export const all: Part = { page: All, load, title: () => t("lists.title") };
export const one: Part = {
  page: One, title: titleOf,
  load: async ({ args, entry }) => {
    const list = timeline(path(args["list"]!));
    await Promise.all([lists.peek() ? null : load(), restore(list, entry) ? null : list.load()]);
  },
};
export const edit: Part = {
  page: Edit, title: titleOf,
  load: async ({ args }) => {
    const id = args["list"]!;
    const came = get<Account[]>(`/api/v1/lists/${id}/accounts`, { limit: 0 }).then((all_) => (members.value = { list: id, all: all_ }), () => undefined);
    await Promise.all([lists.peek() ? null : load(), came]);
  },
};
