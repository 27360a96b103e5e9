// The keys of the app itself: moving among posts, doing something with one, going somewhere.
import type { Key } from "./i18n";
import { compose } from "./composer/open";
import { command, isHelpOpen, isPaletteOpen, type Command } from "./keys";
import { go } from "./router";
import { mark } from "./state/acts";
import { post } from "./state/statuses";
import { home } from "./state/timelines";
import { site } from "./site";
import { copyLink } from "./ui/Acts";
import { show } from "./ui/Lightbox";
import { reveal } from "./ui/Pill";
import { addressOf, toggleOpen } from "./ui/Post";
import { urlOf } from "./ui/small";
import type { Status } from "./types";

/** The post that keys are about: the one with the focus, or around what has it. */
export function current(): HTMLElement | null {
  return (document.activeElement?.closest(".post[data-post]") as HTMLElement | null) ?? null;
}

function about(run: (one: Status, at: HTMLElement) => void): () => void {
  return () => {
    const at = current();
    const one = at && post(at.dataset["post"]!).peek();
    if (one) run(one, at);
  };
}

/** Posts, and lines of other lists, which open what their first link leads to. */
const STEPS = "#main .post[data-post], #main .step";

function openStep(): void {
  const step = document.activeElement?.closest("#main .step");
  const wanted = ["a.onto", ".excerpt a", "a[href]"].map((one) => step?.querySelector<HTMLElement>(one));
  wanted.find((one) => one)?.click();
}

/** To the next or last post; the first key finds the post at the upper edge. */
function move(by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>(STEPS)];
  const now = document.activeElement?.closest<HTMLElement>(STEPS);
  let next: HTMLElement | undefined;
  if (now) next = all[all.indexOf(now) + by];
  else next = all.find((one) => one.getBoundingClientRect().top >= -4);
  if (!next) return;
  next.focus({ preventScroll: true });
  const box = next.getBoundingClientRect();
  if (box.top < 70 || box.bottom > window.innerHeight - 70) {
    window.scrollTo({ top: Math.max(0, scrollY + box.top - 80), behavior: "instant" });
  }
}

const place = (keys: string, name: Key, address: string): Command =>
  ({ keys: [keys], name, group: "go", run: () => go(address), isListed: true });

export function start(): void {
  command(
    { keys: ["j"], name: "keys.next", group: "move", run: () => move(1) },
    { keys: ["k"], name: "keys.before", group: "move", run: () => move(-1) },
    { keys: ["."], name: "keys.new", group: "move", isListed: true, run: () => {
      const pill = document.querySelector<HTMLElement>(".pill");
      if (pill) pill.click();
      else if (location.pathname === "/") reveal(home());
      else window.scrollTo({ top: 0 });
    } },
    { keys: ["Enter", "o"], name: "keys.open", group: "posts", run: () => (current() ? about((one) => go(addressOf(one)))() : openStep()) },
    { keys: ["l", "f"], name: "keys.like", group: "posts", run: about((one) => mark(one.id, "favourite")) },
    { keys: ["b"], name: "keys.boost", group: "posts", run: about((one) => mark(one.id, "reblog")) },
    { keys: ["d"], name: "keys.bookmark", group: "posts", run: about((one) => mark(one.id, "bookmark")) },
    { keys: ["r"], name: "keys.reply", group: "posts", run: about((_, at) => at.querySelector<HTMLElement>("[data-reply]")?.click()) },
    { keys: ["q"], name: "keys.quote", group: "posts", run: about((one) => compose({ quoteOf: one.id })) },
    { keys: ["p"], name: "keys.profile", group: "posts", run: about((one) => go(urlOf(one.account))) },
    { keys: ["x"], name: "keys.reveal", group: "posts", run: about((one) => toggleOpen(one.id)) },
    { keys: ["m"], name: "keys.more", group: "posts", run: about((_, at) => at.querySelector<HTMLElement>(".menu > button")?.click()) },
    { keys: ["e"], name: "keys.media", group: "posts", run: about((one) => {
      const pictures = one.media_attachments.filter((file) => file.type === "image");
      if (pictures.length) show(pictures, 0);
    }) },
    { keys: ["y"], name: "keys.copy", group: "posts", run: about((one) => void copyLink(one)) },
    { keys: ["n", "c"], name: "keys.write", group: "app", isListed: true, run: () => compose() },
    { keys: ["/", "s"], name: "keys.search", group: "app", isListed: true, run: () => {
      const field = document.querySelector<HTMLInputElement>("#main input[type=search]");
      if (field) field.focus();
      else go("/search");
    } },
    { keys: ["ctrl+k"], name: "keys.palette", group: "app", run: () => (isPaletteOpen.value = true) },
    { keys: ["?"], name: "keys.help", group: "app", isListed: true, run: () => (isHelpOpen.value = true) },
    { keys: ["u"], name: "keys.back", group: "app", run: () => history.back() },
    place("g h", "nav.home", "/"), place("g p", "nav.public", "/public"), place("g n", "nav.notifications", "/notifications"),
    place("g u", "nav.you", `/@${site.handle}`), place("g b", "bookmarks.title", "/bookmarks"),
    place("g f", "favourites.title", "/favourites"), place("g l", "lists.title", "/lists"),
    place("g t", "trends.title", "/trends"), place("g s", "nav.settings", "/settings/privacy"),
  );
}
