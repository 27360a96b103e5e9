// Where a message is written. It knows people and no audience: what is typed here can only become a direct message to
// those whose names stand above it (sending.ts).
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { onceKey, Trouble } from "../api";
import { t } from "../i18n";
import type { Status } from "../types";
import { Icon, Name } from "../ui/small";
import { sendMessage, type Envelope } from "./sending";
import { site } from "../site";

/** As the server counts, near enough to warn; the server has the last word. */
const lengthOf = (text: string): number => ("Segmenter" in Intl ? [...new Intl.Segmenter().segment(text)].length : [...text].length);

export function MessageField({ envelope, place, sent }: { envelope: Envelope; place: string; sent: (made: Status) => void }) {
  const kept = `petrel.message.${place}`;
  const text = useSignal(sessionStorage.getItem(kept) ?? "");
  const wrong = useSignal("");
  const isSending = useSignal(false);
  const key = useSignal(onceKey());
  const id = useId();
  const { people } = envelope;
  const names = people.reduce((sum, one) => sum + one.acct.length + 2, 0);
  const left = site.characters - names - lengthOf(text.value);

  function type(value: string): void {
    text.value = value;
    if (value) sessionStorage.setItem(kept, value);
    else sessionStorage.removeItem(kept);
  }

  async function submit(): Promise<void> {
    if (!text.value.trim() || isSending.value || !people.length || left < 0) return;
    isSending.value = true;
    wrong.value = "";
    try {
      const made = await sendMessage(envelope, text.value, key.value);
      key.value = onceKey();
      type("");
      sent(made);
    } catch (fault) {
      wrong.value = fault instanceof Trouble ? fault.message : String(fault);
      if (fault instanceof Trouble && !fault.mayPass) key.value = onceKey();
    } finally {
      isSending.value = false;
    }
  }

  return (
    <form class="message-field" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <p class="to" id={`${id}-to`}><Icon name="direct" /><span>{t("talks.onlyTo")} {people.map((one, n) => <>{n > 0 && t("told.comma")}<b key={one.id}><Name who={one} /></b> <span class="handle">@{one.acct}</span></>)}</span></p>
      {wrong.value && <p class="wrong" id={`${id}-wrong`} role="alert">{wrong.value}</p>}
      <label class="unseen" for={id}>{t("talks.write")}</label>
      <div class="row">
        <textarea id={id} rows={1} dir="auto" value={text.value} placeholder={t("talks.write")} aria-invalid={Boolean(wrong.value) || undefined}
          aria-describedby={`${id}-to ${wrong.value ? `${id}-wrong ` : ""}${id}-left`} onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void submit(); } }} />
        <button type="submit" disabled={isSending.value || !text.value.trim() || left < 0}>{t("talks.send")}</button>
      </div>
      <small id={`${id}-left`} class={left < 0 ? "over-length" : undefined} role={left < 0 ? "alert" : undefined}>{left < 50 ? t("talks.left", { n: left }) : t("talks.keys")}</small>
    </form>
  );
}
