// Nothing typed is lost: each change is kept in the browser at once, and on the server a little later.
import { del, onceKey, post, put, Trouble } from "../api";
import { site } from "../site";
import { bodyOf, isBare, isBlank, type Draft, type Part, type Saved } from "./shapes";

const NAME = `petrel.draft.${site.me}.`;
/** The server counts drafts with posts (300 in 3 hours): after a pause, and not more often than that. */
const PAUSE_MS = 2_500;
const LEAST_MS = 45_000;
const FILES_LAST_MS = 23 * 3_600_000;

const nameOf = (about: string): string => NAME + about;

/** Files that were not yet sent are only in memory; those that were are on the server for a day. */
export function keep(draft: Draft): void {
  if (isBlank(draft)) return forget(draft.about);
  const parts = draft.parts.map((one) => ({
    ...one, files: one.files.filter((file) => file.id).map((file) => ({ ...file, preview: file.preview.startsWith("blob:") ? "" : file.preview })),
  }));
  try {
    localStorage.setItem(nameOf(draft.about), JSON.stringify({ ...draft, parts }));
  } catch { /* no room: the server's copy is the one */ }
}

export function find(about: string): Draft | null {
  try {
    const found = JSON.parse(localStorage.getItem(nameOf(about)) ?? "null") as Draft | null;
    if (!found?.parts?.length) return null;
    const areOld = Date.now() - found.changedAt > FILES_LAST_MS && !found.editing;
    // A key that may have been used for another text is not used again.
    const parts = found.parts.map((one): Part => ({ ...one, once: onceKey(), files: areOld ? [] : one.files }));
    return { ...found, parts };
  } catch {
    return null;
  }
}

export function forget(about: string): void {
  localStorage.removeItem(nameOf(about));
}

/** What is kept in this browser, the latest first. */
export function all(): Draft[] {
  return Object.keys(localStorage).filter((name) => name.startsWith(NAME)).map((name) => find(name.slice(NAME.length)))
    .filter((one): one is Draft => one !== null).sort((a, b) => b.changedAt - a.changedAt);
}

/** Kept beside what was written meanwhile about the same thing. */
export function keepBeside(draft: Draft): Draft {
  const one = find(draft.about) ? { ...draft, about: `${draft.about} ${draft.changedAt.toString(36)}` } : draft;
  keep(one);
  return one;
}

/** The name under which a draft is kept, until `letGo`: that of the thing it is about, or one beside it when another
 *  tab is writing about the same. */
export async function claim(about: string): Promise<{ about: string; letGo: () => void }> {
  let letGo = (): void => undefined;
  if (!navigator.locks) return { about, letGo };
  const isOurs = await new Promise<boolean>((known) => {
    void navigator.locks.request(nameOf(about), { ifAvailable: true }, (lock) => {
      known(lock !== null);
      return lock ? new Promise<void>((free) => (letGo = free)) : undefined;
    });
  });
  return { about: isOurs ? about : `${about} ${Date.now().toString(36)}`, letGo: () => letGo() };
}

export type State = "none" | "kept" | "saving" | "saved" | "here";

/** The server's copies of one draft: one per post of a thread. `told` hears how it goes, `ids` the numbers they got. */
export class Saving {
  private timer = 0;
  private last = 0;
  private turn: Promise<void> = Promise.resolve();
  private done = "";
  private isOver = false;
  /** Draft ids on the server by the part's key. */
  readonly ids = new Map<string, string>();

  constructor(private readonly now: () => Draft, private readonly told: (state: State) => void,
    private readonly got: (part: string, id: string) => void) {
    for (const one of now().parts) if (one.saved) this.ids.set(one.key, one.saved);
    window.addEventListener("online", this.soon);
  }

  readonly soon = (): void => {
    if (this.isOver || this.now().editing) return;
    clearTimeout(this.timer);
    const wait = Math.max(PAUSE_MS, this.last + LEAST_MS - Date.now());
    this.timer = window.setTimeout(() => void this.save(), this.last ? wait : PAUSE_MS);
  };

  save(): Promise<void> {
    clearTimeout(this.timer);
    this.turn = this.turn.then(() => this.write());
    return this.turn;
  }

  private async write(): Promise<void> {
    const draft = this.now();
    if (this.isOver || draft.editing || isBlank(draft)) return;
    const bodies = draft.parts.map((one, n): [Part, string] => [one, JSON.stringify({ ...bodyOf(draft, n), scheduled_at: null })]);
    if (JSON.stringify(bodies.map(([, body]) => body)) === this.done) return this.told("saved");
    this.told("saving");
    this.last = Date.now();
    try {
      for (const [part, body] of bodies) if (!isBare(part)) await this.one(part, JSON.parse(body) as unknown);
      for (const key of [...this.ids.keys()]) if (!draft.parts.some((one) => one.key === key)) await this.drop(key);
      this.done = JSON.stringify(bodies.map(([, body]) => body));
      this.told("saved");
    } catch {
      // It is here, and goes there with the next change or when the connection is back.
      this.told("here");
    }
  }

  private async one(part: Part, body: unknown): Promise<void> {
    const id = this.ids.get(part.key);
    if (id) {
      try {
        await put<Saved>(`/api/v1/petrel/drafts/${id}`, body);
        return;
      } catch (fault) {
        if (!(fault instanceof Trouble) || fault.status !== 404) throw fault;
      }
    }
    // One who leaves the page may never hear the number: the part's key finds it again.
    const made = (await post<Saved>("/api/v1/petrel/drafts", body, { once: `draft ${part.key}` })).id;
    this.ids.set(part.key, made);
    this.got(part.key, made);
  }

  private async drop(key: string): Promise<void> {
    const id = this.ids.get(key);
    this.ids.delete(key);
    if (id) await del(`/api/v1/petrel/drafts/${id}`).catch(() => undefined);
  }

  /** No more of it: it was sent, or thrown away. */
  async end(andDrop: boolean): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.soon);
    await this.turn;
    if (andDrop) for (const key of [...this.ids.keys()]) await this.drop(key);
  }
}

/** Saves a draft that is not open; whether the server has all of it. What is being edited is no draft there. */
export async function saveNow(draft: Draft): Promise<boolean> {
  if (isBlank(draft)) return true;
  let state: State = "none";
  const saving = new Saving(() => draft, (now) => (state = now), () => undefined);
  await saving.save();
  await saving.end(false);
  return (state as State) === "saved";
}
