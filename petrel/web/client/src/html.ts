// What people wrote, made safe once more: the server has cleaned it, and this second wall trusts nobody
// (petrel/web/markup.py has the same for the pages).
import { local } from "./api";
import type { Emoji } from "./types";

const TAGS: Record<string, readonly string[]> = {
  A: ["href"], B: [], BLOCKQUOTE: [], BR: [], CODE: [], DEL: [], EM: [], I: [], LI: ["value"], OL: ["start", "reversed"],
  P: [], PRE: [], SPAN: [], STRONG: [], U: [], UL: [], BDI: [],
};
const CLASSES = new Set(["mention", "u-url", "h-card", "hashtag", "invisible", "ellipsis", "quote-inline"]);
const SCHEMES = /^(https?|mailto|xmpp|gemini|ipfs|magnet|dat):/i;
const GONE = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "SVG", "MATH", "NOSCRIPT", "TEXTAREA", "TITLE"]);
const kept = new Map<string, string>();
const MOST_KEPT = 600;

function cleanNode(node: Element): void {
  for (const child of [...node.children]) cleanNode(child);
  const name = node.tagName.toUpperCase();
  const allowed = TAGS[name];
  if (!allowed) {
    if (GONE.has(name)) node.remove();
    else node.replaceWith(...node.childNodes);
    return;
  }
  const classes = [...node.classList].filter((one) => CLASSES.has(one));
  for (const attribute of [...node.attributes]) {
    if (!allowed.includes(attribute.name)) node.removeAttribute(attribute.name);
  }
  if (classes.length) node.setAttribute("class", classes.join(" "));
  if (classes.includes("h-card")) node.setAttribute("dir", "auto");
  if (name === "A") {
    const href = node.getAttribute("href") ?? "";
    const inside = local(href);
    if (!inside.startsWith("/") && !SCHEMES.test(href)) node.removeAttribute("href");
    else node.setAttribute("href", inside);
    if (!inside.startsWith("/")) node.setAttribute("rel", "nofollow noopener noreferrer ugc");
  }
}

/** Pictures for :names: that the site has, in text that stands between tags. */
function withEmoji(root: DocumentFragment, emojis: readonly Emoji[]): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    const parts = pieces(text.data, emojis);
    if (parts.length === 1 && typeof parts[0] === "string") continue;
    text.replaceWith(...parts.map((part) => (typeof part === "string" ? part : picture(part))));
  }
}

function picture(one: Emoji): HTMLImageElement {
  const made = document.createElement("img");
  made.src = local(matchMedia("(prefers-reduced-motion: reduce)").matches ? one.static_url : one.url);
  made.alt = made.title = `:${one.shortcode}:`;
  made.className = "emoji";
  made.width = made.height = 20;
  made.loading = "lazy";
  return made;
}

/** Text cut at the names of pictures. */
export function pieces(text: string, emojis: readonly Emoji[]): (string | Emoji)[] {
  if (!emojis.length || !text.includes(":")) return [text];
  return text.split(/(:[A-Za-z0-9_]+:)/).map((part) => {
    const name = part.length > 2 && part.startsWith(":") && part.endsWith(":") ? part.slice(1, -1) : "";
    return (name && emojis.find((one) => one.shortcode === name)) || part;
  }).filter((part) => part !== "");
}

export function clean(written: string, emojis: readonly Emoji[] = []): string {
  const key = emojis.length ? `${emojis.map((one) => one.url).join()} ${written}` : written;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const box = document.createElement("template");
  box.innerHTML = written;
  for (const child of [...box.content.children]) cleanNode(child);
  const comments = document.createTreeWalker(box.content, NodeFilter.SHOW_COMMENT);
  const found: Comment[] = [];
  while (comments.nextNode()) found.push(comments.currentNode as Comment);
  found.forEach((one) => one.remove());
  if (emojis.length) withEmoji(box.content, emojis);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  kept.set(key, box.innerHTML);
  return box.innerHTML;
}

/** The words of a piece of HTML. */
export function plain(written: string): string {
  const box = document.createElement("template");
  box.innerHTML = written.replace(/<(?:br|\/p|\/li)[^>]*>/gi, " ");
  return (box.content.textContent ?? "").replace(/\s+/g, " ").trim();
}
