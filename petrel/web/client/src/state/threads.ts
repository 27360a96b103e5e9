// Conversations: what a post answers, and what answers it, nested as far as a phone can show.
import { signal, type Signal } from "@preact/signals";
import { get, Trouble } from "../api";
import type { Context, Status } from "../types";
import { isHidden, post, take } from "./statuses";

/** As petrel/web/threads.py. */
export const DEEPEST = 4;

export interface Branch { post: string; branches: Branch[]; more: number }
export interface Thread { ancestors: string[]; branches: Branch[]; shown: number; missing: number; trouble: Trouble | null; isLoaded: boolean }

const NOTHING: Thread = { ancestors: [], branches: [], shown: 0, missing: 0, trouble: null, isLoaded: false };
const known = new Map<string, Signal<Thread>>();
const MOST_KEPT = 12;

export function thread(id: string): Signal<Thread> {
  let found = known.get(id);
  if (!found) {
    if (known.size >= MOST_KEPT) known.delete(known.keys().next().value!);
    known.set(id, (found = signal(NOTHING)));
  }
  return found;
}

export async function load(id: string): Promise<void> {
  const one = thread(id);
  try {
    const [focus, around] = await Promise.all([
      get<Status>(`/api/v1/statuses/${id}`), get<Context>(`/api/v1/statuses/${id}/context`),
    ]);
    take(focus);
    const shownId = (focus.reblog ?? focus).id;
    const below = around.descendants.filter((reply) => !isHidden(reply));
    [...around.ancestors, ...below].forEach(take);
    const direct = below.filter((reply) => reply.in_reply_to_id === shownId).length;
    one.value = {
      ancestors: around.ancestors.map((before) => before.id), branches: nest(shownId, below), shown: below.length,
      missing: Math.max(0, (focus.reblog ?? focus).replies_count - direct), trouble: null, isLoaded: true,
    };
  } catch (fault) {
    one.value = { ...one.value, trouble: fault instanceof Trouble ? fault : new Trouble(0, String(fault)) };
    if (one.value.trouble?.status === 404) post(id).value = null;
  }
}

/** Replies under what they answer; one whose parent is hidden stands at the first level. Without recursion over the
 *  depth: a thread may be ten thousand deep. */
export function nest(focus: string, replies: Status[]): Branch[] {
  const ids = new Set(replies.map((one) => one.id));
  const under = new Map<string, Status[]>();
  for (const reply of replies) {
    const parent = reply.in_reply_to_id && ids.has(reply.in_reply_to_id) && BigInt(reply.in_reply_to_id) < BigInt(reply.id)
      ? reply.in_reply_to_id : focus;
    const siblings = under.get(parent);
    if (siblings) siblings.push(reply);
    else under.set(parent, [reply]);
  }
  const sizes = new Map<string, number>();
  for (const reply of [...replies].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))) {
    sizes.set(reply.id, (under.get(reply.id) ?? []).reduce((sum, one) => sum + 1 + (sizes.get(one.id) ?? 0), 0));
  }
  const branches = (parent: string, level: number): Branch[] => level > DEEPEST ? [] : (under.get(parent) ?? []).map((one) => ({
    post: one.id, branches: branches(one.id, level + 1), more: level === DEEPEST ? (sizes.get(one.id) ?? 0) : 0,
  }));
  return branches(focus, 1);
}

/** A reply that was just written here, or came by the stream, stands in the conversations that it belongs to. */
export function addReply(reply: Status): void {
  for (const [id, one] of known) {
    const parent = reply.in_reply_to_id;
    if (!parent || !one.value.isLoaded) continue;
    const leaf: Branch = { post: reply.id, branches: [], more: 0 };
    const into = (all: Branch[]): Branch[] => all.map((branch) =>
      branch.post === parent ? { ...branch, branches: [...branch.branches, leaf] } : { ...branch, branches: into(branch.branches) });
    const has = (all: Branch[], what: string): boolean => all.some((branch) => branch.post === what || has(branch.branches, what));
    if (has(one.value.branches, reply.id)) continue;
    if (parent === id) one.value = { ...one.value, branches: [...one.value.branches, leaf], shown: one.value.shown + 1 };
    else if (has(one.value.branches, parent)) one.value = { ...one.value, branches: into(one.value.branches), shown: one.value.shown + 1 };
  }
}
