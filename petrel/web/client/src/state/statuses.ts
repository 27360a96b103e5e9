// Posts by id, one signal each: what is done to a post in one place shows in every other.
import { signal, type Signal } from "@preact/signals";
import type { Account, Status } from "../types";
import { forgetKept, forgetPost } from "./keeping";

/** A line of a list. `key`: the place in the list (the boost's id for a boost); `post`: the post that is shown. */
export interface Item {
  key: string;
  post: string;
  by?: Account;
  /** Nothing is known between here and the line below: asked for when somebody wants it. */
  gap?: true;
}

const known = new Map<string, Signal<Status | null>>();

/** The post as it is now; null when it is gone. */
export function post(id: string): Signal<Status | null> {
  let found = known.get(id);
  if (!found) known.set(id, (found = signal<Status | null>(null)));
  return found;
}

/** When something was last done to a post here; Infinity while it is under way. What the server said before that is old. */
const touched = new Map<string, number>();

export async function touching(id: string, work: () => Promise<void>): Promise<void> {
  touched.set(id, Infinity);
  try {
    await work();
  } finally {
    touched.set(id, performance.now());
  }
}

export const wasTouched = (id: string, since: number): boolean => (touched.get(id) ?? 0) > since;

/** Takes in a post that came from the server, and what it boosts or quotes: the line by which a list shows it. */
export function take(came: Status): Item {
  const shown = came.reblog ?? came;
  const one = post(shown.id);
  if (!one.peek() || !wasTouched(shown.id, performance.now())) one.value = shown;
  const quoted = shown.quote?.quoted_status;
  if (quoted) post(quoted.id).value = quoted;
  return came.reblog ? { key: came.id, post: shown.id, by: came.account } : { key: came.id, post: shown.id };
}

/** What the viewer's filters hide altogether is not shown in lists. */
export function isHidden(came: Status): boolean {
  return [...(came.filtered ?? []), ...(came.reblog?.filtered ?? [])].some((one) => one.filter.filter_action === "hide");
}

export function change(id: string, how: (now: Status) => Status): void {
  const one = post(id);
  if (one.value) one.value = how(one.value);
}

export function forget(id: string): void {
  forgetPost(id);
  const one = known.get(id);
  if (one) one.value = null;
}

/** Everything by an account, after a block: gone from sight at once. */
export function forgetBy(account: string): void {
  void forgetKept();
  for (const one of known.values()) if (one.value?.account.id === account) one.value = null;
}

export function of(account: string): Status[] {
  return [...known.values()].map((one) => one.peek()).filter((one): one is Status => one?.account.id === account);
}
