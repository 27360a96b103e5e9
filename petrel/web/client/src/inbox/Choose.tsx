// Choosing people by typing: a field with suggestions (a combobox), and who was chosen.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { get } from "../api";
import { useFocus } from "../focus";
import { t } from "../i18n";
import type { Account } from "../types";
import { Avatar, Icon, labelOf, Name } from "../ui/small";
import { site } from "../site";

const AFTER_MS = 180, MOST = 6;

interface Way {
  label: string; hint?: string; chosen: readonly Account[]; change: (all: Account[]) => void; focus?: boolean;
  /** Only whom the member follows: lists take nobody else. */
  following?: boolean;
}

export function Choose({ label, hint, chosen, change, focus = false, following }: Way) {
  const words = useSignal("");
  const found = useSignal<Account[]>([]);
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useFocus(field, focus);

  useEffect(() => {
    const asked = words.value.trim().replace(/^@/, "");
    if (!asked) {
      found.value = [];
      return;
    }
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      get<Account[]>("/api/v1/accounts/search", { q: asked, limit: MOST + chosen.length + 1, following: following || undefined }, stop.signal).then((came) => {
        found.value = came.filter((one) => one.id !== site.me && !chosen.some((other) => other.id === one.id)).slice(0, MOST);
        at.value = 0;
      }, () => undefined);
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [words.value, chosen]);

  function take(one: Account | undefined): void {
    if (!one) return;
    words.value = "";
    found.value = [];
    change([...chosen, one]);
    field.current?.focus();
  }

  function onKey(event: KeyboardEvent): void {
    const all = found.value;
    if (event.key === "ArrowDown" && all.length) at.value = (at.value + 1) % all.length;
    else if (event.key === "ArrowUp" && all.length) at.value = (at.value - 1 + all.length) % all.length;
    else if (event.key === "Enter" && words.value) take(all[at.value]);
    else if (event.key === "Escape" && all.length) found.value = [];
    else if (event.key === "Backspace" && !words.value && chosen.length) change(chosen.slice(0, -1));
    else return;
    event.preventDefault();
  }

  const all = found.value;
  return (
    <div class="choose">
      {chosen.length > 0 && (
        <ul class="chosen" aria-label={label}>{chosen.map((one) => (
          <li key={one.id}><Avatar who={one} size={24} /><span><Name who={one} /></span>
            <button type="button" class="act" onClick={() => { change(chosen.filter((other) => other !== one)); field.current?.focus(); }}><Icon name="close" /><span class="unseen">{t("choose.away", { name: labelOf(one) })}</span></button></li>))}</ul>
      )}
      <label for={id}>{label}</label>
      <input id={id} ref={field} value={words.value} autocomplete="off" placeholder={t("choose.hint")} role="combobox" aria-autocomplete="list" aria-expanded={all.length > 0}
        aria-controls={`${id}-list`} aria-describedby={hint ? `${id}-hint` : undefined} aria-activedescendant={all.length ? `${id}-${at.value}` : undefined}
        onInput={(event) => (words.value = event.currentTarget.value)} onKeyDown={onKey} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      <ul class="people found" role="listbox" id={`${id}-list`} aria-label={label} hidden={!all.length}>{all.map((one, n) => (
        <li role="option" id={`${id}-${n}`} aria-selected={n === at.value} key={one.id} onClick={() => take(one)}>
          <Avatar who={one} size={34} /><span><span class="name"><Name who={one} /></span> <span class="handle">@{one.acct}</span></span></li>))}</ul>
      <p class="unseen" role="status">{words.value && t("choose.found", { n: all.length })}</p>
    </div>
  );
}
