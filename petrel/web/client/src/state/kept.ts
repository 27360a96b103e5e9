// The list that was looked at, over a loading of the page: kept in this tab only, and looked at anew by the server.
import { here } from "../place";
import { site } from "../site";
import type { Status } from "../types";
import { isFrom, lostAt, whenBack } from "./net";
import { change, forget, post, take, wasTouched, type Item } from "./statuses";
import { dropEverywhere, fresh, type Timeline } from "./timelines";

interface Kept { me: string; key: string; at: number; items: Item[]; posts: Status[]; older: string | null; heights: [string, number][] }

const NAME = "petrel.list.";
const AROUND = 60;
export const AT_ONCE = 20;
/** Of what is older, the newest is wanted first. */
const EARLY_MS = 12 * 3_600_000;

/** The list of the page that is shown, and its entry in the history. */
let current: { list: Timeline; entry: string } | null = null;

export function isShown(list: Timeline, entry: string): void {
  current = { list, entry };
}

export function notShown(list: Timeline): void {
  if (current?.list === list) current = null;
}

function keep(): void {
  const items = current?.list.items.peek();
  if (!current || !items?.length) return;
  const at = Math.max(0, items.findIndex((one) => one.key === here().anchor));
  const part = items.slice(Math.max(0, at - AROUND), at + AROUND);
  const isWhole = at + AROUND >= items.length;
  const posts = part.map((one) => post(one.post).peek()).filter((one): one is Status => one !== null);
  const last = part.at(-1)!;
  const record: Kept = {
    me: site.me, key: current.list.key, at: Date.now(), items: part, posts,
    older: isWhole ? current.list.next : null, heights: part.map((one) => [one.key, current!.list.heights.get(one.key) ?? 0]),
  };
  if (!isWhole) record.items = [...part.slice(0, -1), { ...last, gap: true }];
  write(NAME + current.entry, JSON.stringify(record));
}

/** The oldest go when there is no room. */
function write(name: string, text: string): void {
  for (let attempt = 0; attempt < 4; attempt++) {
    try {
      sessionStorage.setItem(name, text);
      return;
    } catch {
      const old = Object.keys(sessionStorage).find((one) => one.startsWith(NAME) && one !== name);
      if (!old) return;
      sessionStorage.removeItem(old);
    }
  }
}

/** Puts back what was kept for this entry; false when there is nothing. */
export function restore(list: Timeline, entry: string): boolean {
  if (list.items.peek()) return true;
  const text = sessionStorage.getItem(NAME + entry);
  if (!text) return false;
  try {
    const record = JSON.parse(text) as Kept;
    if (record.me !== site.me || record.key !== list.key) return false;
    record.posts.forEach(take);
    for (const [key, height] of record.heights) if (height) list.heights.set(key, height);
    list.restore(record.items, record.older, record.at);
    check(list, record.posts, record.at);
    return true;
  } catch {
    return false;
  }
}

/** What was looked at not long ago is there before the network has answered; what may be seen no more goes at once when it
 *  has. False when nothing such is kept. */
export async function early(list: Timeline): Promise<boolean> {
  const at = await list.showKept(EARLY_MS);
  if (!at) return false;
  const posts = list.items.peek()!.map((one) => post(one.post).peek()).filter((one): one is Status => one !== null);
  check(list, posts, at);
  return true;
}

function check(list: Timeline, posts: Status[], at: number): void {
  void Promise.all([look(posts), list.catchUp()]).then(([isDone]) => {
    if (isDone) list.isFresh();
    else if (lostAt.peek()) isFrom(at);
  });
}

/** What may be seen no more goes; counts and marks are as they are now. False when the server could not be asked. */
export async function look(posts: Status[]): Promise<boolean> {
  for (let at = 0; at < posts.length; at += AT_ONCE) {
    const part = posts.slice(at, at + AT_ONCE).map((one) => one.id);
    const asked = performance.now();
    try {
      const came = new Map((await fresh(part)).map((one) => [one.id, one]));
      for (const id of part) {
        const now = came.get(id);
        if (wasTouched(id, asked)) continue;
        // Filters are asked of a list: a post that is asked for by its number tells of none.
        if (now) change(id, (before) => ({ ...now, filtered: now.filtered?.length ? now.filtered : before.filtered }));
        else vanish(id);
      }
    } catch {
      return false;
    }
  }
  return true;
}

/** A post that is there no more leaves every list; where somebody is reading it, that is said in its place, and nothing
 *  moves. */
export function vanish(id: string): void {
  const box = document.querySelector(`#main article[data-post="${CSS.escape(id)}"]`)?.getBoundingClientRect();
  forget(id);
  if (!box || box.bottom < 0 || box.top > window.innerHeight) dropEverywhere(id);
}

/** After a time without the stream: what was deleted or changed meanwhile, of what is looked at. */
export async function lookAgain(): Promise<void> {
  const list = current?.list;
  const items = list?.items.peek();
  if (!list || !items) return;
  const at = Math.max(0, items.findIndex((one) => one.key === here().anchor) - 4);
  const posts = items.slice(at, at + AT_ONCE).map((one) => post(one.post).peek()).filter((one): one is Status => one !== null);
  const [isDone] = await Promise.all([look(posts), list.catchUp()]);
  if (isDone) list.isFresh();
}

whenBack(lookAgain);

window.addEventListener("pagehide", keep);
