// The one way to the server: JSON over the public API, by the session that the pages have (docs/decisions/0056).
import { t } from "./i18n";
import { WHOSE } from "./names";
import { site } from "./site";
import { away } from "./state/door";
import { drop, find, isWorth, keep, type Kept } from "./state/keeping";
import { isFrom, lost, reached } from "./state/net";

/** What went wrong, as a sentence that says what to do. `status` 0: the server was not reached. */
export class Trouble extends Error {
  constructor(readonly status: number, message: string, readonly retryAfterS = 0) {
    super(message);
  }
  /** Whether the same may work in a moment without anybody doing anything. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export type Params = Record<string, string | number | boolean | readonly string[] | undefined | null>;
/** `at`: when it came, of what was kept; 0 for what the server says now. */
export interface Page<T> { items: T; older: string | null; newer: string | null; at: number }

interface Ask {
  params?: Params;
  body?: unknown;
  signal?: AbortSignal;
  /** Writes with the same key happen once, however often they are sent. */
  once?: string;
  keepalive?: boolean;
  /** What stands for the answer where the site is not reached: then it is not asked again and again. */
  kept?: Promise<Kept | null>;
}

/** What the page began to ask before the app was there, by address (static/early.js). From now on it begins nothing. */
const begun = ((window as Window & { petrelEarly?: Map<string, Promise<Response | null>> }).petrelEarly ??= new Map());

function taken(address: string): Promise<Response | null> | null {
  const found = begun.get(address) ?? null;
  begun.delete(address);
  return found;
}

/** What the first page did not take is too old for a later one. */
export const forgetBegun = (): void => begun.clear();

const READS_AGAIN_MS = [400, 1600];
const TIMEOUT_MS = 20_000;
/** What is kept is shown when the server takes longer than this. */
const SLOW_MS = 6_000;
/** It is the app that asks, for whom this page was made: another tab may have signed in as somebody else. */
export const HEADERS: Record<string, string> = { "x-petrel-app": "1", ...(site.me ? { [WHOSE]: site.me } : {}) };

/** An address of this site as a path; others stay as they are. */
export function local(address: string): string {
  if (site.base && address.startsWith(site.base + "/")) return address.slice(site.base.length);
  return address;
}

export function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

export function query(params: Params | undefined): string {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (Array.isArray(value)) for (const one of value) found.append(`${name}[]`, one);
    else found.append(name, String(value));
  }
  const text = found.toString();
  return text && `?${text}`;
}

async function once(method: string, path: string, ask: Ask): Promise<Response> {
  const headers: Record<string, string> = { ...HEADERS };
  if (ask.once) headers["idempotency-key"] = ask.once;
  let body: BodyInit | undefined;
  if (ask.body instanceof FormData) body = ask.body;
  else if (ask.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(ask.body);
  }
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = ask.signal ? AbortSignal.any([ask.signal, timeout]) : timeout;
  let answer: Response;
  try {
    const address = path + query(ask.params);
    answer = (method === "GET" && (await taken(address))) || await fetch(address, {
      method, headers, body, signal, credentials: "same-origin", cache: "no-store", keepalive: ask.keepalive ?? false,
    });
  } catch (wrong) {
    if (ask.signal?.aborted) throw wrong;
    lost();
    throw new Trouble(0, t(navigator.onLine === false ? "trouble.offline" : "trouble.unreachable"));
  }
  reached();
  if (!answer.ok) throw await troubleOf(answer);
  return answer;
}

