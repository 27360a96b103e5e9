// Writing a post. As templates/composer.html; files and polls are for the composer, which opens over the page.
import { useSignal } from "@preact/signals";
import { onceKey, post as send, Trouble } from "../api";
import { t } from "../i18n";
import { change, take } from "../state/statuses";
import { me } from "../state/session";
import { addReply } from "../state/threads";
import { home } from "../state/timelines";
import { toast } from "../state/toasts";
import type { Status, Visibility } from "../types";
import { site } from "../site";
import { pictureOf } from "./small";

const quoters = (said = "public"): "public" | "followers" | "nobody" => (said === "followers" || said === "nobody" ? said : "public");
const AUDIENCES: Visibility[] = ["public", "unlisted", "private", "direct"];

export function Composer({ answers }: { answers?: Status }) {
  const before = answers ? [answers.account.acct, ...answers.mentions.map((one) => one.acct)]
    .filter((one, n, all) => one !== site.handle && all.indexOf(one) === n).map((one) => `@${one} `).join("") : "";
  const kept = `petrel.draft.${answers?.id ?? "new"}`;
  const text = useSignal(sessionStorage.getItem(kept) ?? before);
  const warning = useSignal(answers?.spoiler_text ?? "");
  const widest = AUDIENCES.indexOf(answers?.visibility ?? "public");
  const within = AUDIENCES.slice(widest);
  const audience = useSignal<Visibility | "">("");
  const own = me.value?.source.privacy ?? "public";
  const chosen = audience.value || (within.includes(own) ? own : within[0]!);
  const wrong = useSignal("");
  const isSending = useSignal(false);
  const key = useSignal(onceKey());
  const elsewhere = answers ? `/compose?reply_to=${answers.id}` : "/compose";     // what is typed goes along

  function type(value: string): void {
    text.value = value;
    if (value && value !== before) sessionStorage.setItem(kept, value);
    else sessionStorage.removeItem(kept);
  }

  /** Not reached: it goes into the outbox, which sends it once. Whether it is there. */
  async function wait(fault: Trouble): Promise<boolean> {
    try {
      const [{ queue }, { newPart }] = await Promise.all([import("../composer/outbox"), import("../composer/shapes")]);
      const part = { ...newPart(text.value), once: key.value, warning: warning.value || null };
      queue({
        about: answers ? `reply ${answers.id}` : "new", parts: [part], audience: chosen, answerers: "everyone",
        quoters: quoters(me.value?.source.quote_policy), language: me.value?.source.language ?? "", replyTo: answers?.id ?? "", quoteOf: "",
        editing: "", dueAt: "", changedAt: Date.now(), before,
      }, fault);
    } catch {
      return false;
    }
    key.value = onceKey();
    type("");
    text.value = "";
    warning.value = "";
    return true;
  }

  async function submit(): Promise<void> {
    if (!text.value.trim() || isSending.value) return;
    isSending.value = true;
    wrong.value = "";
    try {
      const made = await send<Status>("/api/v1/statuses", {
        status: text.value, visibility: chosen, in_reply_to_id: answers?.id, spoiler_text: warning.value || undefined,
      }, { once: key.value });
      key.value = onceKey();
      type("");
      text.value = "";
      warning.value = "";
      take(made);
      home().came(made, true);
      if (answers) {
        addReply(made);
        change(answers.id, (one) => ({ ...one, replies_count: one.replies_count + 1 }));
      }
      toast(t("done.posted"));
    } catch (fault) {
      if (!(fault instanceof Trouble && fault.status === 0 && (await wait(fault)))) wrong.value = fault instanceof Trouble ? fault.message : String(fault);
    } finally {
      isSending.value = false;
    }
  }

  return (
    <form class="composer" id="reply" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {wrong.value && <p class="wrong" id="composer-wrong" role="alert">{wrong.value}</p>}
      <img class="face" src={me.value ? pictureOf(me.value) : `/avatars/${site.me}.svg`} alt="" width={46} height={46} />
      <div class="writing">
        <label class="unseen" for="text">{t(answers ? "composer.reply" : "composer.post")}</label>
        <textarea id="text" rows={3} dir="auto" value={text.value} placeholder={t(answers ? "composer.replyHint" : "composer.postHint")}
          aria-describedby={`${wrong.value ? "composer-wrong " : ""}composer-length`} onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(); }} />
        <details open={Boolean(answers?.spoiler_text)}><summary>{t("composer.warning")}</summary>
          <label class="unseen" for="warning">{t("composer.warningHint")}</label>
          <input id="warning" dir="auto" value={warning.value} placeholder={t("composer.warningHint")} onInput={(event) => (warning.value = event.currentTarget.value)} /></details>
        <a class="further" href={elsewhere}>{t("composer.poll")}</a>
        <a class="further" href={elsewhere}>{t("composer.files")}</a>
        <div class="sending">
          <label class="unseen" for="audience">{t("composer.audience")}</label>
          <select id="audience" value={chosen} onChange={(event) => (audience.value = event.currentTarget.value as Visibility)}>
            {within.map((one) => <option value={one} key={one}>{t(`audience.${one}`)} – {t(`audienceBrief.${one}`)}</option>)}
          </select>
          <small id="composer-length">{t("composer.length", { n: site.characters })}</small>
          <button type="submit" disabled={isSending.value || !text.value.trim()}>{t(answers ? "composer.sendReply" : "composer.send")}</button>
        </div>
      </div>
    </form>
  );
}
