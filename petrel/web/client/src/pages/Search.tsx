// People, hashtags and posts by words. As templates/search.html.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { get, Trouble } from "../api";
import { useFocus } from "../focus";
import { t } from "../i18n";
import { go, type Route, type Shown } from "../router";
import { take } from "../state/statuses";
import type { Account, Found } from "../types";
import { Post } from "../ui/Post";
import { Avatar, Empty, Name, Sorry, urlOf } from "../ui/small";

interface Result { accounts: Account[]; tags: Found["hashtags"]; posts: string[]; trouble: Trouble | null }
const known = new Map<string, Result>();
const shownQuery = signal("");
const MOST = 12;

async function ask(words: string): Promise<void> {
  if (words && !known.get(words)?.posts) {
    try {
      const came = await get<Found>("/api/v2/search", { q: words, limit: 20 });
      came.statuses.forEach(take);
      if (known.size >= MOST) known.delete(known.keys().next().value!);
      known.set(words, { accounts: came.accounts, tags: came.hashtags, posts: came.statuses.map((one) => one.id), trouble: null });
    } catch (fault) {
      known.set(words, { accounts: [], tags: [], posts: [], trouble: fault instanceof Trouble ? fault : new Trouble(0, String(fault)) });
    }
  }
  shownQuery.value = words;
}

const wordsOf = ({ url }: Shown): string => (url.searchParams.get("q") ?? "").trim();

export function People({ all }: { all: Account[] }) {
  return (
    <ul class="people">
      {all.map((one) => <li key={one.id}><a href={urlOf(one)}><Avatar who={one} /><span><span class="name"><Name who={one} /></span> <span class="handle">@{one.acct}</span></span></a></li>)}
    </ul>
  );
}

const HELP = [["\"two words\"", "words"], ["from:name", "from"], ["has:image", "has"], ["is:reply", "is"], ["before:2026-05-17", "time"], ["lang:de", "lang"]] as const;

function Search(now: Shown) {
  const words = wordsOf(now);
  const field = useRef<HTMLInputElement>(null);
  useFocus(field, !words);
  useEffect(() => {
    if (words) void ask(words);
  }, [words]);
  const found = shownQuery.value === words ? known.get(words) : undefined;
  return (
    <>
      <div class="head"><h1>{t("nav.search")}</h1>
        <form class="find" action="/search" role="search" onSubmit={(event) => {
          event.preventDefault();
          const next = field.current!.value.trim();
          known.delete(next);
          go(next ? `/search?q=${encodeURIComponent(next)}` : "/search");
        }}>
          <label class="unseen" for="q">{t("search.label")}</label>
          <input id="q" name="q" type="search" ref={field} defaultValue={words} key={words} placeholder={t("search.hint")} autocomplete="off" maxLength={1000} />
          <button type="submit">{t("nav.search")}</button>
        </form>
        <details><summary>{t("search.narrow")}</summary><ul>{HELP.map(([code, key]) => <li key={key}><code>{code}</code> {t(`search.help.${key}`)}</li>)}</ul></details>
      </div>
      {!words ? <Empty><p>{t("search.empty")}</p></Empty> : found ? <Results found={found} words={words} /> : <p class="pager soft" role="status">{t("loading")}</p>}
    </>
  );
}

function Results({ found, words }: { found: Result; words: string }) {
  if (found.trouble) return <Sorry text={found.trouble.message} again={() => { known.delete(words); void ask(words); }} />;
  if (!found.accounts.length && !found.tags.length && !found.posts.length) return <Empty><p>{t("search.none", { words })}</p></Empty>;
  return (
    <>
      {found.accounts.length > 0 && <><h2 class="over">{t("search.people")}</h2><People all={found.accounts} /></>}
      {found.tags.length > 0 && <><h2 class="over">{t("search.tags")}</h2><ul class="taglist">{found.tags.map((tag) => <li key={tag.name}><a href={`/tags/${encodeURIComponent(tag.name)}`}><bdi>#{tag.name}</bdi></a></li>)}</ul></>}
      {found.posts.length > 0 && <><h2 class="over">{t("search.posts")}</h2><ol class="posts">{found.posts.map((id) => <li key={id} data-key={id}><Post id={id} /></li>)}</ol></>}
    </>
  );
}

export const route: Route = {
  path: "/search", page: Search, load: (now) => ask(wordsOf(now)), way: "/search",
  title: (now) => (wordsOf(now) ? `${wordsOf(now)} – ${t("nav.search")}` : t("nav.search")),
};
