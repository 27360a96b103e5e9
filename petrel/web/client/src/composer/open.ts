// The way into the composer, which is loaded when it is wanted. Everything that led to the page /compose leads here.
import { t } from "../i18n";
import { go } from "../router";
import { site } from "../site";
import { toast } from "../state/toasts";

/** At most one of `replyTo`, `quoteOf`, `editing`. `text`: what it begins with. */
export interface Wanted { replyTo?: string; quoteOf?: string; editing?: string; text?: string; files?: File[] }

const OUTBOX = `petrel.outbox.${site.me}`;
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
  return { replyTo: said("reply_to"), quoteOf: said("quote") ?? said("quote_of"), editing: said("edit"), text: shared || undefined };
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
  if (location.pathname === "/compose" && !document.querySelector("#main .wrong")) compose(wantedBy(new URL(location.href)));
}

/** After the composer on a page of its own, there is nothing behind it. */
export function leavePage(): void {
  if (location.pathname === "/compose") go("/", { replace: true });
}
