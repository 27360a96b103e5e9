// Lists of posts by the address they come from. A list that was left stays as it was, so that going back finds it.
import { signal } from "@preact/signals";
import { get, page, query, type Page, type Params, Trouble } from "../api";
import type { Status } from "../types";
import { find } from "./keeping";
import { isFrom } from "./net";
import { isHidden, take, type Item } from "./statuses";

const PAGE = 20;
const MOST_KEPT = 12;
/** What waits behind the pill at most; more is fetched as a page when somebody wants it. */
const MOST_WAITING = 200;

export class Timeline {
  readonly items = signal<Item[] | null>(null);
  /** Newer than what is shown; shown when somebody asks. */
  readonly waiting = signal<Item[]>([]);
  readonly isLoading = signal(false);
  readonly trouble = signal<Trouble | null>(null);
  readonly isEnd = signal(false);
  /** Measured heights of lines, by key: a list that comes back is as long as it was. */
  readonly heights = new Map<string, number>();
  /** When what is shown came, of what was kept on the device; 0 else. */
  private from = 0;
  private older: string | null = null;
  private under: Promise<void> | null = null;

  constructor(readonly key: string, readonly path: string, readonly params: Params = {}) {}

  /** The newest page, unless something is here. */
  async load(): Promise<void> {
    if (this.items.value) {
      if (this.from) isFrom(this.from);
      return;
    }
    await this.alone(async () => {
      const came = await page<Status>(this.path, { limit: PAGE, ...this.params });
      this.show(this.lines(came), came);
    });
  }

  /** What is kept on the device, when it is not older than this: to be looked at anew by whoever asks. Its time, or 0. */
  async showKept(mostMs: number): Promise<number> {
    const kept = this.items.value ? null : await find(this.path + query({ limit: PAGE, ...this.params }));
    if (!kept || Date.now() - kept.at > mostMs || this.items.value) return 0;
    const came = { ...kept, items: kept.body as Status[] };
    this.show(this.lines(came), came);
    return kept.at;
  }

  /** Why nothing is there; null where something is. */
  get missing(): Trouble | null {
    return this.items.peek() ? null : this.trouble.peek();
  }

  /** Looked at anew: it is as the server has it. */
  isFresh(): void {
    this.from = 0;
  }

  /** Anew, from the newest. */
  async reload(): Promise<void> {
    await this.alone(async () => {
      const came = await page<Status>(this.path, { limit: PAGE, ...this.params });
      this.waiting.value = [];
      this.show(this.lines(came), came);
    });
  }

  async more(): Promise<void> {
    if (!this.older || this.isEnd.value || !this.items.value) return;
    const address = this.older;
    await this.alone(async () => {
      const came = await page<Status>(address);
      const have = new Set(this.items.value!.map((one) => one.key));
      this.items.value = [...this.items.value!, ...this.lines(came).filter((one) => !have.has(one.key))];
      this.on(came);
    });
  }

  /** What came since the newest that is known: behind the pill, with a gap below when there is more than a page. */
  async catchUp(): Promise<void> {
    const items = this.items.value;
    if (!items) return;
    const newest = this.waiting.value[0]?.key ?? items[0]?.key;
    try {
      const came = await page<Status>(this.path, { limit: 40, ...this.params, since_id: newest });
      const lines = this.lines(came);
      const oldest = lines.at(-1);
      if (came.items.length >= 40 && oldest) lines[lines.length - 1] = { ...oldest, gap: true };
      this.wait(lines);
    } catch (fault) {
      // The stream, or the next look, brings it. But what is kept does not stand in for what the site has closed.
      if (!this.from || !(fault instanceof Trouble) || fault.status < 500) return;
      this.items.value = null;
      this.trouble.value = fault;
    }
  }

  /** Fills what is missing below a line. */
  async fill(key: string): Promise<void> {
    const items = this.items.value;
    const at = items?.findIndex((one) => one.key === key) ?? -1;
    if (!items || at < 0) return;
    const below = items[at + 1]?.key;
    await this.alone(async () => {
      const came = await page<Status>(this.path, { limit: 40, ...this.params, max_id: key, since_id: below });
      const lines = this.lines(came);
      const last = lines.at(-1);
      if (came.items.length >= 40 && last) lines[lines.length - 1] = { ...last, gap: true };
      this.items.value = this.items.value!.flatMap((one) => (one.key === key ? [{ ...one, gap: undefined }, ...lines] : [one]));
    });
  }

