// The way into the composer, which is loaded when it is wanted. Everything that led to the page /compose leads here.
import { t } from "../i18n";
import { MOST_SHARED_FILES, SHARED, SHARED_CACHE } from "../names";
import { go } from "../router";
import { site } from "../site";
import { toast } from "../state/toasts";

/** At most one of `replyTo`, `quoteOf`, `editing`. `text`: what it begins with. */
export interface Wanted { replyTo?: string; quoteOf?: string; editing?: string; text?: string; files?: File[]; media?: string[]; isLost?: boolean }

const OUTBOX = `petrel.outbox.${site.me}`;
const SHARED_LASTS_MS = 3_600_000;
let isComing = false;

export function compose(wanted: Wanted = {}): void {
  if (isComing || document.querySelector("dialog.compose[open]")) return;
  isComing = true;
  import("./begin").then(({ begin }) => begin(wanted), () => {
    // Not loaded, such as without a connection: what was typed elsewhere stays where it is.
    toast(t("trouble.unreachable"), { isWrong: true, act: { label: t("again"), run: () => compose(wanted) } });
  }).finally(() => (isComing = false));
}

export function wantedBy(url: URL): Wanted {
  const said = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const shared = [said("title"), said("text"), said("url")].filter(Boolean).join("\n");
  const media = url.searchParams.getAll("media");
  return { ...(media.length ? { media } : {}), isLost: said("lost") === "1", replyTo: said("reply_to"), quoteOf: said("quote") ?? said("quote_of"), editing: said("edit"), text: shared || undefined };
}

/** What was begun in the short form of a page goes along, and is not there twice. */
function takeAlong(link: Element): string | undefined {
  const field = link.closest("form.composer")?.querySelector<HTMLTextAreaElement>("textarea");
  const text = field?.value;
  if (!field || !text) return undefined;
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return text;
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link?.href || link.target) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || url.pathname !== "/compose") return;
  event.preventDefault();
  const wanted = wantedBy(url);
  compose({ ...wanted, text: wanted.text ?? takeAlong(link) });
}

/** Before the router hears of clicks. */
export function start(): void {
  document.addEventListener("click", onClick);
  // What was about to be sent when the page went: `outbox.ts` sends it now, once.
  if (localStorage.getItem(OUTBOX)) void import("./outbox").then(({ resume }) => resume(), () => undefined);
  if (location.pathname !== "/compose" || document.querySelector("#main .composer .wrong")) return;
  const url = new URL(location.href);
  if (url.searchParams.has("shared")) void shared().then(compose);
  else compose(wantedBy(url));
}

/** What another app shared, by way of the worker: it is here once, and for an hour. */
async function shared(): Promise<Wanted> {
  try {
    const cache = await caches.open(SHARED_CACHE);
    const words = await cache.match(SHARED);
    const said = words && ((await words.json()) as { title: string; text: string; url: string; at: number; files: number });
    if (!said || Date.now() - said.at > SHARED_LASTS_MS) return {};
    const files: File[] = [];
    for (let n = 0; n < Math.min(said.files, MOST_SHARED_FILES); n++) {
      const one = await cache.match(`${SHARED}/${n}`);
      const type = one?.headers.get("content-type") ?? "";
      if (one) files.push(new File([await one.blob()], decodeURIComponent(one.headers.get("x-name") ?? "file"), { type }));
    }
    return { text: [said.title, said.text, said.url].filter(Boolean).join("\n"), files, isLost: files.length < said.files };
  } catch {
    return {};
  } finally {
    void caches.delete(SHARED_CACHE);
    history.replaceState(history.state, "", "/compose");
  }
}

/** After the composer on a page of its own, there is nothing behind it. */
export function leavePage(): void {
  if (location.pathname === "/compose") go("/", { replace: true });
}
