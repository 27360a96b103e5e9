// Posts on their way: a few seconds in which sending can be undone, then sent once, whatever happens to the page.
import { del, post as send, Trouble } from "../api";
import { t } from "../i18n";
import { site } from "../site";
import { BACK } from "../state/door";
import { whenBack } from "../state/net";
import { change, take } from "../state/statuses";
import { addReply } from "../state/threads";
import { home } from "../state/timelines";
import { away, toast, toasts } from "../state/toasts";
import type { Status } from "../types";
import { forget, keepBeside } from "./kept";
import { bodyOf, type Draft } from "./shapes";

const NAME = `petrel.outbox.${site.me}`;
export const GRACE_MS = 5_000;
/** The server knows a key for a day; what is older might be there twice. */
const LASTS_MS = 20 * 3_600_000;

/** `made`: ids of the posts of the thread that are out already. */
interface Leaving { draft: Draft; at: number; made: string[]; drafts: string[] }
interface Held extends Leaving { timer: number; toast: number; reopen: (draft: Draft) => void }

const held = new Set<Held>();

const all = (): Leaving[] => {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? "[]") as Leaving[];
  } catch {
    return [];
  }
};
const keyOf = (one: Leaving): string => one.draft.parts[0]!.once;

function write(entries: Leaving[]): void {
  if (entries.length) localStorage.setItem(NAME, JSON.stringify(entries));
  else localStorage.removeItem(NAME);
}

function remember(one: Leaving): void {
  const { draft, at, made, drafts } = one;
  write([...all().filter((each) => keyOf(each) !== keyOf(one)), { draft, at, made, drafts }]);
}

const done = (one: Leaving): void => write(all().filter((each) => keyOf(each) !== keyOf(one)));

/** Sent in a moment. `drafts`: copies on the server that are then no longer needed. */
export function leave(draft: Draft, drafts: string[], reopen: (draft: Draft) => void): void {
  const one: Held = { draft, at: Date.now(), made: [], drafts, timer: 0, toast: 0, reopen };
  remember(one);
  forget(draft.about);
  held.add(one);
  one.timer = window.setTimeout(() => void go(one), GRACE_MS);
  toast(t("compose.leaving"), { forMs: GRACE_MS, act: { label: t("undo"), run: () => undo(one) } });
  one.toast = toasts.value.at(-1)!.id;
}

function undo(one: Held): void {
  if (!held.delete(one)) return;
  clearTimeout(one.timer);
  const kept = keepBeside(one.draft);
  done(one);
  away(one.toast);
  one.reopen(kept);
}

async function go(one: Held): Promise<void> {
  if (!held.delete(one)) return;
  away(one.toast);
  try {
    await publish(one);
    toast(t("done.posted"));
  } catch (fault) {
    failed(one, fault);
  }
}

/** One post after the other; each has its own key, so that going on after a break makes none twice. */
async function publish(one: Leaving): Promise<void> {
  const { draft } = one;
  for (let n = one.made.length; n < draft.parts.length; n++) {
    const made = await send<Status>("/api/v1/statuses", bodyOf(draft, n, one.made[n - 1]), { once: draft.parts[n]!.once });
    one.made.push(made.id);
    remember(one);
    show(made, draft, n);
  }
  done(one);
  for (const id of one.drafts) await del(`/api/v1/petrel/drafts/${id}`).catch(() => undefined);
}

function show(made: Status, draft: Draft, n: number): void {
  take(made);
  home().came(made, true);
  if (!made.in_reply_to_id) return;
  addReply(made);
  if (!n) change(draft.replyTo, (before) => ({ ...before, replies_count: before.replies_count + 1 }));
}

function failed(one: Held, fault: unknown): void {
  const mayPass = fault instanceof Trouble && (fault.mayPass || fault.status === 401);
  const why = fault instanceof Error ? fault.message : String(fault);
  if (mayPass) {
    // It stays in the outbox: sent when the connection is back, or when a page of the app is opened next.
    toast(`${t("compose.waits")} ${why}`, { isWrong: true, forMs: 20_000, act: { label: t("again"), run: () => void resume() } });
    return;
  }
  const rest = keepBeside({ ...one.draft, parts: one.draft.parts.slice(one.made.length), replyTo: one.made.at(-1) ?? one.draft.replyTo });
  done(one);
  toast(`${t("compose.notSent")} ${why}`, { isWrong: true, forMs: 30_000, act: { label: t("compose.openAgain"), run: () => one.reopen(rest) } });
}

// Sent when the site is reached again, or when whoever wrote it is signed in again.
whenBack(() => void resume());
window.addEventListener(BACK, () => void resume());

/** What waits to be sent: drafts without what is out already. */
export const waiting = (): Draft[] => all().map((one) => ({ ...one.draft, parts: one.draft.parts.slice(one.made.length) }));

/** Could not be sent just now from a form of a page: it waits here. */
export function queue(draft: Draft, fault: unknown): void {
  const one: Held = { draft, at: Date.now(), made: [], drafts: [], timer: 0, toast: 0, reopen: (back) => void import("./begin").then(({ go: on }) => on(back)) };
  remember(one);
  failed(one, fault);
}

let isResuming = false;

/** What was left behind: by a page that went, without a connection, after a session that ended. One tab sends it. */
export async function resume(): Promise<void> {
  if (isResuming) return;
  isResuming = true;
  try {
    if (navigator.locks) await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => void (lock && (await sendAll())));
    else await sendAll();
  } finally {
    isResuming = false;
  }
}

async function sendAll(): Promise<void> {
  const grace = new Set([...held].map(keyOf));
  for (const one of all()) {
    if (grace.has(keyOf(one))) continue;
    const entry: Held = { ...one, timer: 0, toast: 0, reopen: (draft) => void import("./begin").then(({ go: on }) => on(draft)) };
    if (Date.now() - one.at > LASTS_MS) {
      failed(entry, new Error(t("compose.tooOld")));
      continue;
    }
    try {
      await publish(entry);
      toast(t("done.posted"));
    } catch (fault) {
      failed(entry, fault);
      if (fault instanceof Trouble && (fault.mayPass || fault.status === 401)) break;
    }
  }
}

/** The page goes: the grace is over, and the browser sends what is held without it. What it answers is asked for by the
 *  same key when the app is opened next; so are the other posts of a thread. */
window.addEventListener("pagehide", () => {
  for (const one of held) {
    clearTimeout(one.timer);
    void send<Status>("/api/v1/statuses", bodyOf(one.draft, 0), { once: one.draft.parts[0]!.once, keepalive: true })
      .then((made) => {
        // Still here after all, such as from the cache of pages that were left.
        if (one.made.length) return;
        one.made.push(made.id);
        show(made, one.draft, 0);
        return publish(one);
      }).catch(() => undefined);
  }
  held.clear();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) void resume();
});
