// What happened on the home timeline since: by author, by what was talked about most, within a span that is chosen.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, page as ask, Trouble } from "../api";
import { count, t } from "../i18n";
import { go, type Route, type Shown } from "../router";
import { isHidden, post, take, type Item } from "../state/statuses";
import "../inbox/inbox.css";
import { rich } from "../inbox/rich";
import type { Account, Marker, Status } from "../types";
import { Post } from "../ui/Post";
import { Avatar, Empty, labelOf, Moment, Name, Sorry, Waiting } from "../ui/small";
import { site } from "../site";

const SPANS = { visit: 0, h3: 3, h12: 12, d1: 24, d3: 72, d7: 168 } as const;
type Span = keyof typeof SPANS;
const SORTS = ["time", "replies", "likes", "boosts"] as const;
type Sort = (typeof SORTS)[number];
/** So many posts are looked at: more nobody catches up on, and each page is one question to the server. */
const MOST = 400, PAGE = 40, AT_ONCE = 30;

interface Found { span: Span; since: Date | null; items: Item[]; isWhole: boolean; trouble: Trouble | null }
const found = signal<Found | null>(null);
const isLooking = signal(0);
const most = signal(AT_ONCE);

const spanOf = (url: URL): Span => {
  const said = url.searchParams.get("since") ?? "";
  return said in SPANS ? (said as Span) : "visit";
};
const sortOf = (url: URL): Sort => SORTS.find((one) => one === url.searchParams.get("by")) ?? "time";

function addressOf(url: URL, changes: Record<string, string>): string {
  const next = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.searchParams.set(name, value);
    else next.searchParams.delete(name);
  }
  return next.pathname + next.search;
}

async function look(span: Span): Promise<void> {
  if (found.peek()?.span === span && !found.peek()!.trouble) return;
  most.value = AT_ONCE;
  try {
    const mark = span === "visit" ? (await get<{ home?: Marker }>("/api/v1/markers", { timeline: ["home"] })).home : undefined;
    let since = span === "visit" ? (mark ? new Date(mark.updated_at) : null) : new Date(Date.now() - SPANS[span] * 3_600_000);
    // Who never stopped anywhere, or only just now, is shown the last day.
    if (!since || (span === "visit" && Date.now() - since.getTime() < 30 * 60_000)) since = new Date(Date.now() - 86_400_000);
    const items: Item[] = [];
    const have = new Set<string>();
    let address: string | null = "/api/v1/timelines/home";
    let isWhole = false, first = true, looked = 0;
    isLooking.value = 1;
    while (address && looked < MOST && !isWhole) {
      const came: { items: Status[]; older: string | null } = await ask<Status>(address, first ? { limit: PAGE } : undefined);
      first = false;
      looked += came.items.length;
      for (const one of came.items) {
        if (new Date(one.created_at) < since) {
          isWhole = true;
          break;
        }
        if (isHidden(one) || one.account.id === site.me) continue;
        const line = take(one);
        if (have.has(line.post)) continue;
        have.add(line.post);
        items.push(line);
      }
      isLooking.value = looked;
      address = came.older;
    }
    found.value = { span, since, items, isWhole: isWhole || !address, trouble: null };
  } catch (fault) {
    found.value = { span, since: null, items: [], isWhole: false, trouble: fault instanceof Trouble ? fault : new Trouble(0, String(fault)) };
  } finally {
    isLooking.value = 0;
  }
}

const weight: Record<Exclude<Sort, "time">, (one: Status) => number> = {
  replies: (one) => one.replies_count, likes: (one) => one.favourites_count, boosts: (one) => one.reblogs_count,
};

function sorted(items: Item[], by: Sort): Item[] {
  if (by === "time") return items;
  const of = (line: Item): number => {
    const one = post(line.post).peek();
    return one ? weight[by](one) : 0;
  };
  return [...items].sort((a, b) => of(b) - of(a));
}

