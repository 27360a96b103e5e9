// The composer itself: a dialog on wide screens, the whole page on phones.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t, type Key } from "../i18n";
import { post } from "../state/statuses";
import { Avatar, Html, Icon, Name } from "../ui/small";
import { Audience, inShort } from "./Audience";
import { languages, limits, nameOf } from "./config";
import { Drafts } from "./Drafts";
import { Emojis } from "./Emojis";
import { Sign } from "./icons";
import { length } from "./length";
import { Post } from "./Post";
import { Schedule } from "./Schedule";
import { DAY_S } from "./shapes";
import type { Panel, Writing } from "./writing";

const ICONS = { public: "public", unlisted: "unlisted", private: "lock", direct: "direct" } as const;

function titleOf({ editing, replyTo, quoteOf }: { editing: string; replyTo: string; quoteOf: string }): Key {
  if (editing) return "compose.title.edit";
  return replyTo ? "compose.title.reply" : quoteOf ? "compose.title.quote" : "compose.title.new";
}

export function Compose({ writing }: { writing: Writing }) {
  const box = useRef<HTMLDialogElement>(null);
  const draft = writing.draft.value;
  const panel = writing.panel.value;

  useLayoutEffect(() => {
    const dialog = box.current!;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("textarea")?.focus();
    // The keyboard of a phone lies over the page: what is left of it is what we have.
    const view = window.visualViewport;
    const fit = (): void => dialog.style.setProperty("--room", `${Math.round(view?.height ?? window.innerHeight)}px`);
    fit();
    view?.addEventListener("resize", fit);
    return () => view?.removeEventListener("resize", fit);
  }, []);

  function onKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void writing.submit();
    } else if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) {
      event.preventDefault();
      const before = writing.panel.peek();
      writing.leave();
      if (before) box.current?.querySelector<HTMLElement>(`[aria-controls=panel-${before}]`)?.focus();
    }
  }

  function onDrop(event: DragEvent): void {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    writing.addFiles(writing.active.peek(), files);
  }

  return (
    <dialog ref={box} class="dialog compose" aria-labelledby="compose-title" onKeyDown={onKey}
      onCancel={(event) => { if (event.target === box.current) { event.preventDefault(); writing.leave(); } }}
      onClose={(event) => { if (event.target === box.current) void writing.keepAndGo(); }}
      onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <form class="inside" noValidate onSubmit={(event) => { event.preventDefault(); void writing.submit(); }}>
        <header>
          <button type="button" class="act" onClick={() => writing.leave()}><Icon name="close" /><span class="unseen">{t("close")}</span></button>
          <h2 id="compose-title">{t(titleOf(draft))}</h2>
          <Kept writing={writing} />
          {!draft.editing && <Tool writing={writing} panel="drafts" name="compose.drafts" icon={<Sign name="drafts" />} />}
        </header>
        {panel === "drafts" ? <Drafts writing={writing} /> : <Body writing={writing} />}
        {panel === "audience" && <Audience writing={writing} />}
        {panel === "schedule" && <Schedule writing={writing} />}
        {panel === "emoji" && <Emojis writing={writing} />}
        <Asked writing={writing} />
        <p class="wrong" role="alert" hidden={!writing.wrong.value}>{writing.wrong.value}</p>
        {panel !== "drafts" && <Foot writing={writing} />}
      </form>
    </dialog>
  );
}

function Body({ writing }: { writing: Writing }) {
  const draft = writing.draft.value;
  return (
    <div class="scroll">
      {writing.isRestored.value && (
        <p class="restored" role="status"><span>{t("compose.restored")}</span>
          <button type="button" class="quiet" onClick={() => void writing.anew()}>{t("compose.anew")}</button></p>
      )}
      {draft.replyTo && !draft.editing && <About id={draft.replyTo} label={t("compose.answered")} />}
      {draft.parts.map((one, n) => <Post writing={writing} part={one} n={n} key={one.key} />)}
      {draft.quoteOf && <About id={draft.quoteOf} label={t("compose.quoted")} isQuote />}
    </div>
  );
}

