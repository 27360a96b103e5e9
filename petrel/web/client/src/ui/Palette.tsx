// Everywhere and everything by its name: pages, commands, people, tags.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { get } from "../api";
import { LOCALES, locale, speak, t, type Locale } from "../i18n";
import { allCommands, isPaletteOpen } from "../keys";
import { go } from "../router";
import type { Account, Found } from "../types";
import { Dialog } from "./Dialog";
import { Keys } from "./Help";
import { Avatar, labelOf, urlOf } from "./small";

interface Line { id: string; name: string; keys?: string; who?: Account; run: () => void }

const WAIT_MS = 180;

function fits(name: string, typed: string): boolean {
  const text = name.toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function own(typed: string): Line[] {
  const commands = allCommands().filter((one) => one.isListed).map((one) => ({ id: one.name, name: t(one.name), keys: one.keys?.[0], run: () => one.run() }));
  const languages = Object.entries(LOCALES).filter(([tag]) => tag !== locale.value)
    .map(([tag, name]) => ({ id: `lang-${tag}`, name: `${t("palette.language")}: ${name}`, run: () => void speak(tag as Locale, true) }));
  return [...commands, ...languages].filter((one) => fits(one.name, typed));
}

export default function Palette() {
  const typed = useSignal("");
  const at = useSignal(0);
  const found = useSignal<Line[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const close = () => (isPaletteOpen.value = false);

  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const words = typed.value.trim();
    found.value = [];
    if (words.length < 2) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get<Found>("/api/v2/search", { q: words, limit: 5 }, stop.signal).then((came) => {
        found.value = [
          ...came.accounts.map((who) => ({ id: who.id, name: `${labelOf(who)} @${who.acct}`, who, run: () => go(urlOf(who)) })),
          ...came.hashtags.map((tag) => ({ id: `#${tag.name}`, name: `#${tag.name}`, run: () => go(`/tags/${encodeURIComponent(tag.name)}`) })),
        ];
      }, () => undefined);
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [typed.value]);

  const words = typed.value.trim();
  const lines: Line[] = [...own(words), ...found.value];
  if (words) lines.push({ id: "search", name: t("palette.search", { words }), run: () => go(`/search?q=${encodeURIComponent(words)}`) });
  const chosen = Math.min(at.value, lines.length - 1);

  function choose(line: Line | undefined): void {
    if (!line) return;
    close();
    // After the dialog has given the focus back.
    setTimeout(line.run);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") at.value = (chosen + 1) % lines.length;
    else if (event.key === "ArrowUp") at.value = (chosen - 1 + lines.length) % lines.length;
    else if (event.key === "Enter") choose(lines[chosen]);
    else return;
    event.preventDefault();
    requestAnimationFrame(() => document.getElementById(`line-${at.value}`)?.scrollIntoView({ block: "nearest" }));
  }

  return (
    <Dialog title={t("palette.title")} close={close} kind="palette">
      <input ref={field} type="text" role="combobox" aria-expanded="true" aria-controls="palette-lines" aria-activedescendant={`line-${chosen}`} aria-label={t("palette.label")}
        placeholder={t("palette.hint")} value={typed.value} onInput={(event) => { typed.value = event.currentTarget.value; at.value = 0; }} onKeyDown={onKey} autocomplete="off" />
      <ul id="palette-lines" role="listbox" aria-label={t("palette.title")}>
        {lines.map((one, n) => (
          <li key={one.id} id={`line-${n}`} role="option" aria-selected={n === chosen} onClick={() => choose(one)} onPointerMove={() => (at.value = n)}>
            {one.who && <Avatar who={one.who} size={24} />}<span>{one.name}</span>{one.keys && <span class="keys" aria-hidden="true"><Keys keys={one.keys} /></span>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
