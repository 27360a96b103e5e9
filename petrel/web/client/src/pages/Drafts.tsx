// What is written and not out yet: drafts, and posts that wait for their time.
import { signal, useSignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { del, get, post as send, put, Trouble } from "../api";
import { useFocus } from "../focus";
import { moment, t } from "../i18n";
import { go, type Route } from "../router";
import { wrong } from "../state/acts";
import { take } from "../state/statuses";
import { home } from "../state/timelines";
import { toast } from "../state/toasts";
import "../inbox/inbox.css";
import type { Params, SavedDraft, Scheduled } from "../inbox/types";
import type { Media, Status } from "../types";
import { sure } from "../ui/Dialog";
import { Empty, Head, Icon, Sorry, Waiting } from "../ui/small";

const scheduled = signal<Scheduled[] | null>(null);
const drafts = signal<SavedDraft[] | null>(null);
const trouble = signal<Trouble | null>(null);

async function load(): Promise<void> {
  trouble.value = null;
  try {
    const [due, kept] = await Promise.all([get<Scheduled[]>("/api/v1/scheduled_statuses", { limit: 40 }), get<SavedDraft[]>("/api/v1/petrel/drafts", { limit: 40 })]);
    scheduled.value = due.sort((a, b) => (a.scheduled_at < b.scheduled_at ? -1 : 1));
    drafts.value = kept;
  } catch (fault) {
    trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
  }
}

function Drafts() {
  const due = scheduled.value, kept = drafts.value;
  if (!due || !kept) return <><Head title={t("drafts.title")} />{trouble.value ? <Sorry text={trouble.value.message} again={() => void load()} /> : <Waiting />}</>;
  return (
    <>
      <Head title={t("drafts.title")}><p>{t("drafts.hint")}</p></Head>
      {!due.length && !kept.length && <Empty icon="write"><p>{t("drafts.empty")}</p></Empty>}
      {due.length > 0 && <><h2 class="over">{t("drafts.due")}</h2><ul class="unsent">{due.map((one) => <Due one={one} key={one.id} />)}</ul></>}
      {kept.length > 0 && <><h2 class="over">{t("drafts.kept")}</h2><ul class="unsent">{kept.map((one) => <Kept one={one} key={one.id} />)}</ul></>}
    </>
  );
}

function Words({ params, files }: { params: Params; files: Media[] }) {
  const audience = params.visibility;
  return (
    <>
      {params.spoiler_text && <p class="warned"><bdi>{params.spoiler_text}</bdi></p>}
      <p class="words" dir="auto">{params.text || t("drafts.noText")}</p>
      <p class="soft">{[audience && t(`audience.${audience}`), params.in_reply_to_id && t("drafts.reply"), params.poll && t("poll.name"), files.length > 0 && t("drafts.files", { n: files.length })].filter(Boolean).join(" · ")}</p>
    </>
  );
}

/** What a field for a time by the reader's own clock wants. */
const localTime = (at: Date): string => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function OtherTime({ id, time, move, close }: { id: string; time: Signal<string>; move: () => void; close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  useFocus(field);
  return (
    <form class="row" onSubmit={(event) => { event.preventDefault(); move(); }}>
      <label class="unseen" for={id}>{t("drafts.when")}</label>
      <input id={id} ref={field} type="datetime-local" required value={time.value} min={localTime(new Date(Date.now() + 5 * 60_000))} onInput={(event) => (time.value = event.currentTarget.value)} />
      <button type="submit">{t("drafts.setTime")}</button><button type="button" class="quiet" onClick={close}>{t("cancel")}</button>
    </form>
  );
}

function Due({ one }: { one: Scheduled }) {
  const isOpen = useSignal(false);
  const time = useSignal(localTime(new Date(one.scheduled_at)));
  async function move(): Promise<void> {
    const before = scheduled.peek()!;
    const at = new Date(time.value).toISOString();
    try {
      const moved = await put<Scheduled>(`/api/v1/scheduled_statuses/${one.id}`, { scheduled_at: at });
      scheduled.value = before.map((each) => (each.id === one.id ? moved : each)).sort((a, b) => (a.scheduled_at < b.scheduled_at ? -1 : 1));
      isOpen.value = false;
      toast(t("drafts.moved", { time: moment(new Date(moved.scheduled_at)) }));
    } catch (fault) {
      wrong("failed.save", fault, () => void move());
    }
  }
  async function cancel(): Promise<void> {
    if (!(await sure(t("drafts.cancelTitle"), t("drafts.cancelText"), t("drafts.cancel")))) return;
    const before = scheduled.peek()!;
    scheduled.value = before.filter((each) => each.id !== one.id);
    try {
      // Kept as a draft first: nothing typed is lost.
      const kept = await send<SavedDraft>("/api/v1/petrel/drafts", asForm(one.params, one.media_attachments));
      await del(`/api/v1/scheduled_statuses/${one.id}`);
      drafts.value = [kept, ...(drafts.peek() ?? [])];
      toast(t("drafts.cancelled"));
    } catch (fault) {
      scheduled.value = before;
      wrong("failed.save", fault, () => void cancel());
    }
  }
  return (
    <li class="step" tabIndex={-1} data-key={`s${one.id}`}>
      <p class="time"><Icon name="bell" /><time dateTime={one.scheduled_at}>{moment(new Date(one.scheduled_at))}</time></p>
      <Words params={one.params} files={one.media_attachments} />
      {isOpen.value ? (
        <OtherTime id={`at${one.id}`} time={time} move={() => void move()} close={() => (isOpen.value = false)} />
      ) : (
        <p class="choice"><button type="button" class="quiet" onClick={() => (isOpen.value = true)}>{t("drafts.otherTime")}</button>
          <button type="button" class="quiet" onClick={() => void cancel()}>{t("drafts.cancel")}</button></p>
      )}
    </li>
  );
}

function asForm(params: Params, files: Media[]): object {
  const { text, ...rest } = params as Params & Record<string, unknown>;
  const { visibility, in_reply_to_id, spoiler_text, poll } = rest;
  return {
    status: text, visibility: visibility ?? undefined, in_reply_to_id: in_reply_to_id ?? undefined, spoiler_text, poll: poll ?? undefined,
    sensitive: rest["sensitive"], language: rest["language"] ?? undefined, quoted_status_id: rest["quoted_status_id"] ?? undefined,
    reply_policy: rest["reply_policy"], media_ids: files.map((one) => one.id),
  };
}

function Kept({ one }: { one: SavedDraft }) {
  const isSending = useSignal(false);
  const drop = () => (drafts.value = drafts.peek()!.filter((each) => each.id !== one.id));
  async function publish(): Promise<void> {
    if (isSending.value) return;
    isSending.value = true;
    try {
      const made = await send<Status>("/api/v1/statuses", asForm(one.params, one.media_attachments), { once: `draft-${one.id}-${one.updated_at}` });
      take(made);
      home().came(made, true);
      drop();
      await del(`/api/v1/petrel/drafts/${one.id}`);
      toast(t("done.posted"), { act: { label: t("acts.open"), run: () => go(`/@${made.account.acct}/${made.id}`) } });
    } catch (fault) {
      wrong("failed.send", fault, () => void publish());
    } finally {
      isSending.value = false;
    }
  }
  async function discard(): Promise<void> {
    if (!(await sure(t("drafts.discardTitle"), t("drafts.discardText"), t("drafts.discard")))) return;
    const before = drafts.peek();
    drop();
    try {
      await del(`/api/v1/petrel/drafts/${one.id}`);
    } catch (fault) {
      drafts.value = before;
      wrong("failed.save", fault, () => void discard());
    }
  }
  return (
    <li class="step" tabIndex={-1} data-key={`d${one.id}`}>
      {one.refused && <p class="wrong">{t("drafts.refused")} <bdi>{one.refused}</bdi></p>}
      <Words params={one.params} files={one.media_attachments} />
      <p class="choice"><a class="button quiet" href={`/compose?draft=${one.id}`}>{t("drafts.goOn")}</a>
        <button type="button" class="quiet" disabled={isSending.value || (!one.params.text && !one.media_attachments.length)} onClick={() => void publish()}>{t("drafts.publish")}</button>
        <button type="button" class="quiet" onClick={() => void discard()}>{t("drafts.discard")}</button></p>
    </li>
  );
}

export const route: Pick<Route, "page" | "load" | "title"> = { page: Drafts, load, title: () => t("drafts.title") };