/** Who brought a post here: its booster, or its author. */
const bringer = (line: Item): Account | undefined => line.by ?? post(line.post).peek()?.account;

function CatchUp({ url }: Shown) {
  const span = spanOf(url), by = sortOf(url), author = url.searchParams.get("author") ?? "";
  useEffect(() => void look(span), [span]);
  const now = found.value?.span === span ? found.value : null;
  const choose = (name: string, value: string, standard: string) => go(addressOf(url, { [name]: value === standard ? "" : value }), { replace: true });
  return (
    <>
      <div class="head"><h1>{t("catchUp.title")}</h1>
        <div class="chooser">
          <p><label for="span">{t("catchUp.since")}</label><select id="span" value={span} onChange={(event) => choose("since", event.currentTarget.value, "visit")}>
            {(Object.keys(SPANS) as Span[]).map((one) => <option value={one} key={one}>{t(`catchUp.since.${one}`)}</option>)}</select></p>
          <p><label for="by">{t("catchUp.by")}</label><select id="by" value={by} onChange={(event) => choose("by", event.currentTarget.value, "time")}>
            {SORTS.map((one) => <option value={one} key={one}>{t(`catchUp.by.${one}`)}</option>)}</select></p>
        </div></div>
      {!now ? <><p class="pager soft" role="status">{isLooking.value > 1 ? t("catchUp.looking", { n: isLooking.value }) : t("loading")}</p><Waiting /></>
        : now.trouble ? <Sorry text={now.trouble.message} again={() => { found.value = null; void look(span); }} />
          : <Result now={now} by={by} author={author} url={url} />}
    </>
  );
}

function Result({ now, by, author, url }: { now: Found; by: Sort; author: string; url: URL }) {
  const authors = new Map<string, { who: Account; n: number }>();
  for (const line of now.items) {
    const who = bringer(line);
    if (!who) continue;
    const one = authors.get(who.id);
    if (one) one.n += 1;
    else authors.set(who.id, { who, n: 1 });
  }
  const people = [...authors.values()].sort((a, b) => b.n - a.n);
  const chosen = authors.get(author);
  const lines = sorted(chosen ? now.items.filter((line) => bringer(line)?.id === author) : now.items, by);
  if (!now.items.length) return <Empty><p>{t("catchUp.empty")}</p><p><a class="button quiet" href="/">{t("nav.home")}</a></p></Empty>;
  return (
    <>
      <p class="sum" role="status">{t(now.isWhole ? "catchUp.sum" : "catchUp.sumCut", { n: now.items.length })} {t("catchUp.people", { n: people.length })} {now.since && rich("catchUp.from", <Moment at={now.since.toISOString()} />)}</p>
      <nav class="authors" aria-label={t("catchUp.authors")}>
        {chosen && <a class="chip-link" href={addressOf(url, { author: "" })}>{t("catchUp.everybody")}</a>}
        {people.slice(0, 24).map(({ who, n }) => (
          <a class="chip-link" href={addressOf(url, { author: who.id })} aria-current={who.id === author ? "true" : undefined} key={who.id} title={`@${who.acct}`}>
            <Avatar who={who} size={26} /><span class="name"><Name who={who} /></span> <b>{count(n)}</b></a>))}
      </nav>
      <ol class="posts" aria-label={chosen ? t("profile.list", { name: labelOf(chosen.who) }) : t("catchUp.title")}>
        {lines.slice(0, most.value).map((line) => <li key={line.key} data-key={line.key}><Post id={line.post} by={line.by} place={line.key} /></li>)}
      </ol>
      {lines.length > most.value ? <p class="pager"><button type="button" class="quiet" onClick={() => (most.value += AT_ONCE)}>{t("catchUp.more", { n: lines.length - most.value })}</button></p>
        : <p class="pager soft">{t("catchUp.done")}</p>}
    </>
  );
}

export const route: Pick<Route, "page" | "load" | "title"> = { page: CatchUp, load: ({ url }) => look(spanOf(url)), title: () => t("catchUp.title") };
