// How the member stands to others: asked for together, changed at once, taken back when the server does not follow.
import { signal, type Signal } from "@preact/signals";
import { get, onceKey, post as send } from "../api";
import { t } from "../i18n";
import type { Account, Relationship } from "../types";
import { inTurn, wrong } from "./acts";
import { forgetBy } from "./statuses";
import { toast } from "./toasts";

const known = new Map<string, Signal<Relationship | null>>();
let asked: Set<string> | null = null;

/** null until it is known; asked for by itself, with all others of the same moment. */
export function relation(account: string): Signal<Relationship | null> {
  let found = known.get(account);
  if (!found) {
    known.set(account, (found = signal<Relationship | null>(null)));
    ask(account);
  }
  return found;
}

function ask(account: string): void {
  if (!asked) {
    asked = new Set();
    queueMicrotask(() => {
      const ids = [...asked!];
      asked = null;
      get<Relationship[]>("/api/v1/accounts/relationships", { id: ids }).then(
        (all) => all.forEach(takeRelation), () => ids.forEach((id) => known.delete(id)));
    });
  }
  asked.add(account);
}

export function takeRelation(came: Relationship): void {
  const one = known.get(came.id);
  if (one) one.value = came;
  else known.set(came.id, signal<Relationship | null>(came));
}

export type Deed = "follow" | "unfollow" | "mute" | "unmute" | "block" | "unblock";

const CHANGED: Record<Deed, (now: Relationship, who: Account) => Partial<Relationship>> = {
  follow: (_, who) => (who.locked ? { requested: true } : { following: true }),
  unfollow: () => ({ following: false, requested: false, notifying: false }),
  mute: () => ({ muting: true }),
  unmute: () => ({ muting: false }),
  block: () => ({ blocking: true, following: false, requested: false, followed_by: false }),
  unblock: () => ({ blocking: false }),
};

export function deed(who: Account, what: Deed, body: object = {}): Promise<void> {
  const one = relation(who.id);
  const before = one.peek();
  if (before) one.value = { ...before, ...CHANGED[what](before, who) };
  return inTurn(`relation ${who.id}`, async () => {
    try {
      takeRelation(await send<Relationship>(`/api/v1/accounts/${who.id}/${what}`, body, { once: onceKey() }));
      if (what === "block" || what === "mute") {
        forgetBy(who.id);
        const undo = what === "block" ? "unblock" : "unmute";
        toast(t(`done.${what}`, { name: `@${who.acct}` }), { act: { label: t("undo"), run: () => void deed(who, undo) } });
      }
    } catch (fault) {
      if (before) one.value = before;
      wrong(`failed.${what}`, fault, () => void deed(who, what, body));
    }
  });
}
