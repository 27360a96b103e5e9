// What members do with posts: shown at once, and taken back honestly when the server does not follow.
import { del, onceKey, post as send, Trouble } from "../api";
import { t, type Key } from "../i18n";
import type { Poll, Status } from "../types";
import { change, forget, post, take, touching } from "./statuses";
import { toast } from "./toasts";

export type Mark = "favourite" | "reblog" | "bookmark";

const FLAG = { favourite: "favourited", reblog: "reblogged", bookmark: "bookmarked" } as const;
const COUNT = { favourite: "favourites_count", reblog: "reblogs_count", bookmark: null } as const;
const FAILED: Record<Mark, Key> = { favourite: "failed.like", reblog: "failed.boost", bookmark: "failed.bookmark" };

/** Who asks quickly one after the other is answered in that order. */
const underWay = new Map<string, Promise<void>>();

export function inTurn(name: string, work: () => Promise<void>): Promise<void> {
  const turn = (underWay.get(name) ?? Promise.resolve()).then(work);
  underWay.set(name, turn);
  void turn.finally(() => {
    if (underWay.get(name) === turn) underWay.delete(name);
  });
  return turn;
}

export function wrong(failed: Key, fault: unknown, again?: () => void): void {
  const why = fault instanceof Error ? fault.message : "";
  const isPassing = fault instanceof Trouble && fault.mayPass;
  const act = again && isPassing ? { label: t("again"), run: again } : undefined;
  toast(`${t(failed)} ${why}`, { isWrong: true, act });
}

function marked(now: Status, mark: Mark, on: boolean): Status {
  if (Boolean(now[FLAG[mark]]) === on) return now;
  const next = { ...now, [FLAG[mark]]: on };
  const counted = COUNT[mark];
  if (counted) next[counted] = Math.max(0, now[counted] + (on ? 1 : -1));
  return next;
}

export const mayBoost = (one: Status): boolean => one.visibility === "public" || one.visibility === "unlisted";

export function mark(id: string, which: Mark, on = !post(id).peek()?.[FLAG[which]]): void {
  const now = post(id).peek();
  if (!now || (which === "reblog" && on && !mayBoost(now))) return;
  change(id, (one) => marked(one, which, on));
  void inTurn(id, () => touching(id, async () => {
    try {
      const came = await send<Status>(`/api/v1/statuses/${id}/${on ? "" : "un"}${which}`, {}, { once: onceKey() });
      const shown = came.reblog ?? came;
      // Only what was asked: somebody may have pressed another button meanwhile.
      const counted = COUNT[which];
      if (counted) change(id, (one) => (one[FLAG[which]] === on ? { ...one, [counted]: shown[counted] } : one));
    } catch (fault) {
      if (fault instanceof Trouble && fault.status === 404) forget(id);
      else change(id, (one) => marked(one, which, !on));
      wrong(FAILED[which], fault, () => mark(id, which, on));
    }
  }));
}

export function vote(id: string, choices: number[]): void {
  const before = post(id).peek()?.poll;
  if (!before) return;
  const options = before.options.map((one, n) =>
    choices.includes(n) && one.votes_count !== null ? { ...one, votes_count: one.votes_count + 1 } : one);
  const voters = (before.voters_count ?? before.votes_count) + 1;
  change(id, (one) => ({ ...one, poll: { ...before, options, voted: true, own_votes: choices, voters_count: voters } }));
  void inTurn(id, () => touching(id, async () => {
    try {
      const poll = await send<Poll>(`/api/v1/polls/${before.id}/votes`, { choices }, { once: onceKey() });
      change(id, (one) => ({ ...one, poll }));
    } catch (fault) {
      change(id, (one) => ({ ...one, poll: before }));
      wrong("failed.vote", fault, () => vote(id, choices));
    }
  }));
}

export async function remove(id: string): Promise<boolean> {
  const before = post(id).peek();
  forget(id);
  try {
    await del(`/api/v1/statuses/${id}`);
    toast(t("done.deleted"));
    return true;
  } catch (fault) {
    if (fault instanceof Trouble && fault.status === 404) return true;
    if (before) take(before);
    wrong("failed.delete", fault, () => void remove(id));
    return false;
  }
}

/** Pin to the profile, or mute a conversation: quiet switches without a count. */
export async function turn(id: string, which: "pin" | "mute", on: boolean): Promise<void> {
  const flag = which === "pin" ? "pinned" : "muted";
  change(id, (one) => ({ ...one, [flag]: on }));
  try {
    await send<Status>(`/api/v1/statuses/${id}/${on ? "" : "un"}${which}`);
    if (which === "pin") toast(t(on ? "done.pinned" : "done.unpinned"));
    else toast(t(on ? "done.threadMuted" : "done.threadUnmuted"));
  } catch (fault) {
    change(id, (one) => ({ ...one, [flag]: !on }));
    wrong("failed.save", fault);
  }
}