export async function troubleOf(answer: Response): Promise<Trouble> {
  let said = "";
  try {
    said = String(((await answer.json()) as { error?: unknown }).error ?? "");
  } catch { /* not ours, such as a proxy's page */ }
  const waits = Number(answer.headers.get("retry-after")) || 0;
  const { status } = answer;
  if (status === 401) {
    away();
    return new Trouble(status, t("trouble.signedOut"));
  }
  if (status === 404 || status === 410) return new Trouble(status, t("trouble.gone"));
  if (status === 429) return new Trouble(status, t("trouble.slower"), waits);
  if (status === 451) return new Trouble(status, t("trouble.withheld"));
  if (status === 507) return new Trouble(status, t("trouble.full"));
  // Closed, too busy, or of an older release: the server says which.
  if (status === 503) return new Trouble(status, said ? `${t("trouble.closed")} ${said}.` : t("trouble.closed"), waits);
  if (status >= 500) return new Trouble(status, t("trouble.broken"), waits);
  if (status === 403) return new Trouble(status, said ? `${t("trouble.refused")} ${said}.` : t("trouble.refused"));
  return new Trouble(status, said || t("trouble.broken"));
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Reads, and writes that have a key against happening twice, are tried again when the way was at fault. */
async function send(method: string, path: string, ask: Ask): Promise<Response> {
  const again = method === "GET" || ask.once ? READS_AGAIN_MS : [];
  for (const wait of again) {
    try {
      return await once(method, path, ask);
    } catch (wrong) {
      const passes = wrong instanceof Trouble && (wrong.status === 0 || wrong.status === 502 || wrong.status === 503);
      if (!passes || ask.signal?.aborted || navigator.onLine === false) throw wrong;
      if (wrong.status === 0 && (await ask.kept)) throw wrong;
      await pause(Math.max(wait, Math.min(wrong.retryAfterS, 5) * 1000) * (0.75 + Math.random() / 2));
    }
  }
  return once(method, path, ask);
}

const NEXT = /<([^>]*)>; rel="next"/;
const PREV = /<([^>]*)>; rel="prev"/;

async function fromServer(address: string, signal?: AbortSignal, kept?: Promise<Kept | null>): Promise<Kept> {
  try {
    const answer = await send("GET", address, { signal, kept });
    const link = answer.headers.get("link") ?? "";
    const beside = (found: RegExpExecArray | null) => (found?.[1] ? local(new URL(found[1], location.href).href.replace(location.origin, "")) : null);
    const came: Kept = { body: await answer.json(), older: beside(NEXT.exec(link)), newer: beside(PREV.exec(link)), at: 0 };
    keep(address, came.body, came.older, came.newer);
    return came;
  } catch (wrong) {
    if (wrong instanceof Trouble && [403, 404, 410, 451].includes(wrong.status)) void drop(address);
    throw wrong;
  }
}

/** From the server; where it is not reached, or takes long, what is kept of the same, and then it is said from when. */
async function read(address: string, signal?: AbortSignal): Promise<Kept> {
  if (!isWorth(address)) return fromServer(address, signal);
  const kept = find(address);
  const asked = fromServer(address, signal, kept);
  let isOver = false;
  const instead = async (otherwise: () => Promise<Kept>): Promise<Kept> => {
    const found = isOver ? null : await kept;
    if (!found || isOver) return otherwise();
    isFrom(found.at);
    return found;
  };
  const slow = pause(SLOW_MS).then(() => instead(() => asked));
  const fails = asked.catch((wrong: unknown) => wrong instanceof Trouble && wrong.status === 0 ? instead(() => asked) : asked);
  return Promise.race([fails, slow]).finally(() => (isOver = true));
}

export async function get<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> {
  return (await read(path + query(params), signal)).body as T;
}

/** One page of a list; `older` and `newer` are the addresses of its neighbours, null at the end. */
export async function page<T>(path: string, params?: Params, signal?: AbortSignal): Promise<Page<T[]>> {
  const { body, older, newer, at } = await read(path + query(params), signal);
  return { items: body as T[], older, newer, at };
}

export async function post<T>(path: string, body?: unknown, more: Omit<Ask, "body"> = {}): Promise<T> {
  return (await (await send("POST", path, { ...more, body: body ?? {} })).json()) as T;
}

export async function put<T>(path: string, body?: unknown, more: Omit<Ask, "body"> = {}): Promise<T> {
  return (await (await send("PUT", path, { ...more, body: body ?? {} })).json()) as T;
}

export async function patch<T>(path: string, body?: unknown, more: Omit<Ask, "body"> = {}): Promise<T> {
  return (await (await send("PATCH", path, { ...more, body: body ?? {} })).json()) as T;
}

export async function del<T>(path: string, params?: Params): Promise<T> {
  return (await (await send("DELETE", path, { params })).json()) as T;
}

/** For streams: the answer as it comes. Errors: Trouble. */
export async function open(path: string, signal: AbortSignal, lastId: string): Promise<Response> {
  const headers: Record<string, string> = { ...HEADERS, accept: "text/event-stream" };
  if (lastId) headers["last-event-id"] = lastId;
  const answer = await fetch(path, { headers, signal, credentials: "same-origin", cache: "no-store" });
  reached();
  if (!answer.ok) throw await troubleOf(answer);
  return answer;
}
