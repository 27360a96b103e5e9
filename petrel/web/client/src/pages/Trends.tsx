// What many read and write just now: tags, posts, links, and people one might like.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, del, Trouble } from "../api";
import { t } from "../i18n";
import type { Route } from "../router";
import { relation } from "../state/relations";
import { take } from "../state/statuses";
import type { Account, PreviewCard, Status, Tag } from "../types";
import { Post } from "../ui/Post";
import { Empty, Head, Name, Avatar, Sorry, urlOf, Waiting } from "../ui/small";
import { Follow } from "./Profile";

interface All { tags: Tag[]; posts: string[]; links: PreviewCard[]; people: Account[] }
const all = signal<All | null>(null);
const trouble = signal<Trouble | null>(null);

async function load(): Promise<void> {
  trouble.value = null;
  try {
    const [tags, posts, links, people] = await Promise.all([
      get<Tag[]>("/api/v1/trends/tags", { limit: 10 }), get<Status[]>("/api/v1/trends/statuses", { limit: 20 }),
      get<PreviewCard[]>("/api/v1/trends/links", { limit: 5 }).catch(() => []),
      get<{ account: Account }[]>("/api/v2/suggestions", { limit: 6 }).catch(() => []),
    ]);
    posts.forEach(take);
    all.value = { tags, posts: posts.map((one) => (one.reblog ?? one).id), links, people: people.map((one) => one.account) };
  } catch (fault) {
    trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
  }
}

export function Suggested({ who, away }: { who: Account; away: () => void }) {
  const now = relation(who.id).value;
  return (
    <li><a href={urlOf(who)}><Avatar who={who} /><span><span class="name"><Name who={who} /></span> <span class="handle">@{who.acct}</span></span></a>
      <Follow who={who} now={now} /><button type="button" class="act" onClick={away} title={t("trends.notThem")}><svg class="icon" aria-hidden="true"><use href="#i-close" /></svg><span class="unseen">{t("trends.notThem")}</span></button></li>
  );
}

function Trends() {
  useEffect(() => void (all.peek() && load()), []);
  const now = all.value;
  if (!now) return <><Head title={t("trends.title")} />{trouble.value ? <Sorry text={trouble.value.message} again={() => void load()} /> : <Waiting />}</>;
  const isQuiet = !now.tags.length && !now.posts.length && !now.links.length;
  return (
    <>
      <Head title={t("trends.title")}><p>{t("trends.hint")}</p></Head>
      {now.tags.length > 0 && <><h2 class="over">{t("search.tags")}</h2><ul class="taglist">{now.tags.map((tag) => (
        <li key={tag.name}><a href={`/tags/${encodeURIComponent(tag.name)}`}><bdi>#{tag.name}</bdi></a>{tag.history?.[0] && <small> {t("trends.people", { n: Number(tag.history[0].accounts) })}</small>}</li>))}</ul></>}
      {now.people.length > 0 && <><h2 class="over">{t("trends.who")}</h2><ul class="people removable">{now.people.map((one) => (
        <Suggested who={one} key={one.id} away={() => {
          all.value = { ...now, people: now.people.filter((other) => other !== one) };
          del(`/api/v1/suggestions/${one.id}`).catch(() => undefined);
        }} />))}</ul></>}
      {now.links.length > 0 && <><h2 class="over">{t("trends.links")}</h2><ul class="linklist">{now.links.map((one) => (
        <li key={one.url}><a class="preview" href={one.url} rel="nofollow noopener noreferrer" dir="auto"><span class="of">{one.provider_name}</span> <strong>{one.title}</strong>{one.description && <> <span>{one.description}</span></>}</a></li>))}</ul></>}
      {now.posts.length > 0 && <><h2 class="over">{t("search.posts")}</h2><ol class="posts">{now.posts.map((id) => <li key={id} data-key={id}><Post id={id} /></li>)}</ol></>}
      {isQuiet && <Empty><p>{t("trends.empty")}</p></Empty>}
    </>
  );
}

export const route: Route = { path: "/trends", page: Trends, load, title: () => t("trends.title"), way: "/trends" };
