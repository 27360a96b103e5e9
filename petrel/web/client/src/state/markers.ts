// How far the home timeline was read, kept by the server: another device begins there.
import { signal } from "@preact/signals";
import { get, post } from "../api";
import { here } from "../place";
import type { Marker } from "../types";
import { home } from "./timelines";

/** Where reading stopped last time, by the key of a line; "" when nothing is known. */
export const stoppedAt = signal("");
let told = "";
let timer = 0;

const isNewer = (one: string, than: string): boolean => than === "" || (one.length === than.length ? one > than : one.length > than.length);

export async function load(): Promise<void> {
  const came = await get<{ home?: Marker }>("/api/v1/markers", { timeline: ["home"] });
  told = stoppedAt.value = came.home?.last_read_id ?? "";
}

function tell(keepalive = false): void {
  const at = here().anchor;
  if (!at || !home().items.peek()?.some((one) => one.key === at) || !isNewer(at, told)) return;
  told = at;
  post("/api/v1/markers", { home: { last_read_id: at } }, { keepalive }).catch(() => undefined);
}

/** While home is shown. */
export function follow(): () => void {
  const soon = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => tell(), 4_000);
  };
  const leaving = () => tell(true);
  window.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("pagehide", leaving);
  soon();
  return () => {
    clearTimeout(timer);
    tell();
    window.removeEventListener("scroll", soon);
    window.removeEventListener("pagehide", leaving);
  };
}
