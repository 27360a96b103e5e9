// Answers that were looked at last are kept on the device, for when there is no network: of one account, bounded by number,
// bytes and age; never direct messages, nor addresses of files that are signed for a few minutes (decision 0061).
import { AT, BYTES, KEPT_CACHE, PICTURES_CACHE, SHELL, WAITS, wipe } from "../names";
import { site } from "../site";

export interface Kept { body: unknown; older: string | null; newer: string | null; at: number }

/** What is worth having without a network: first pages, threads, and what writing needs. */
const WORTH = /^\/api\/(?:v1\/(?:timelines\/(?:home|public|list\/\d+|tag\/[^/?]+)|statuses\/\d+(?:\/context)?|bookmarks|lists(?:\/\d+)?|announcements|preferences|custom_emojis|accounts\/(?:verify_credentials|lookup|\d+(?:\/statuses)?))|v2\/(?:notifications|instance))(?:\?|$)/;
const FURTHER = /[?&](?:max|min|since)_id=/;
const SIGNED = /"[^"]*\/media\/[^"]*\?as=[^"]*"/g;
const MOST = 60;
const MOST_BYTES = 4_000_000;
const MOST_OF_ONE = 400_000;
const LASTS_MS = 7 * 86_400_000;
const SOON_MS = 400;
const IDLE_MS = 1_500;

const isOn = "offline" in document.body.dataset && "caches" in window && Boolean(site.me);
export const isWorth = (address: string): boolean => isOn && WORTH.test(address) && !FURTHER.test(address);
const keyOf = (address: string): string => `/kept/${site.me}${address}`;

interface Post { id?: string; visibility?: string; reblog?: Post | null; status_id?: string | null; statuses?: unknown }

const isDirect = (one: Post): boolean => one.visibility === "direct" || one.reblog?.visibility === "direct";

/** Without the posts that `drops` names, wherever they stand in an answer; undefined when it is one of them itself. */
function without(body: unknown, drops: (one: Post) => boolean): unknown {
  if (Array.isArray(body)) return body.map((one) => without(one, drops)).filter((one) => one !== undefined);
  if (typeof body !== "object" || body === null) return body;
  const one = body as Post & Record<string, unknown>;
  if (drops(one)) return undefined;
  if (!("notification_groups" in one || "descendants" in one)) return one;
  const left = Object.fromEntries(Object.entries(one).map(([name, value]) => [name, Array.isArray(value) ? without(value, drops) : value]));
  if (!Array.isArray(left["notification_groups"])) return left;
  const posts = new Set((left["statuses"] as Post[]).map((post) => post.id));
  return { ...left, notification_groups: (left["notification_groups"] as Post[]).filter((group) => !group.status_id || posts.has(group.status_id)) };
}

let turns = 0;

/** Later, when nothing else is to be done. */
export function keep(address: string, body: unknown, older: string | null, newer: string | null): void {
  if (!isWorth(address)) return;
  const now = (): void => void put(address, { body, older, newer, at: Date.now() }).catch(() => undefined);
  if ("requestIdleCallback" in window) requestIdleCallback(now, { timeout: IDLE_MS });
  else setTimeout(now);
}

async function put(address: string, kept: Kept): Promise<void> {
  const body = without(kept.body, isDirect);
  if (body === undefined) return drop(address);
  const text = JSON.stringify({ ...kept, body }).replace(SIGNED, '""');
  if (text.length > MOST_OF_ONE) return drop(address);
  const cache = await caches.open(KEPT_CACHE);
  await cache.put(keyOf(address), new Response(text, { headers: { [AT]: String(kept.at), [BYTES]: String(text.length) } }));
  if (++turns % 8 === 0) await prune(cache);
}

async function prune(cache: Cache): Promise<void> {
  const all: { request: Request; at: number; bytes: number }[] = [];
  for (const request of await cache.keys()) {
    if ([SHELL, WAITS].includes(new URL(request.url).pathname)) continue;
    const headers = (await cache.match(request))?.headers;
    all.push({ request, at: Number(headers?.get(AT)), bytes: Number(headers?.get(BYTES)) });
  }
  let bytes = 0;
  for (const [n, one] of all.sort((a, b) => b.at - a.at).entries()) {
    bytes += one.bytes;
    if (n >= MOST || bytes > MOST_BYTES || Date.now() - one.at > LASTS_MS) await cache.delete(one.request);
  }
}

export async function find(address: string): Promise<Kept | null> {
  if (!isWorth(address)) return null;
  try {
    const found = await (await caches.open(KEPT_CACHE)).match(keyOf(address));
    const kept = found && ((await found.json()) as Kept);
    return kept && Date.now() - kept.at < LASTS_MS ? kept : null;
  } catch {
    return null;
  }
}

/** The server says that it is not there, or not for this member. */
export async function drop(address: string): Promise<void> {
  if (isWorth(address)) await (await caches.open(KEPT_CACHE)).delete(keyOf(address));
}

const gone = new Set<string>();
let timer = 0;

/** Posts that are there no more leave everything that is kept, with their pictures. */
export function forgetPost(id: string): void {
  if (!isOn) return;
  gone.add(id);
  clearTimeout(timer);
  timer = window.setTimeout(() => void sweep().catch(() => undefined), SOON_MS);
}

async function sweep(): Promise<void> {
  const ids = new Set(gone);
  gone.clear();
  const cache = await caches.open(KEPT_CACHE);
  const pictures = await caches.open(PICTURES_CACHE);
  const isGone = (one: Post): boolean => ids.has(one.id ?? "") || ids.has(one.reblog?.id ?? "");
  for (const request of await cache.keys()) {
    const found = await cache.match(request);
    const text = (await found?.text()) ?? "";
    if (!found || new URL(request.url).pathname === SHELL || ![...ids].some((id) => text.includes(`"${id}"`))) continue;
    const kept = JSON.parse(text) as Kept;
    const body = without(kept.body, (one) => {
      if (!isGone(one)) return false;
      for (const [, address] of JSON.stringify(one).matchAll(/"(?:https?:\/\/[^/"]+)?(\/media\/[^"?]+)"/g)) void pictures.delete(address!);
      return true;
    });
    if (body === undefined) await cache.delete(request);
    else await cache.put(request, new Response(JSON.stringify({ ...kept, body }), { headers: found.headers }));
  }
}

/** After a block or mute, or when the account is not signed in here any more: nothing stays. */
export async function forgetKept(all = false): Promise<void> {
  if ("caches" in window) await wipe(all).catch(() => undefined);
}
