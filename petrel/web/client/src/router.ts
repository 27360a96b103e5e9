// Addresses that the app knows, and going from one to the other without loading a page. All others are ordinary pages.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Trouble } from "./api";
import { isFeed, shapeOf, type Address } from "./addresses";
import { keepPlace } from "./place";
import { turned, whenBack } from "./state/net";

export type Args = Record<string, string>;

export interface Route {
  path: Address;
  page: ComponentType<Shown>;
  /** Asks for what the page shows, so that it can be shown whole; what fails is said by the page. */
  load?: (shown: Shown) => Promise<unknown>;
  /** Why nothing of it could be brought; null where something is there. */
  trouble?: (shown: Shown) => Trouble | null;
  title: (shown: Shown) => string;
  /** Which entry of the way round the site is open. */
  way?: string;
}

export interface Shown { route: Route; args: Args; url: URL; entry: string }

interface Known { route: Route; shape: RegExp; names: string[] }

const known: Known[] = [];
/** What is shown now; null before the first page is there. */
export const shown = signal<Shown | null>(null);
/** Whether another page is on its way. */
export const isGoing = signal(false);

/** How long the page that was there stays while the next is asked for. */
const PATIENCE_MS = 400;

export function add(...routes: Route[]): void {
  for (const route of routes) known.push({ route, ...shapeOf(route.path) });
}

export function find(url: URL): Omit<Shown, "entry"> | null {
  if (url.origin !== location.origin || isFeed(url.pathname)) return null;
  for (const { route, shape, names } of known) {
    const match = shape.exec(url.pathname);
    if (match) {
      const args = Object.fromEntries(names.map((name, n) => [name, decodeURIComponent(match[n + 1] ?? "")]));
      return { route, args, url };
    }
  }
  return null;
}

const newEntry = (): string => Math.random().toString(36).slice(2, 10);
let turn = 0;

async function show(found: Omit<Shown, "entry">, entry: string, isNew: boolean): Promise<void> {
  const mine = ++turn;
  const next = { ...found, entry };
  isGoing.value = true;
  turned();
  const loading = found.route.load?.(next).catch(() => undefined);
  if (loading) await Promise.race([loading, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  if (mine !== turn) return;
  isGoing.value = false;
  shown.value = next;
  if (isNew && !found.url.hash) window.scrollTo(0, 0);
}

/** Goes to an address of this site: in the app where it knows the address, by loading the page elsewhere. */
export function go(address: string, how: { replace?: boolean } = {}): void {
  const url = new URL(address, location.href);
  const found = find(url);
  if (!found || !shown.value) {
    if (how.replace) location.replace(url);
    else location.assign(url);
    return;
  }
  keepPlace(shown.value.entry);
  const isSame = url.href === location.href;
  const entry = how.replace || isSame ? shown.value.entry : newEntry();
  if (how.replace || isSame) history.replaceState({ entry }, "", url);
  else history.pushState({ entry }, "", url);
  void show(found, entry, true);
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link?.href || link.target || link.hasAttribute("download") || "plain" in link.dataset) return;
  const url = new URL(link.href, location.href);
  if (url.pathname === location.pathname && url.search === location.search && url.hash) return;
  if (!find(url)) return;
  event.preventDefault();
  go(url.href);
}

/** The field for searches at the edge of every page. */
function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== "get" || !shown.value) return;
  const url = new URL(form.action, location.href);
  for (const [name, value] of new FormData(form)) url.searchParams.set(name, String(value));
  if (!find(url) || form.classList.contains("gate")) return;
  event.preventDefault();
  go(url.href);
}

/** Takes over the page that the server sent. False where the app does not know its address, or has nothing to show in
 *  its place: then the page that is there is better, and its links and forms work by themselves. */
export async function start(): Promise<boolean> {
  let stays = "";
  history.scrollRestoration = "manual";
  const found = find(new URL(location.href));
  const entry = (history.state as { entry?: string } | null)?.entry ?? newEntry();
  history.replaceState({ entry }, "");
  window.addEventListener("popstate", (event) => {
    const back = find(new URL(location.href));
    if (!back) return location.reload();
    if (stays) {
      if (stays !== location.pathname + location.search) location.reload();
      return;
    }
    if (shown.value) keepPlace(shown.value.entry);
    const to = (event.state as { entry?: string } | null)?.entry ?? newEntry();
    if (!event.state) history.replaceState({ entry: to }, "");
    void show(back, to, false);
  });
  window.addEventListener("pagehide", () => shown.value && keepPlace(shown.value.entry, true));
  // What could not be brought, or came from what is kept, is asked for once more.
  whenBack(() => shown.value?.route.load?.(shown.value).catch(() => undefined));
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  if (!found) {
    history.scrollRestoration = "auto";
    return false;
  }
  const first = { ...found, entry };
  await found.route.load?.(first).catch(() => undefined);
  if (found.route.trouble?.(first)?.mayPass && !("shell" in document.body.dataset)) {
    history.scrollRestoration = "auto";
    stays = location.pathname + location.search;
    return false;
  }
  shown.value = first;
  return true;
}

