// The app's worker: it keeps the program and the frame of its pages for when there is no network, and hears of pushes and
// of what other apps share. What members looked at is kept by the app itself (src/state/keeping.ts), which alone knows
// whose it is. Nothing here may hold anybody up: whatever fails goes to the network. Why: docs/decisions/0061.
//
// The server writes `const FILES = [...], BADGE = "..."` in front of it: addresses of a release (petrel/web/built.py).
import { FILES_CACHE, PICTURES_CACHE, type Up } from "../src/names";
import { growOld, isUp, named, page } from "./pages";
import { changed, pressed, pushed } from "./push";
import { share } from "./share";

declare const FILES: readonly string[];
declare const self: ServiceWorkerGlobalScope;

const MOST_PICTURES = 150;
const MOST_PICTURE_BYTES = 80_000;
const ANY = { ignoreVary: true };

async function bring(): Promise<void> {
  const cache = await caches.open(FILES_CACHE);
  const have = new Set((await cache.keys()).map((one) => new URL(one.url).pathname));
  await cache.addAll(FILES.filter((one) => !have.has(one)));
}

/** Files of older releases go, but for those that a frame still names. */
async function collect(): Promise<void> {
  const wanted = new Set([...FILES, ...(await named())]);
  const cache = await caches.open(FILES_CACHE);
  for (const one of await cache.keys()) if (!wanted.has(new URL(one.url).pathname)) await cache.delete(one);
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(FILES_CACHE).catch(() => null);
  const found = await cache?.match(request, ANY).catch(() => undefined);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && cache) await cache.put(request, answer.clone()).catch(() => undefined);
  return answer;
}

/** An address with a question mark is somebody's for a few minutes (features/media/signing.py), and is never kept. */
const isPicture = (request: Request, url: URL): boolean =>
  request.destination === "image" && !url.search && /^\/(?:avatars|media)\//.test(url.pathname);

async function picture(event: FetchEvent): Promise<Response> {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keepPicture(event.request, answer.clone()).catch(() => undefined));
    return answer;
  } catch (fault) {
    const found = await caches.open(PICTURES_CACHE).then((cache) => cache.match(event.request, ANY)).catch(() => undefined);
    if (!found) throw fault;
    return found;
  }
}

async function keepPicture(request: Request, answer: Response): Promise<void> {
  const cache = await caches.open(PICTURES_CACHE);
  if (!answer.ok) return void (await cache.delete(request, ANY));
  const bytes = Number(answer.headers.get("content-length") ?? Infinity);
  if (answer.status !== 200 || bytes > MOST_PICTURE_BYTES) return;
  await cache.put(request, answer);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - MOST_PICTURES))) await cache.delete(old);
}

self.addEventListener("install", (event) => {
  event.waitUntil(bring().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(collect().then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Consents lead to apps of other makers: their way is the browser's own.
  if (url.origin !== location.origin || url.pathname.startsWith("/oauth/")) return;
  if (request.mode === "navigate") {
    if (request.method === "GET") event.respondWith(page(event, url));
    else if (url.pathname === "/share") event.respondWith(share(request));
    else if (url.pathname.startsWith("/settings/")) growOld();
  } else if (request.method !== "GET") return;
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (isPicture(request, url)) event.respondWith(picture(event));
});
self.addEventListener("message", (event) => {
  const said = event.data as Partial<Up> | null;
  if (said?.up) event.waitUntil(isUp(said.release ?? "").catch(() => undefined));
});
self.addEventListener("push", (event) => event.waitUntil(pushed(event)));
self.addEventListener("notificationclick", (event) => event.waitUntil(pressed(event)));
self.addEventListener("pushsubscriptionchange", (event) => (event as ExtendableEvent).waitUntil(changed()));
