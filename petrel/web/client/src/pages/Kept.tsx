// Bookmarks and likes: lists of one's own, with a search that looks in them only; bookmarks in folders.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { get, page as pageOf, Trouble } from "../api";
import { plain } from "../html";
import { t } from "../i18n";
import { go, type Route, type Shown } from "../router";
import { isShown, notShown, restore } from "../state/kept";
import { bookmarksOf, folders, loadFolders } from "../state/folders";
import { take } from "../state/statuses";
import { timeline, type Timeline } from "../state/timelines";
import type { Found, Status } from "../types";
import "../inbox/inbox.css";
import { Post } from "../ui/Post";
import { PostList } from "../ui/PostList";
import { Empty, Sorry } from "../ui/small";

const WHICH = {
  bookmarks: { path: "/api/v1/bookmarks", operator: "is:bookmarked" },
  favourites: { path: "/api/v1/favourites", operator: "is:liked" },
} as const;
type Which = keyof typeof WHICH;

interface Result { posts: string[]; trouble: Trouble | null }
const found = signal<{ query: string; result: Result } | null>(null);
const PAGE = 40, MOST_PAGES = 10;

const wordsOf = ({ url }: Shown): string => (url.searchParams.get("q") ?? "").trim();
const folderOf = (which: Which, { url }: Shown): string | null => (which === "bookmarks" && /^\d{1,19}$/.exec(url.searchParams.get("folder") ?? "")?.[0]) || null;
const listOf = (which: Which, folder: string | null): Timeline => (which === "bookmarks" ? bookmarksOf(folder) : timeline(WHICH[which].path));
const queryOf = (which: Which, folder: string | null, words: string): string => `${WHICH[which].operator} ${folder ?? ""} ${words}`;

function addressOf(which: Which, folder: string | null, words = ""): string {
  const asked = new URLSearchParams({ ...(folder && { folder }), ...(words && { q: words }) }).toString();
  return `/${which}${asked && `?${asked}`}`;
}

async function look(which: Which, folder: string | null, words: string): Promise<void> {
  const query = queryOf(which, folder, words);
  if (found.peek()?.query === query && !found.peek()?.result.trouble) return;
  try {
    const older = folder ? [] : get<Found>("/api/v2/search", { q: `${WHICH[which].operator} ${words}`, type: "statuses", limit: PAGE }).then((came) => came.statuses);
    const [own, found_] = await Promise.all([scan(which, folder, words), older]);
    const all = [...own, ...found_.filter((one) => !own.some((other) => other.id === one.id))];
    all.forEach(take);
    found.value = { query, result: { posts: all.map((one) => one.id), trouble: null } };
  } catch (fault) {
    found.value = { query, result: { posts: [], trouble: fault instanceof Trouble ? fault : new Trouble(0, String(fault)) } };
  }
}

/** The server's search finds only posts whose authors agree to be found (docs/flows/search.md); what is on the list is
 *  the member's to read, so the newest of it is looked through here. */
async function scan(which: Which, folder: string | null, words: string): Promise<Status[]> {
  const wanted = words.toLowerCase().split(/\s+/);
  const hits: Status[] = [];
  let address: string | null = `${WHICH[which].path}?limit=${PAGE}${folder ? `&folder=${folder}` : ""}`;
  for (let n = 0; address && n < MOST_PAGES; n++) {
    const came: { items: Status[]; older: string | null } = await pageOf<Status>(address);
    for (const one of came.items) {
      const said = `${plain(one.content)} ${one.spoiler_text} @${one.account.acct} ${one.account.display_name}`.toLowerCase();
      if (wanted.every((word) => said.includes(word))) hits.push(one);
    }
    address = came.older;
  }
  return hits;
}

const page = (which: Which) => function Kept(now: Shown) {
  const words = wordsOf(now), folder = folderOf(which, now);
  const list = listOf(which, folder);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (words) return void look(which, folder, words);
    isShown(list, now.entry);
    return () => notShown(list);
  }, [words, folder, now.entry]);
  return (
    <>
      <div class="head"><h1>{t(`${which}.title`)}</h1><p>{t(`${which}.hint`)}</p>
        <form class="find" role="search" aria-label={t(`${which}.title`)} action={`/${which}`} onSubmit={(event) => {
          event.preventDefault();
          go(addressOf(which, folder, field.current!.value.trim()));
        }}>
          {folder && <input type="hidden" name="folder" value={folder} />}
          <label class="unseen" for="kept-q">{t(`${which}.search`)}</label>
          <input id="kept-q" type="search" name="q" ref={field} key={words} defaultValue={words} placeholder={t(`${which}.search`)} autocomplete="off" maxLength={500} />
          <button type="submit" class="quiet">{t("nav.search")}</button>
        </form>
        {words && <p><a href={addressOf(which, folder)}>{t(`${which}.all`)}</a></p>}
      </div>
      {which === "bookmarks" && <Tabs open={folder} />}
      {words ? <Results which={which} folder={folder} words={words} /> : <PostList list={list} name={t(`${which}.title`)} empty={t(folder ? "folders.empty" : `${which}.empty`)} />}
    </>
  );
};

function Tabs({ open }: { open: string | null }) {
  const here = (is: boolean) => (is ? "page" : undefined);
  return (
    <nav class="tabs" aria-label={t("folders.title")}>
      <a href="/bookmarks" aria-current={here(!open)}>{t("folders.all")}</a>
      {folders.value?.map(({ id, name }) => <a href={`/bookmarks?folder=${id}`} aria-current={here(id === open)} key={id}><bdi>{name}</bdi></a>)}
      <a href="/bookmarks/folders">{t("folders.manage")}</a>
    </nav>
  );
}

function Results({ which, folder, words }: { which: Which; folder: string | null; words: string }) {
  const now = found.value;
  if (now?.query !== queryOf(which, folder, words)) return <p class="pager soft" role="status">{t("loading")}</p>;
  const { posts, trouble } = now.result;
  if (trouble) return <Sorry text={trouble.message} again={() => void look(which, folder, words)} />;
  if (!posts.length) return <Empty><p>{t(`${which}.none`, { words })}</p></Empty>;
  return <><h2 class="over">{t("kept.found", { n: posts.length })}</h2><ol class="posts">{posts.map((id) => <li key={id} data-key={id}><Post id={id} /></li>)}</ol></>;
}

const part = (which: Which): Pick<Route, "page" | "load" | "title"> => ({
  page: page(which), title: () => t(`${which}.title`),
  load: async (now) => {
    const words = wordsOf(now), folder = folderOf(which, now);
    if (which === "bookmarks") await loadFolders();
    if (words) return look(which, folder, words);
    const list = listOf(which, folder);
    // What was kept or let go elsewhere in the app since is not in a list that was left: it is asked for anew.
    if (!restore(list, now.entry)) await list.load();
    else if (list.items.peek() && scrollY === 0) void list.reload();
  },
});
export const bookmarks = part("bookmarks");
export const favourites = part("favourites");
