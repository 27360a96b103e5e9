// Direct messages apart from everything else: the list of conversations, one of them, and a new one.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { get } from "../api";
import { plain } from "../html";
import { t } from "../i18n";
import { go, type Route, type Shown } from "../router";
import { wrong } from "../state/acts";
import { whoAmI } from "../state/session";
import { post } from "../state/statuses";
import { say } from "../state/toasts";
import { add, conversationOf, follow, hasMore, leave, load, more, open, setUnread, talk, talks, trouble } from "../inbox/conversations";
import { Choose } from "../inbox/Choose";
import { Message } from "../inbox/Message";
import { MessageField } from "../inbox/MessageField";
import { withoutNames } from "../inbox/sending";
import "../inbox/inbox.css";
import type { Conversation } from "../inbox/types";
import { sure } from "../ui/Dialog";
import { Menu } from "../ui/Menu";
import { Avatar, Empty, Icon, labelOf, Name, Sorry, Time, urlOf, Waiting } from "../ui/small";
import { site } from "../site";
import type { Account } from "../types";

export const namesOf = (one: Conversation): string => one.accounts.map(labelOf).join(t("told.comma")) || t("talks.nobody");

async function askLeave(one: Conversation, after?: () => void): Promise<void> {
  if (!(await sure(t("talks.leaveTitle"), t("talks.leaveText"), t("talks.leave")))) return;
  try {
    await leave(one.id);
    say(t("talks.left_"));
    after?.();
  } catch (fault) {
    wrong("failed.save", fault, () => void askLeave(one, after));
  }
}

function Conversations() {
  useEffect(() => {
    if (talks.peek()) void load();
    return follow();
  }, []);
  const all = talks.value;
  return (
    <>
      <div class="head row"><h1>{t("talks.title")}</h1><a class="button" href="/conversations/new"><Icon name="write" />{t("talks.new")}</a></div>
      {!all ? (trouble.value ? <Sorry text={trouble.value.message} again={() => void load()} /> : <Waiting />)
        : all.length ? <><ul class="talks" aria-label={t("talks.title")}>{all.map((one) => <Line one={one} key={one.id} />)}</ul>
          {hasMore() && <p class="pager"><button type="button" class="quiet" onClick={() => void more()}>{t("talks.older")}</button></p>}</>
          : <Empty icon="direct"><p>{t("talks.empty")}</p><p><a class="button" href="/conversations/new">{t("talks.new")}</a></p></Empty>}
    </>
  );
}

function Line({ one }: { one: Conversation }) {
  const last = one.last_status && post(one.last_status.id).value;
  const words = last ? last.spoiler_text || brief(last.content, one.accounts.concat(last.account)) || t("told.media") : t("talks.gone");
  return (
    <li class={`talk step${one.unread ? " fresh" : ""}`} data-key={one.id} tabIndex={-1}>
      <a class="onto" href={`/conversations/${one.id}`}>
        <span class="stack-faces" aria-hidden="true">{one.accounts.slice(0, 3).map((who) => <Avatar who={who} size={one.accounts.length > 1 ? 34 : 46} key={who.id} />)}</span>
        <span class="middle"><span class="who">{one.accounts.length ? one.accounts.map((who, n) => <>{n > 0 && t("told.comma")}<b class="name"><Name who={who} /></b></>) : t("talks.nobody")}{one.accounts.length === 1 && <> <span class="handle">@{one.accounts[0]!.acct}</span></>}</span>
          <span class="words" dir="auto">{last?.account.id === site.me && <i>{t("talks.you")} </i>}{words}</span></span>
        <span class="side">{last && <Time at={last.created_at} />}{one.unread && <b class="chip">{t("nav.unread")}</b>}</span>
      </a>
      <Menu label={t("talks.moreWith", { name: namesOf(one) })} choices={() => [
        { label: t(one.unread ? "talks.asRead" : "talks.asUnread"), icon: "bell", run: () => void setUnread(one.id, !one.unread).catch((fault) => wrong("failed.save", fault)) },
        { label: t("talks.leave"), icon: "delete", isGrave: true, run: () => void askLeave(one) },
      ]} />
    </li>
  );
}

const brief = (content: string, people: readonly Account[]): string => plain(withoutNames(content, people));

