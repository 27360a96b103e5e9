// The frame that the server sent stays: the app only says in it which page is open.
import { effect } from "@preact/signals";
import { locale } from "./i18n";
import { shown } from "./router";
import { unread } from "./state/session";
import { site } from "./site";

export function start(): void {
  effect(() => {
    const now = shown.value;
    void locale.value;
    if (!now) return;
    const name = now.route.title(now);
    const mark = unread.peek() ? `(${unread.peek() > 99 ? "99+" : unread.peek()}) ` : "";
    document.title = `${mark}${name}${name === site.name ? "" : ` · ${site.name}`}`;
    const own = now.url.pathname === `/@${site.handle}` ? now.url.pathname : "";
    for (const link of document.querySelectorAll<HTMLAnchorElement>(".ways a")) {
      const at = link.getAttribute("href");
      if (at === (now.route.way ?? own) && at) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.body.classList.remove("narrow", "desk");
    document.body.classList.add("wide");
    // The field at the edge is the page's own on the page of searches.
    const find = document.querySelector<HTMLElement>(".edge .find");
    if (find) find.hidden = now.url.pathname === "/search";
  });
}
