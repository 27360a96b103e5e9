// Small pictures to choose from: the site's own and the common ones.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { local } from "../api";
import { t } from "../i18n";
import { emojis } from "./config";
import { called, learn, search } from "./pictures";
import type { Writing } from "./writing";

export function Emojis({ writing }: { writing: Writing }) {
  const typed = useSignal("");
  useEffect(() => void learn(), []);

  function insert(text: string): void {
    const key = writing.active.peek();
    const field = document.querySelector<HTMLTextAreaElement>(`#text-${key}`)!;
    const at = field.selectionStart;
    const before = field.value.slice(0, at), after = field.value.slice(field.selectionEnd);
    writing.setPart(key, { text: before + text + after });
    requestAnimationFrame(() => field.setSelectionRange(at + text.length, at + text.length));
  }

  const own = emojis.value.filter((one) => one.shortcode.toLowerCase().includes(typed.value.toLowerCase()));
  const common = search(typed.value, 200);
  return (
    <div class="panel" id="panel-emoji" role="region" aria-label={t("compose.emoji")}>
      <label class="unseen" for="emoji-search">{t("compose.emojiSearch")}</label>
      <input id="emoji-search" type="search" value={typed.value} placeholder={t("compose.emojiSearch")} onInput={(event) => (typed.value = event.currentTarget.value)} />
      <div class="emojis">
        {own.map((one) => <button type="button" key={one.shortcode} title={`:${one.shortcode}:`} onClick={() => insert(`:${one.shortcode}: `)}><img src={local(one.static_url)} alt={`:${one.shortcode}:`} width={26} height={26} loading="lazy" /></button>)}
        {common.map((one) => <button type="button" key={one.name} title={called(one)} aria-label={`${one.sign} ${called(one)}`} onClick={() => insert(one.sign)}>{one.sign}</button>)}
      </div>
      {!own.length && !common.length && <p class="soft">{t("compose.noEmoji")}</p>}
    </div>
  );
}
