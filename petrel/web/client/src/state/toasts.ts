// What is said to somebody beside what they look at: seen for a while, and read out.
import { signal } from "@preact/signals";

export interface Toast { id: number; text: string; isWrong: boolean; act?: { label: string; run: () => void } }

export const toasts = signal<Toast[]>([]);
/** Read out by screen readers, and not seen. */
export const spoken = signal("");
let number = 0;

const LOOK_AGAIN_MS = 2_000;
let isHeld = false;

/** While somebody points at what is said, or has the keyboard in it, nothing of it goes. */
export function hold(on: boolean): void {
  isHeld = on;
}

/** What went wrong and can be mended stays until somebody says so; what can be acted on stays longer than the rest. */
export function toast(text: string, more: { isWrong?: boolean; act?: Toast["act"]; forMs?: number } = {}): void {
  const id = ++number;
  toasts.value = [...toasts.value.slice(-2), { id, text, isWrong: more.isWrong ?? false, act: more.act }];
  if (more.isWrong && more.act) return;
  const go = (): void => {
    if (isHeld) setTimeout(go, LOOK_AGAIN_MS);
    else away(id);
  };
  setTimeout(go, more.forMs ?? (more.act ? 12_000 : 6_000));
}

export function away(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function say(text: string): void {
  spoken.value = "";
  requestAnimationFrame(() => (spoken.value = text));
}
