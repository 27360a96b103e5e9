// One post of what is being written: its words, warning, files and poll.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useFocus } from "../focus";
import { t } from "../i18n";
import { me } from "../state/session";
import { Icon, pictureOf } from "../ui/small";
import { site } from "../site";
import { Listed, useCompletion } from "./complete";
import { Files } from "./Files";
import { Poll } from "./Poll";
import type { Part } from "./shapes";
import type { Writing } from "./writing";

export function Post({ writing, part, n }: { writing: Writing; part: Part; n: number }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = writing.draft.value;
  const all = draft.parts.length;
  const completion = useCompletion(field, (text) => writing.setPart(part.key, { text }), part.key);
  const label = all > 1 ? t("compose.part", { n: n + 1, all }) : t(draft.replyTo ? "composer.reply" : "composer.post");

  useLayoutEffect(() => {
    const one = field.current!;
    if (n) one.focus();
    one.setSelectionRange(one.value.length, one.value.length);
  }, []);
  useEffect(() => {
    // Where the browser does not fit a field to its text by itself.
    const one = field.current!;
    if (CSS.supports("field-sizing", "content")) return;
    one.style.height = "auto";
    one.style.height = `${one.scrollHeight + 2}px`;
  }, [part.text]);

  function onPaste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData?.getData("text/plain")) return;
    event.preventDefault();
    writing.addFiles(part.key, files);
  }

  return (
    <section class={`piece${all > 1 ? " threaded" : ""}`} aria-label={all > 1 ? label : undefined} onFocusCapture={() => (writing.active.value = part.key)}>
      <img class="face" src={me.value ? pictureOf(me.value) : `/avatars/${site.me}.svg`} alt="" width={40} height={40} />
      <div class="writing">
        {part.warning !== null && (
          <Warning name={`warning-${part.key}`} text={part.warning} set={(warning) => writing.setPart(part.key, { warning })} />)}
        <div class="field">
          <label class="unseen" for={`text-${part.key}`}>{label}</label>
          <textarea id={`text-${part.key}`} ref={field} rows={n ? 2 : 4} dir="auto" lang={draft.language || undefined} value={part.text}
            placeholder={t(n ? "compose.nextHint" : draft.replyTo ? "composer.replyHint" : "composer.postHint")} aria-describedby="compose-left"
            onInput={(event) => { writing.setPart(part.key, { text: event.currentTarget.value }); completion.look(); }}
            onPaste={onPaste} {...completion.attributes} />
          <Listed completion={completion} />
        </div>
        <Files writing={writing} part={part} />
        {part.poll && <Poll writing={writing} part={part} poll={part.poll} />}
      </div>
      {all > 1 && (
        <button type="button" class="act drop" title={t("compose.dropPart", { n: n + 1 })} onClick={() => writing.dropPart(part.key)}>
          <Icon name="close" /><span class="unseen">{t("compose.dropPart", { n: n + 1 })}</span></button>
      )}
    </section>
  );
}

function Warning({ name, text, set }: { name: string; text: string; set: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useFocus(field, !text);
  return (
    <p class="warner"><label class="unseen" for={name}>{t("composer.warning")}</label>
      <input id={name} ref={field} dir="auto" value={text} placeholder={t("composer.warningHint")} onInput={(event) => set(event.currentTarget.value)} /></p>
  );
}