/** The post that is answered or quoted. */
function About({ id, label, isQuote }: { id: string; label: string; isQuote?: boolean }) {
  const one = post(id).value;
  return (
    <aside class={isQuote ? "about quoted" : "about"} aria-label={label}>
      {!one ? <p class="gap">{t("gap.gone")}</p> : (
        <>
          <p class="byline"><Avatar who={one.account} size={24} /> <span class="name"><Name who={one.account} /></span> <span class="handle">@{one.account.acct}</span></p>
          {one.spoiler_text ? <p class="warned"><bdi>{one.spoiler_text}</bdi></p> : <div inert><Html text={one.content} emojis={one.emojis} lang={one.language} /></div>}
          {isQuote && one.quote_approval?.current_user === "manual" && <p class="soft">{t("compose.quoteAsks")}</p>}
        </>
      )}
    </aside>
  );
}

const SAID: Partial<Record<string, Key>> = { kept: "compose.state.kept", saving: "compose.state.saving", saved: "compose.state.saved", here: "compose.state.here" };

function Kept({ writing }: { writing: Writing }) {
  const key = writing.draft.value.editing ? undefined : SAID[writing.state.value];
  return <small class="kept" aria-live={writing.state.value === "here" ? "polite" : "off"}>{key && t(key)}</small>;
}

function Asked({ writing }: { writing: Writing }) {
  const first = useRef<HTMLButtonElement>(null);
  const asks = writing.asks.value;
  useLayoutEffect(() => first.current?.focus(), [asks]);
  if (!asks) return null;
  if (asks === "alt") {
    const without = writing.draft.peek().parts.flatMap((one) => one.files).filter((file) => !file.alt.trim());
    const toIt = (): void => {
      writing.asks.value = "";
      document.querySelector<HTMLElement>(`#alt-${without[0]?.key}`)?.focus();
    };
    return (
      <div class="asked" role="alertdialog" aria-labelledby="asked-title" aria-describedby="asked-text">
        <p id="asked-title"><b>{t("compose.noAlt", { n: without.length })}</b></p><p id="asked-text">{t("compose.noAltWhy")}</p>
        <p class="choice"><button type="button" ref={first} onClick={toIt}>{t("compose.describe")}</button>
          <button type="button" class="quiet" onClick={() => void writing.submit(true)}>{t("compose.without")}</button></p>
      </div>
    );
  }
  const isEdit = Boolean(writing.draft.peek().editing);
  return (
    <div class="asked" role="alertdialog" aria-labelledby="asked-title" aria-describedby="asked-text">
      <p id="asked-title"><b>{t("compose.leave")}</b></p><p id="asked-text">{t(isEdit ? "compose.leaveEdit" : "compose.leaveText")}</p>
      <p class="choice">
        <button type="button" ref={first} onClick={() => void writing.keepAndGo()}>{t(isEdit ? "compose.keepEdit" : "compose.keepDraft")}</button>
        <button type="button" class="quiet" onClick={() => (writing.asks.value = "")}>{t("compose.goOn")}</button>
        <button type="button" class="quiet grave" onClick={() => void writing.throwAway()}>{t("compose.throwAway")}</button>
      </p>
    </div>
  );
}

function Tool({ writing, panel, name, icon }: { writing: Writing; panel: Panel; name: Key; icon: preact.ComponentChildren }) {
  const isOpen = writing.panel.value === panel;
  return (
    <button type="button" class="tool" title={t(name)} aria-expanded={isOpen} aria-controls={`panel-${panel}`} onClick={() => writing.toggle(panel)}>
      {icon}<span class="unseen">{t(name)}</span></button>
  );
}

