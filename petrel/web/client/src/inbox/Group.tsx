// One line of the notifications: who, what, and the post it is about. As templates/notifications.html.
import { signal } from "@preact/signals";
import { post as send } from "../api";
import { plain } from "../html";
import { t } from "../i18n";
import { wrong } from "../state/acts";
import { post } from "../state/statuses";
import type { Account } from "../types";
import { addressOf, gateOf } from "../ui/Post";
import { Avatar, Html, Icon, Name, Time, urlOf } from "../ui/small";
import { answered, isNew, person } from "./notifications";
import { rich } from "./rich";
import type { Group } from "./types";

const ICONS: Record<string, string> = {
  mention: "reply", status: "bell", reblog: "boost", favourite: "like", follow: "person", follow_request: "person",
  moderation_warning: "desk", quote: "write", quoted_update: "write", poll: "list", added_to_collection: "people", collection_update: "people",
};
const SAID = ["mention", "status", "reblog", "favourite", "follow", "follow_request", "poll", "quote", "quoted_update", "update", "added_to_collection", "collection_update"] as const;
const FACES = 8, NAMES = 2, EXCERPT = 140;



function Who({ people, count }: { people: Account[]; count: number }) {
  const named = people.slice(0, NAMES);
  const others = count - named.length;
  return (
    <>{named.map((one, n) => <>{n > 0 && t("told.comma")}<a class="name" href={urlOf(one)}><Name who={one} /></a></>)}
      {others > 0 && <> {t("told.others", { n: others })}</>}</>
  );
}

export function GroupLine({ one }: { one: Group }) {
  const people = one.sample_account_ids.map(person).filter((who): who is Account => who !== undefined);
  const kind = SAID.find((known) => known === one.type);
  const fresh = isNew(one);
  const at = one.latest_page_notification_at;
  const when = <> <span class="when">{at && <Time at={at} />}</span>{fresh && <> <span class="chip">{t("nav.unread")}</span></>}</>;
  return (
    <li class={`happening step of-${one.type}${fresh ? " fresh" : ""}`} data-key={one.group_key} tabIndex={-1}>
      <Icon name={ICONS[one.type] ?? "bell"} kind="icon kind" />
      <div>
        {one.type === "moderation_warning" ? (
          <><p class="what">{t("told.moderation_warning")}{when}</p><p class="onward"><a href="/settings/moderation">{t("told.why")}</a></p></>
        ) : (
          <><p class="faces">{people.slice(0, FACES).map((who) => <a href={urlOf(who)} tabIndex={-1} aria-hidden="true" key={who.id}><Avatar who={who} size={32} /></a>)}</p>
            <p class="what">{rich(kind ? `told.${kind}` : "told.other", <Who people={people} count={one.notifications_count} />, { n: one.notifications_count })}{when}</p></>
        )}
        {one.type === "follow_request" && people[0] && <Answer who={people[0]} />}
        {one.collection && <div class="excerpt"><p dir="auto"><a href={`/collections/${one.collection.id}`}><bdi>{one.collection.name}</bdi></a></p></div>}
        {one.status_id && !one.collection && <About id={one.status_id} isWhole={one.type === "mention" || one.type === "status" || one.type === "quote"} />}
      </div>
    </li>
  );
}

function About({ id, isWhole }: { id: string; isWhole: boolean }) {
  const one = post(id).value;
  if (!one) return <div class="excerpt"><p>{t("gap.gone")}</p></div>;
  const gate = gateOf(one), at = addressOf(one);
  const words = plain(one.content);
  if (gate) return <div class="excerpt"><p><a href={at}><bdi>{gate}</bdi></a></p></div>;
  if (!isWhole) {
    const brief = words.length > EXCERPT ? `${words.slice(0, EXCERPT)} …` : words;
    return <div class="excerpt"><p dir="auto"><a href={at}>{brief || t("told.media")}</a></p></div>;
  }
  return (
    <div class="excerpt">
      {words ? <Html text={one.content} emojis={one.emojis} lang={one.language} /> : <p><a href={at}>{t("told.media")}</a></p>}
      <p class="onward"><a class="onto" href={at}>{t("told.open")}</a>
        {one.visibility === "direct" ? <a href="/conversations">{t("talks.title")}</a> : <a href={`/compose?reply_to=${one.id}`}>{t("composer.sendReply")}</a>}</p>
    </div>
  );
}

const isAsked = signal<ReadonlySet<string>>(new Set());

/** A request to follow, answered where it stands. */
function Answer({ who }: { who: Account }) {
  const said = answered.value.get(who.id);
  async function say(yes: boolean): Promise<void> {
    if (isAsked.peek().has(who.id)) return;
    isAsked.value = new Set([...isAsked.peek(), who.id]);
    answered.value = new Map([...answered.peek(), [who.id, yes]]);
    try {
      await send(`/api/v1/follow_requests/${who.id}/${yes ? "authorize" : "reject"}`);
    } catch (fault) {
      const before = new Map(answered.peek());
      before.delete(who.id);
      answered.value = before;
      wrong("failed.answer", fault, () => void say(yes));
    } finally {
      isAsked.value = new Set([...isAsked.peek()].filter((id) => id !== who.id));
    }
  }
  if (said !== undefined) return <p class="soft" role="status">{t(said ? "told.accepted" : "told.declined")}</p>;
  return (
    <p class="choice">
      <button type="button" onClick={() => void say(true)}>{t("told.accept")}<span class="unseen"> @{who.acct}</span></button>
      <button type="button" class="quiet" onClick={() => void say(false)}>{t("told.decline")}<span class="unseen"> @{who.acct}</span></button>
    </p>
  );
}

