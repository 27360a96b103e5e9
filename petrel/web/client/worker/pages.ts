// Pages: the frame opens at once where it is kept, and comes from the network everywhere else.
import { ADDRESSES, isFeed, shapeOf } from "../src/addresses";
import { AT, FILES_CACHE, KEPT_CACHE, SHELL, WAITS, WHOSE, wipe } from "../src/names";

const SHAPES = ADDRESSES.map((one) => shapeOf(one).shape);
const isOfTheApp = (pathname: string): boolean => !isFeed(pathname) && SHAPES.some((one) => one.test(pathname));
const NAMED = /"(\/static\/[^"]+)"/g;
const LOOK_AGAIN_MS = 10 * 60_000;
const ANY = { ignoreVary: true, ignoreSearch: true };

/** The next page comes from the server, whatever is kept: after a change of how pages look. */
let isOld = false;
export const growOld = (): void => void (isOld = true);

/** That a frame is shown is still being written down: before it is, nothing is taken back of it. */
let isWritten: Promise<unknown> = Promise.resolve();

async function kept(): Promise<Response | undefined> {
  return (await caches.open(KEPT_CACHE)).match(SHELL, ANY);
}

/** The frame, unless the last one that was shown never came to life: then the server shall say what is wrong with it. */
async function opened(event: FetchEvent): Promise<Response | null> {
  const cache = await caches.open(KEPT_CACHE);
  const [shell, waits] = await Promise.all([cache.match(SHELL, ANY), cache.match(WAITS, ANY)]);
  if (!shell || waits || isOld) return null;
  isWritten = cache.put(WAITS, new Response("")).catch(() => undefined);
  event.waitUntil(isWritten);
  return shell;
}

export async function page(event: FetchEvent, url: URL): Promise<Response> {
  const isApps = isOfTheApp(url.pathname) && event.request.cache !== "reload";
  const shell = isApps ? await opened(event).catch(() => null) : null;
  if (shell) return shell;
  try {
    const answer = await fetch(event.request);
    event.waitUntil(compare(answer).catch(() => undefined));
    return answer;
  } catch (fault) {
    // Without a network the frame stands for every page, and says so.
    const instead = await kept().catch(() => undefined);
    if (!instead) throw fault;
    return instead;
  }
}

/** A page of nobody's, or of somebody else's: what is kept is not theirs. */
async function compare(answer: Response): Promise<void> {
  const isPage = answer.ok && (answer.headers.get("content-type") ?? "").startsWith("text/html");
  if (!isPage) return;
  const me = answer.headers.get(WHOSE);
  const whose = (await kept())?.headers.get(WHOSE);
  if (!me || (whose && whose !== me)) await wipe();
}

/** A page has come to life: its frame works. Now and then it is asked for anew, with the files that it names. */
export async function isUp(release: string): Promise<void> {
  const cache = await caches.open(KEPT_CACHE);
  await isWritten;
  await cache.delete(WAITS, ANY);
  const shell = await cache.match(SHELL, ANY);
  const age = Date.now() - Number(shell?.headers.get(AT) ?? 0);
  if (shell && !isOld && age < LOOK_AGAIN_MS && shell.headers.get("x-petrel-release") === release) return;
  looking ??= look(release).finally(() => (looking = null));
  await looking;
}

let looking: Promise<void> | null = null;

async function look(release: string): Promise<void> {
  const answer = await fetch(SHELL, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return wipe();
  if (answer.status === 404) return void (await (await caches.open(KEPT_CACHE)).delete(SHELL, ANY));
  const me = answer.headers.get(WHOSE);
  if (!answer.ok || !me) return;
  const whose = (await kept())?.headers.get(WHOSE);
  if (whose && whose !== me) await wipe();
  const text = await answer.text();
  const files = await caches.open(FILES_CACHE);
  // All of it, or none: a frame that names what is not there would never come to life.
  for (const address of namedIn(text)) if (!(await files.match(address, ANY))) await files.add(address);
  const headers = new Headers(answer.headers);
  headers.set(AT, String(Date.now()));
  headers.set("x-petrel-release", release);
  await (await caches.open(KEPT_CACHE)).put(SHELL, new Response(text, { headers }));
  isOld = false;
}

const namedIn = (text: string): string[] => [...new Set([...text.matchAll(NAMED)].map(([, address]) => address!))];

/** What the frame that is kept names: not to be collected before it is replaced. */
export async function named(): Promise<string[]> {
  return namedIn((await (await kept())?.text()) ?? "");
}
