// What happened to the member, in groups as the server makes them, and how far they have seen it.
import { effect, signal } from "@preact/signals";
import { get, page, post, query, Trouble, type Params } from "../api";
import { site } from "../site";
import { countUnread, onNotification, unread } from "../state/session";
import { take } from "../state/statuses";
import type { Account, Marker, Notification, Status } from "../types";
import type { Group, Groups } from "./types";

/** The chips over the list, and the kinds behind each. */
export const KINDS = {
  mention: ["mention"], like: ["favourite"], boost: ["reblog"], follow: ["follow", "follow_request"],
  quote: ["quote", "quoted_update"], poll: ["poll"], status: ["status"],
} as const satisfies Record<string, readonly string[]>;
export type Chip = "all" | keyof typeof KINDS;

export const chipOf = (url: URL): Chip => {
  const said = url.searchParams.get("kind") ?? "";
  return said in KINDS ? (said as Chip) : "all";
};

const PAGE = 30;
const KEPT = "petrel.told.";
const MOST_KEPT = 90;

const known = new Map<string, Account>();
export const person = (id: string): Account | undefined => known.get(id);

/** How far the member has seen, by the server; -1n until it is known. */
export const seen = signal(-1n);
/** What counts as new while the page is open: it stays marked although the server knows that it was seen. */
export const newSince = signal(-1n);

export class Feed {
  readonly groups = signal<Group[] | null>(null);
  readonly waiting = signal(0);
  readonly trouble = signal<Trouble | null>(null);
  readonly isLoading = signal(false);
  readonly older = signal<string | null>(null);

  constructor(readonly chip: Chip) {}

  private get params(): Params {
    return { limit: PAGE, types: this.chip === "all" ? undefined : KINDS[this.chip] };
  }

  concerns(kind: string): boolean {
    return this.chip === "all" || (KINDS[this.chip] as readonly string[]).includes(kind);
  }

  async load(): Promise<void> {
    if (!this.groups.value) await this.reload();
  }

  /** The newest; what was further down and is not among them stays. */
  async reload(): Promise<void> {
    await this.ask(`/api/v2/notifications${query(this.params)}`, (came) => {
      const have = this.groups.value;
      const fresh = new Set(came.map((one) => one.group_key));
      this.waiting.value = 0;
      if (have?.some((one) => fresh.has(one.group_key))) {
        const last = came.at(-1);
        const oldest = last ? idOf(last) : 0n;
        this.groups.value = [...came, ...have.filter((one) => !fresh.has(one.group_key) && idOf(one) < oldest)];
        return false;
      }
      this.groups.value = came;
      return true;
    });
  }

  async more(): Promise<void> {
    if (!this.older.value) return;
    await this.ask(this.older.value, (came) => {
      const have = new Set(this.groups.value?.map((one) => one.group_key));
      this.groups.value = [...(this.groups.value ?? []), ...came.filter((one) => !have.has(one.group_key))];
      return true;
    });
  }

  drop(group: string): void {
    if (this.groups.value) this.groups.value = this.groups.value.filter((one) => one.group_key !== group);
  }

  /** `into` says whether the end of the list is that of the answer. */
  private async ask(address: string, into: (came: Group[]) => boolean): Promise<void> {
    if (this.isLoading.value) return;
    this.isLoading.value = true;
    this.trouble.value = null;
    try {
      const { body, older } = await groupsAt(address);
      takeAll(body);
      if (into(body.notification_groups)) this.older.value = older;
    } catch (fault) {
      this.trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
    } finally {
      this.isLoading.value = false;
    }
  }

  keep(entry: string): void {
    const groups = this.groups.value?.slice(0, MOST_KEPT);
    if (!groups?.length) return;
    const ids = new Set(groups.flatMap((one) => one.sample_account_ids));
    const isWhole = groups.length === this.groups.value!.length;
    const record = { me: site.me, chip: this.chip, groups, people: [...known.values()].filter((one) => ids.has(one.id)),
      older: isWhole ? this.older.value : `/api/v2/notifications${query({ ...this.params, max_id: groups.at(-1)!.page_max_id })}` };
    try {
      sessionStorage.setItem(KEPT + entry, JSON.stringify(record));
    } catch { /* full: the list is asked for anew */ }
  }

  /** As it was before the page was loaded anew; posts in it are asked for. */
  async restore(entry: string): Promise<boolean> {
    const text = this.groups.value ? null : sessionStorage.getItem(KEPT + entry);
    if (!text) return false;
    const record = JSON.parse(text) as { me: string; chip: Chip; groups: Group[]; people: Account[]; older: string | null };
    if (record.me !== site.me || record.chip !== this.chip) return false;
    const posts = [...new Set(record.groups.map((one) => one.status_id).filter((id): id is string => id !== null))];
    for (let at = 0; at < posts.length; at += 40) {
      (await get<Status[]>("/api/v1/statuses", { id: posts.slice(at, at + 40) })).forEach(take);
    }
    record.people.forEach((one) => known.set(one.id, one));
    this.groups.value = record.groups;
    this.older.value = record.older;
    void this.reload();
    return true;
  }
}

/** An answer that is one object, with the address of the page below it. */
async function groupsAt(address: string): Promise<{ body: Groups; older: string | null }> {
  const came = await page<unknown>(address);
  return { body: came.items as unknown as Groups, older: came.older };
}

function takeAll(came: Groups): void {
  came.accounts.forEach((one) => known.set(one.id, one));
  came.statuses.forEach(take);
}

const feeds = new Map<Chip, Feed>();

export function feed(chip: Chip): Feed {
  let found = feeds.get(chip);
  if (!found) feeds.set(chip, (found = new Feed(chip)));
  return found;
}

/** Not `most_recent_notification_id`: a number in the API, which scripts cannot hold whole. */
const idOf = (one: Group): bigint => BigInt(one.page_max_id);
export const isNew = (one: Group): boolean => newSince.value >= 0n && idOf(one) > newSince.value;

export async function lookAtMarker(): Promise<void> {
  const came = await get<{ notifications?: Marker }>("/api/v1/markers", { timeline: ["notifications"] });
  const at = BigInt(came.notifications?.last_read_id ?? "0");
  if (at > seen.value) seen.value = at;
}

/** Everything that is shown now was seen; the server and other devices are told. */
export async function markSeen(): Promise<void> {
  const newest = feed("all").groups.value?.reduce((most, one) => (idOf(one) > most ? idOf(one) : most), 0n) ?? 0n;
  if (newest <= seen.value) return;
  seen.value = newest;
  unread.value = 0;
  try {
    await post("/api/v1/markers", { notifications: { last_read_id: String(newest) } });
  } catch {
    void countUnread().catch(() => undefined);
  }
}

onNotification((one: Notification) => {
  for (const each of feeds.values()) {
    // A stream may tell late of what was in the page that is shown.
    const isShown = each.groups.peek()?.some((group) => idOf(group) >= BigInt(one.id)) ?? true;
    if (each.concerns(one.type) && !isShown) each.waiting.value += 1;
  }
});

/** What was asked and not yet answered, or answered here: by the account that asks. */
export const answered = signal<ReadonlyMap<string, boolean>>(new Map());

/** Other tabs and devices mark as read too: looked at again when this window is looked at again. */
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && feeds.size) void Promise.all([lookAtMarker(), countUnread()]).catch(() => undefined);
});

effect(() => {
  if (newSince.value < 0n && seen.value >= 0n) newSince.value = seen.value;
});