function Foot({ writing }: { writing: Writing }) {
  const draft = writing.draft.value;
  const part = writing.part();
  const fileField = useRef<HTMLInputElement>(null);
  const polled = part.poll !== null;
  const send: Key = draft.editing ? "compose.save" : draft.dueAt ? "compose.schedule"
    : draft.parts.length > 1 ? "compose.sendAll" : draft.replyTo ? "composer.sendReply" : "composer.send";
  return (
    <footer>
      <div class="tools" role="group" aria-label={t("compose.tools")}>
        <button type="button" class="tool" title={t("compose.files")} disabled={polled || part.files.length >= limits.value.files} onClick={() => fileField.current?.click()}>
          <Sign name="picture" /><span class="unseen">{t("compose.files")}</span></button>
        <input type="file" ref={fileField} class="unseen" tabIndex={-1} aria-hidden="true" multiple accept="image/*,video/*,audio/*"
          onChange={(event) => { writing.addFiles(part.key, [...(event.currentTarget.files ?? [])]); event.currentTarget.value = ""; }} />
        <button type="button" class="tool" title={t("composer.poll")} aria-pressed={polled} disabled={part.files.length > 0}
          onClick={() => writing.setPart(part.key, { poll: polled ? null : { options: ["", ""], forS: DAY_S, isMultiple: false, hidesTotals: false } })}>
          <Sign name="poll" /><span class="unseen">{t("composer.poll")}</span></button>
        <button type="button" class="tool" title={t("composer.warning")} aria-pressed={part.warning !== null}
          onClick={() => writing.setPart(part.key, { warning: part.warning === null ? "" : null })}>
          <Sign name="warning" /><span class="unseen">{t("composer.warning")}</span></button>
        <Tool writing={writing} panel="emoji" name="compose.emoji" icon={<Sign name="smile" />} />
        {!draft.editing && draft.parts.length === 1 && <Tool writing={writing} panel="schedule" name="compose.later" icon={<Sign name="clock" />} />}
        {!draft.editing && !draft.dueAt && (
          <button type="button" class="tool" title={t("compose.addPart")} onClick={() => writing.addPart()}><Sign name="plus" /><span class="unseen">{t("compose.addPart")}</span></button>)}
        <Language writing={writing} />
        <Counter writing={writing} />
      </div>
      <div class="sending">
        <button type="button" class="quiet whom" aria-expanded={writing.panel.value === "audience"} aria-controls="panel-audience" onClick={() => writing.toggle("audience")}>
          <Icon name={ICONS[draft.audience]} /><span class="unseen">{t("composer.audience")}: </span><span class="short">{inShort(draft)}</span><Sign name="down" /></button>
        <button type="submit" disabled={writing.isBusy.value}>{t(send)}</button>
      </div>
    </footer>
  );
}

function Language({ writing }: { writing: Writing }) {
  const { language } = writing.draft.value;
  return (
    <label class="tool language" title={t("compose.language")}>
      <span aria-hidden="true">{language ? language.slice(0, 3).toUpperCase() : "–"}</span><span class="unseen">{t("compose.language")}</span>
      <select value={language} onChange={(event) => writing.set({ language: event.currentTarget.value })}>
        {languages(language).map((one) => <option value={one} lang={one} key={one}>{nameOf(one)}</option>)}
      </select>
    </label>
  );
}

const RING = 2 * Math.PI * 9;
const NEAR = 20;

function Counter({ writing }: { writing: Writing }) {
  const part = writing.part();
  const most = limits.value.characters;
  const left = most - length(part.text, part.warning ?? "");
  const said = useSignal("");
  useEffect(() => {
    // Read out near the end, and only when typing pauses.
    if (left > NEAR) said.value = "";
    const timer = left > NEAR ? 0 : window.setTimeout(() => (said.value = left < 0 ? t("compose.over", { n: -left }) : t("compose.left", { n: left })), 700);
    return () => clearTimeout(timer);
  }, [left]);
  const part1 = Math.min(1, (most - left) / most);
  return (
    <p class={`counter${left < 0 ? " over" : left <= NEAR ? " near" : ""}`} title={t("compose.of", { n: most })}>
      <span id="compose-left">{left}</span><span class="unseen" role="status">{said.value}</span>
      <svg viewBox="0 0 24 24" aria-hidden="true"><circle class="track" cx="12" cy="12" r="9" /><circle class="full" cx="12" cy="12" r="9" stroke-dasharray={`${part1 * RING} ${RING}`} /></svg>
    </p>
  );
}
