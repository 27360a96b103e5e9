// The small parts that others are made of. Markup and class names are those of petrel/web/templates.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { local } from "../api";
import { clean, pieces } from "../html";
import { ago, moment, t } from "../i18n";
import type { Account, Emoji } from "../types";

export function Icon({ name, kind = "icon" }: { name: string; kind?: string }) {
  return <svg class={kind} aria-hidden="true"><use href={`#i-${name}`} /></svg>;
}

export const labelOf = (who: Account): string => who.display_name.trim() || who.acct;
export const urlOf = (who: Account): string => `/@${encodeURIComponent(who.acct).replaceAll("%40", "@")}`;

/** A name with the pictures in it, in its own direction of writing. */
export function Name({ who }: { who: Account }) {
  return <bdi><Words text={labelOf(who)} emojis={who.emojis} /></bdi>;
}

/** Plain text with the site's own small pictures. */
export function Words({ text, emojis }: { text: string; emojis: readonly Emoji[] }) {
  if (!emojis.length) return <>{text}</>;
  return <>{pieces(text, emojis).map((part) => (typeof part === "string" ? part
    : <img class="emoji" src={local(part.url)} alt={`:${part.shortcode}:`} title={`:${part.shortcode}:`} width={20} height={20} />))}</>;
}

/** What is drawn from an account's number is drawn as on the pages: the browser has it already, and nothing is swapped. */
export const pictureOf = (who: Account): string => local(who.avatar_static).replace(/^(\/avatars\/\d+)\.png$/, "$1.svg");

export function Avatar({ who, size = 46, lazy = true }: { who: Account; size?: number; lazy?: boolean }) {
  return <img src={pictureOf(who)} alt="" width={size} height={size} loading={lazy ? "lazy" : "eager"} />;
}

export function Html({ text, emojis, kind = "text", lang }: { text: string; emojis?: readonly Emoji[]; kind?: string; lang?: string | null }) {
  return <div class={kind} dir="auto" lang={lang || undefined} dangerouslySetInnerHTML={{ __html: clean(text, emojis) }} />;
}

/** The time of day, to half a minute: all times on the page are told anew by it. */
const clock = signal(Date.now());
setInterval(() => {
  if (!document.hidden) clock.value = Date.now();
}, 30_000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) clock.value = Date.now();
});

export const stamp = (at: string): string => at.replace(/\.\d+Z$/, "Z");

export function Time({ at }: { at: string }) {
  const when = new Date(at);
  return <time dateTime={stamp(at)} title={moment(when)}>{ago(when, clock.value)}</time>;
}

export function Moment({ at }: { at: string }) {
  return <time dateTime={stamp(at)}>{moment(new Date(at))}</time>;
}

export function Empty({ children, icon = "mark" }: { children: ComponentChildren; icon?: string }) {
  return <div class="empty"><Icon name={icon} kind={icon === "mark" ? "mark" : "icon"} />{children}</div>;
}

export function Head({ title, children, thin, row }: { title: ComponentChildren; children?: ComponentChildren; thin?: boolean; row?: boolean }) {
  return <div class={`head${thin ? " thin" : ""}${row ? " row" : ""}`}><h1>{title}</h1>{children}</div>;
}

/** What did not work, why, and a way to try again. */
export function Sorry({ text, again }: { text: string; again?: () => void }) {
  return (
    <div class="empty" role="alert"><Icon name="mark" kind="mark" /><p>{text}</p>
      {again && <button type="button" class="quiet" onClick={again}>{t("again")}</button>}</div>
  );
}

/** Room for a list that is on its way, as high as what will stand there. */
export function Waiting() {
  return (
    <div class="waiting" role="status"><span class="unseen">{t("loading")}</span>
      {[1, 2, 3, 4, 5].map((n) => <div class="ghost" key={n} aria-hidden="true"><i /><b /><b /><b /></div>)}</div>
  );
}
