// What is said to somebody beside what they look at: seen for a while, and read out.
import { signal } from "@preact/signals";

export interface Toast { id: number; text: string; isWrong: boolean; act?: { label: string; run: () => void } }

export const toasts = signal<Toast[]>([]);
/** Read out by screen readers, and not seen. */
export const spoken = signal("");
let number = 0;

export function toast(text: string, more: { isWrong?: boolean; act?: Toast["act"]; forMs?: number } = {}): void {
  const id = ++number;
  toasts.value = [...toasts.value.slice(-2), { id, text, isWrong: more.isWrong ?? false, act: more.act }];
  // What can be acted on stays longer: people need time to reach it.
  setTimeout(() => away(id), more.forMs ?? (more.act ? 12_000 : 6_000));
}

export function away(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function say(text: string): void {
  spoken.value = "";
  requestAnimationFrame(() => (spoken.value = text));
}