function One({ args }: Shown) {
  const id = args["talk"]!;
  const { conversation, messages, isLoaded, trouble: fault } = talk(id).value;
  const foot = useRef<HTMLDivElement>(null);
  const before = useRef(0);
  useEffect(() => {
    void whoAmI().catch(() => undefined);
    return follow(id);
  }, [id]);
  // The newest is what somebody comes for; what is being read further up is left in peace.
  useLayoutEffect(() => {
    const isFirst = before.current === 0;
    const isNear = document.documentElement.scrollHeight - window.innerHeight - scrollY < 400;
    if (messages.length > before.current && (isFirst || isNear)) foot.current?.scrollIntoView({ block: "end" });
    before.current = messages.length;
  }, [messages.length]);
  if (!conversation) {
    if (!isLoaded) return <Waiting />;
    return fault?.status === 404 ? <Empty icon="direct"><p>{t("talks.missing")}</p></Empty> : <Sorry text={fault?.message ?? ""} again={() => void open(id)} />;
  }
  const newest = [...messages].reverse().find((one) => post(one).value);
  const people = conversation.accounts.filter((one) => one.id !== site.me);
  return (
    <div class="talk-page">
      <div class="head row thin"><div class="with"><a class="act" href="/conversations"><Icon name="back" /><span class="unseen">{t("talks.all")}</span></a>
        <h1>{conversation.accounts.map((who, n) => <>{n > 0 && t("told.comma")}<a class="name" href={urlOf(who)} key={who.id}><Name who={who} /></a></>)}</h1></div>
        <Menu label={t("talks.moreWith", { name: namesOf(conversation) })} kind="act ringed" choices={() => [
          { label: t("talks.asUnread"), icon: "bell", run: () => void setUnread(id, true).then(() => go("/conversations"), (wrongly) => wrong("failed.save", wrongly)) },
          { label: t("talks.leave"), icon: "delete", isGrave: true, run: () => void askLeave(conversation, () => go("/conversations", { replace: true })) },
        ]} /></div>
      {fault && <Sorry text={fault.message} again={() => void open(id)} />}
      <ol class="messages" aria-label={t("talks.with", { name: namesOf(conversation) })} aria-live="polite" aria-relevant="additions">
        {messages.map((one, n) => <Message id={one} people={[...people]} isGroup={people.length > 1} isFollowUp={isSame(messages[n - 1], one)} key={one} />)}
      </ol>
      {people.length > 0 ? <MessageField envelope={{ people, answers: newest }} place={id} sent={(made) => add(id, made)} key={id} />
        : <p class="gap">{t("talks.alone")}</p>}
      <div ref={foot} />
    </div>
  );
}

const NEAR_MS = 10 * 60_000;

/** By the same person, shortly after: said once who. */
function isSame(before: string | undefined, now: string): boolean {
  const one = before ? post(before).value : null, other = post(now).value;
  if (!one || !other || one.account.id !== other.account.id) return false;
  return new Date(other.created_at).getTime() - new Date(one.created_at).getTime() < NEAR_MS;
}

function New({ url }: Shown) {
  const people = useSignal<Account[]>([]);
  const to = url.searchParams.get("to");
  useEffect(() => {
    if (to) get<Account>("/api/v1/accounts/lookup", { acct: to }).then((who) => (people.value = [who]), () => undefined);
  }, [to]);
  return (
    <>
      <div class="head row thin"><div class="with"><a class="act" href="/conversations"><Icon name="back" /><span class="unseen">{t("talks.all")}</span></a><h1>{t("talks.new")}</h1></div></div>
      <Choose label={t("talks.to")} hint={t("talks.toHint")} chosen={people.value} change={(all) => (people.value = all)} focus={!to} />
      {people.value.length > 0 && <MessageField envelope={{ people: people.value }} place="new" sent={(made) => {
        void conversationOf(made.id).then((id) => go(id ? `/conversations/${id}` : "/conversations", { replace: true }), () => go("/conversations", { replace: true }));
      }} />}
    </>
  );
}

type Part = Pick<Route, "page" | "load" | "title">;
export const all: Part = { page: Conversations, load: () => (talks.peek() ? Promise.resolve() : load()), title: () => t("talks.title") };
export const one: Part = {
  page: One, load: ({ args }) => open(args["talk"]!),
  title: ({ args }) => {
    const now = talk(args["talk"]!).peek().conversation;
    return now ? t("talks.with", { name: namesOf(now) }) : t("talks.title");
  },
};
export const fresh: Part = { page: New, title: () => t("talks.new") };
