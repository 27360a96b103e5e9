// Whether the site is reached, and from when what is shown is: said plainly, and looked at anew when it is reached again.
import { signal } from "@preact/signals";

/** Since when the site is not reached, ms; 0 while it is. */
export const lostAt = signal(0);
/** What is shown came before this moment, ms; 0: it is as the server has it. */
export const shownFrom = signal(0);

const LOOK_MS = 15_000;
const again = new Set<() => unknown>();
let timer = 0;
let ask: () => Promise<unknown> = () => Promise.resolve();

/** Run when the site is reached again: what is shown is asked for anew. Returns what ends it. */
export function whenBack(run: () => unknown): () => void {
  again.add(run);
  return () => void again.delete(run);
}

export function lost(): void {
  if (lostAt.peek()) return;
  lostAt.value = Date.now();
  if (!shownFrom.peek()) shownFrom.value = lostAt.peek();
  timer = window.setInterval(() => document.hidden || tryAgain(), LOOK_MS);
}

export function reached(): void {
  if (!lostAt.peek()) return;
  clearInterval(timer);
  lostAt.value = 0;
  shownFrom.value = 0;
  again.forEach((run) => void run());
}

/** An answer from what is kept stands for the server's. */
export function isFrom(at: number): void {
  lost();
  if (at < shownFrom.peek()) shownFrom.value = at;
}

/** Another page is shown: how old it is, what is asked for it says. */
export function turned(): void {
  if (shownFrom.peek()) shownFrom.value = lostAt.peek();
}

export const tryAgain = (): void => void ask().catch(() => undefined);

/** `how`: a small question by which it is known whether the site is reached. */
export function start(how: () => Promise<unknown>): void {
  ask = how;
  window.addEventListener("online", tryAgain);
  window.addEventListener("offline", lost);
  if (navigator.onLine === false) lost();
}
