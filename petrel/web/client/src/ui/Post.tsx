// One post, as templates/post_body.html and post_acts.html have it.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { moment, t } from "../i18n";
import { mark, mayBoost } from "../state/acts";
import { go } from "../router";
import { post } from "../state/statuses";
import type { Account, Status } from "../types";
import { Acts } from "./Acts";
import { Media } from "./Media";
import { Poll } from "./Poll";
import { Avatar, Html, Icon, labelOf, Name, Time, urlOf, Words } from "./small";

export const addressOf = (one: Status): string => `${urlOf(one.account)}/${one.id}`;

/** Posts that somebody opened although they wait behind a warning; they stay open wherever they stand. */
const opened = signal<ReadonlySet<string>>(new Set());

export function toggleOpen(id: string): void {
  const next = new Set(opened.value);
  if (!next.delete(id)) next.add(id);
  opened.value = next;
}

/** Why a post waits behind a button; "" when it does not. `expands`: the member wants warnings opened. */
export function gateOf(one: Status, expands = false): string {
  const filter = one.filtered?.find((found) => found.filter.filter_action !== "hide");
  if (filter?.filter.id === "0" && !one.content) return filter.filter.title;
  if (opened.value.has(one.id)) return "";
  if (filter && filter.filter.id !== "0") return t("gate.filter", { title: filter.filter.title });
  if (expands) return "";
  if (one.spoiler_text) return one.spoiler_text;
  return one.sensitive && one.media_attachments.length ? t("gate.sensitive") : "";
}

interface Way { id: string; by?: Account; place?: string; label?: string; isFocus?: boolean; children?: ComponentChildren }

/** `id`: the post; `by`: who boosted it into this list; `place`: the line of the list it stands in. */
export function Post({ id, by, place, label, isFocus, children }: Way) {
  const one = post(id).value;
  if (!one) return <p class="gap">{t("gap.gone")}</p>;
  return (
    <article class={isFocus ? "post focus" : "post"} id={`p${place ?? id}`} data-post={id} tabIndex={-1}
      aria-label={label ?? t("post.by", { name: labelOf(one.account) })} onClick={isFocus ? undefined : (event) => openBy(event, one)}>
      <Body one={one} by={by} isFocus={isFocus} />
      {children}
      <Acts one={one} like={() => mark(id, "favourite")} boost={() => mark(id, "reblog")} keep={() => mark(id, "bookmark")} mayBoost={mayBoost(one)} />
    </article>
  );
}

/** A click beside everything that does something of its own opens the post; marking text does not. */
function openBy(event: MouseEvent, one: Status): void {
  const at = event.target as Element;
  if (event.defaultPrevented || at.closest("a, button, input, label, form, video, audio, summary, .menu, .acts")) return;
  if (getSelection()?.isCollapsed === false) return;
  const inner = at.closest(".quote") ? one.quote?.quoted_status : null;
  if (event.ctrlKey || event.metaKey) window.open(addressOf(inner ?? one), "_blank");
  else go(addressOf(inner ?? one));
}

function Body({ one, by, isFocus }: { one: Status; by?: Account; isFocus?: boolean }) {
  const who = one.account;
  const gate = gateOf(one);
  return (
    <>
      {by && <p class="boosted"><Icon name="boost" /><span><a href={urlOf(by)}><Name who={by} /></a> {t("post.boosted")}</span></p>}
      <header>
        <a class="face" href={urlOf(who)} tabIndex={-1} aria-hidden="true"><Avatar who={who} lazy={!isFocus} /></a>
        <p class="byline"><a class="name" href={urlOf(who)}><Name who={who} /></a> <span class="handle">@{who.acct}</span>{who.bot && <> <span class="chip">{t("account.bot")}</span></>}</p>
        <p class="when"><a href={addressOf(one)}><Time at={one.created_at} /></a>{one.edited_at && <> <span title={moment(new Date(one.edited_at))}>{t("post.edited")}</span></>}{one.visibility !== "public" && <> <Audience one={one} /></>}</p>
      </header>
      <div class="said">
        <Answers one={one} />
        {gate ? <Gate one={one} why={gate} /> : <Said one={one} />}
      </div>
    </>
  );
}

const ICONS = { unlisted: "unlisted", private: "lock", direct: "direct", public: "public" } as const;

function Audience({ one }: { one: Status }) {
  const name = t(`audience.${one.visibility}`);
  return <span class="audience" title={name}><Icon name={ICONS[one.visibility]} /><span class="unseen">{name}</span></span>;
}

function Answers({ one }: { one: Status }) {
  if (!one.in_reply_to_account_id) return null;
  const acct = one.in_reply_to_account_id === one.account.id ? one.account.acct
    : one.mentions.find((named) => named.id === one.in_reply_to_account_id)?.acct;
  if (!acct) return null;
  return <p class="answers">{t("post.answers")} <a href={`/@${acct}${one.in_reply_to_id ? `/${one.in_reply_to_id}` : ""}`}>@{acct}</a></p>;
}

function Gate({ one, why }: { one: Status; why: string }) {
  return (
    <form class="gate" action={addressOf(one)} onSubmit={(event) => {
      // What the server keeps back is only there on the post's own page.
      if (!one.content && !one.media_attachments.length && !one.poll) return;
      event.preventDefault();
      toggleOpen(one.id);
    }}>
      <p><bdi><Words text={why} emojis={one.emojis} /></bdi></p>
      <button name="reveal" value="1">{t("gate.show")}</button>
    </form>
  );
}

/** What a post says, with all that hangs on it. */
function Said({ one }: { one: Status }) {
  const history = one.filtered?.find((found) => found.filter.id === "0");
  return (
    <>
      {history && <p class="notice">{history.filter.title}</p>}
      {one.spoiler_text && <p class="warned"><bdi><Words text={one.spoiler_text} emojis={one.emojis} /></bdi></p>}
      <Html text={one.content} emojis={one.emojis} lang={one.language} />
      <Media files={one.media_attachments} />
      {one.card && !one.media_attachments.length && !one.quote && (
        <a class="preview" href={one.card.url} rel="nofollow noopener noreferrer" dir="auto"><span class="of">{one.card.provider_name || new URL(one.card.url).host}</span> <strong>{one.card.title}</strong>{one.card.description && <> <span>{one.card.description}</span></>}</a>
      )}
      {one.poll && <Poll of={one} poll={one.poll} />}
      {one.quote && <Quoted one={one} />}
    </>
  );
}

function Quoted({ one }: { one: Status }) {
  const inner = one.quote!.quoted_status;
  if (!inner) return <aside class="quote"><p class="gap">{t(one.quote!.state === "deleted" ? "gap.deleted" : "gap.quote")}</p></aside>;
  const gate = gateOf(inner);
  return (
    <aside class="quote">
      <article class="post" aria-label={t("post.quotedBy", { name: labelOf(inner.account) })}>
        <p class="byline"><a class="name" href={urlOf(inner.account)}><Name who={inner.account} /></a> <span class="handle">@{inner.account.acct}</span> <a class="when" href={addressOf(inner)}><Time at={inner.created_at} /></a></p>
        {gate ? <Gate one={inner} why={gate} /> : <>
          {inner.spoiler_text && <p class="warned"><bdi>{inner.spoiler_text}</bdi></p>}
          <Html text={inner.content} emojis={inner.emojis} lang={inner.language} />
          <Media files={inner.media_attachments} /></>}
      </article>
    </aside>
  );
}