  /** Goes on at a place further down, with a gap above it; the key of the line that stands there. */
  async jump(to: string): Promise<string> {
    let found = "";
    await this.alone(async () => {
      const came = await page<Status>(this.path, { limit: PAGE, ...this.params, max_id: String(BigInt(to) + 1n) });
      const have = this.items.value ?? [];
      const keys = new Set(have.map((one) => one.key));
      const lines = this.lines(came).filter((one) => !keys.has(one.key));
      found = lines[0]?.key ?? "";
      const last = have.at(-1);
      this.items.value = last ? [...have.slice(0, -1), { ...last, gap: true }, ...lines] : lines;
      this.on(came);
    });
    return found;
  }

  /** A post that a stream brought, or that was just written here (`now`: shown at once, since it is one's own). */
  came(status: Status, now = false): void {
    if (isHidden(status)) return;
    const line = take(status);
    if (now && this.items.value) {
      // The stream may have been first.
      this.waiting.value = this.waiting.value.filter((one) => one.key !== line.key);
      if (!this.has(line.key)) this.items.value = [line, ...this.items.value];
    } else this.wait([line]);
  }

  reveal(): void {
    if (!this.waiting.value.length || !this.items.value) return;
    this.items.value = [...this.waiting.value, ...this.items.value];
    this.waiting.value = [];
  }

  /** As it was before the page was loaded anew. */
  restore(items: Item[], older: string | null, from: number): void {
    this.from = from;
    this.items.value = items;
    this.older = older;
    this.isEnd.value = !older;
  }

  get next(): string | null {
    return this.older;
  }

  drop(post: string): void {
    const without = (all: Item[]) => all.filter((one) => one.post !== post && one.key !== post);
    if (this.items.value) this.items.value = without(this.items.value);
    this.waiting.value = without(this.waiting.value);
  }

  private has(key: string): boolean {
    return Boolean(this.items.value?.some((one) => one.key === key) || this.waiting.value.some((one) => one.key === key));
  }

  private wait(lines: Item[]): void {
    const fresh = lines.filter((one) => !this.has(one.key));
    if (!this.items.value || !fresh.length) return;
    const all = [...fresh, ...this.waiting.value].sort((a, b) => (BigInt(a.key) < BigInt(b.key) ? 1 : -1));
    if (all.length > MOST_WAITING) all[MOST_WAITING - 1] = { ...all[MOST_WAITING - 1]!, gap: true };
    this.waiting.value = all.slice(0, MOST_WAITING);
  }

  private lines(came: Page<Status[]>): Item[] {
    return came.items.filter((one) => !isHidden(one)).map(take);
  }

  private show(lines: Item[], came: Page<Status[]>): void {
    this.from = came.at;
    this.items.value = lines;
    this.on(came);
  }

  private on(came: Page<Status[]>): void {
    this.older = came.older;
    this.isEnd.value = !came.older;
  }

  /** One question at a time; who asks meanwhile waits for the same answer. */
  private alone(work: () => Promise<void>): Promise<void> {
    this.under ??= (async () => {
      this.isLoading.value = true;
      this.trouble.value = null;
      try {
        await work();
      } catch (fault) {
        this.trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
      } finally {
        this.isLoading.value = false;
        this.under = null;
      }
    })();
    return this.under;
  }
}

const kept = new Map<string, Timeline>();

export function timeline(path: string, params: Params = {}): Timeline {
  const key = `${path} ${JSON.stringify(params)}`;
  const found = kept.get(key) ?? new Timeline(key, path, params);
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return found;
}

export function all(): Iterable<Timeline> {
  return kept.values();
}

/** A deleted post leaves every list. */
export function dropEverywhere(post: string): void {
  for (const one of kept.values()) one.drop(post);
}

export const HOME = "/api/v1/timelines/home";
export const home = (): Timeline => timeline(HOME);

/** Which of these still may be seen, and as they are now; what came out of a store may be old. */
export async function fresh(ids: string[]): Promise<Status[]> {
  return get<Status[]>("/api/v1/statuses", { id: ids });
}
