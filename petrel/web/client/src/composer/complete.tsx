// While a name, a tag or an emoji is typed: a list of what it may be. Arrows choose, Enter or Tab take, Escape leaves.
import { useSignal, type Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { get, local } from "../api";
import { t } from "../i18n";
import type { Account, Found } from "../types";
import { Avatar, labelOf } from "../ui/small";
import { emojis } from "./config";
import { called, learn, search } from "./pictures";

interface Offer { key: string; text: string; label: string; hint?: string; who?: Account; sign?: string; picture?: string }
interface Token { start: number; end: number; sign: string; word: string }

const MOST = 6;
const PAUSE_MS = 160;
const TOKEN = /(?<![\p{L}\p{N}_/@#:])([@#:])([\p{L}\p{N}\p{M}_.@-]{1,60})$/u;

/** What is being typed before the caret. */
export function tokenAt(text: string, caret: number): Token | null {
  const found = TOKEN.exec(text.slice(Math.max(0, caret - 64), caret));
  if (!found) return null;
  const [whole, sign, word] = found as unknown as [string, string, string];
  if (sign === ":" && ((word.length < 2 && word < "\u0100") || /[@.]/.test(word))) return null;
  return { start: caret - whole.length, end: caret, sign, word };
}

async function offers({ sign, word }: Token, signal: AbortSignal): Promise<Offer[]> {
  if (sign === ":") {
    await learn();
    const own = emojis.value.filter((one) => one.shortcode.toLowerCase().includes(word.toLowerCase()))
      .map((one): Offer => ({ key: one.shortcode, text: `:${one.shortcode}:`, label: `:${one.shortcode}:`, picture: local(one.static_url) }));
    return [...own, ...search(word, MOST).map((one): Offer => ({ key: one.name, text: one.sign, label: called(one), sign: one.sign }))].slice(0, MOST);
  }
  if (sign === "@") {
    const people = await get<Account[]>("/api/v1/accounts/search", { q: word, limit: MOST }, signal);
    return people.map((who) => ({ key: who.id, text: `@${who.acct}`, label: labelOf(who), hint: `@${who.acct}`, who }));
  }
  const { hashtags } = await get<Found>("/api/v2/search", { q: word, type: "hashtags", limit: MOST }, signal);
  return hashtags.map((one) => ({ key: one.name, text: `#${one.name}`, label: `#${one.name}` }));
}

export interface Completion {
  id: string;
  list: Signal<Offer[]>;
  at: Signal<number>;
  look: () => void;
  take: (one: Offer) => void;
  attributes: Record<string, unknown>;
}

export function useCompletion(field: RefObject<HTMLTextAreaElement | null>, set: (text: string) => void, key: string): Completion {
  const list = useSignal<Offer[]>([]);
  const at = useSignal(0);
  const token = useRef<Token | null>(null);
  const asking = useRef<AbortController | null>(null);
  const timer = useRef(0);
  const id = `offers-${key}`;

  function close(): void {
    clearTimeout(timer.current);
    asking.current?.abort();
    token.current = null;
    if (list.value.length) list.value = [];
  }
  useEffect(() => close, []);

  function look(): void {
    const box = field.current!;
    const found = box.selectionStart === box.selectionEnd ? tokenAt(box.value, box.selectionStart) : null;
    if (!found) return close();
    if (token.current?.start === found.start && token.current.word === found.word) return;
    token.current = found;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void ask(found), found.sign === ":" ? 0 : PAUSE_MS);
  }

  async function ask(wanted: Token): Promise<void> {
    asking.current?.abort();
    asking.current = new AbortController();
    try {
      const found = await offers(wanted, asking.current.signal);
      if (token.current !== wanted) return;
      // Nothing to offer for what is there in full already.
      list.value = found.length === 1 && found[0]!.text.toLowerCase() === (wanted.sign + wanted.word).toLowerCase() ? [] : found;
      at.value = 0;
    } catch {
      if (token.current === wanted) list.value = [];
    }
  }

  function take(one: Offer): void {
    const box = field.current!;
    const { start, end } = token.current!;
    const after = box.value.slice(end);
    const added = one.text + (/^\s/.test(after) ? "" : " ");
    const text = box.value.slice(0, start) + added + after;
    set(text);
    box.value = text;
    box.focus();
    box.setSelectionRange(start + added.length, start + added.length);
    close();
  }

  function onKey(event: KeyboardEvent): void {
    const count = list.value.length;
    if (!count || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") at.value = (at.value + 1) % count;
    else if (event.key === "ArrowUp") at.value = (at.value - 1 + count) % count;
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(list.value[at.value]!);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const isOpen = list.value.length > 0;
  const attributes = {
    "aria-autocomplete": "list", "aria-controls": isOpen ? id : undefined,
    "aria-activedescendant": isOpen ? `${id}-${at.value}` : undefined,
    autocomplete: "off", onKeyDown: onKey, onClick: look, onBlur: () => window.setTimeout(close, 150),
    onKeyUp: (event: KeyboardEvent) => { if (event.key.startsWith("Arrow") && !list.value.length) look(); },
  };
  return { id, list, at, look, take, attributes };
}

export function Listed({ completion: { id, list, at, take } }: { completion: Completion }) {
  const count = list.value.length;
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), [count > 0]);
  return (
    <>
      <span class="unseen" role="status">{count > 0 && t("compose.offers", { n: count })}</span>
      {count > 0 && (
        <ul class="offers" ref={box} id={id} role="listbox" aria-label={t("compose.offered")}>
          {list.value.map((one, n) => (
            <li key={one.key} id={`${id}-${n}`} role="option" aria-selected={n === at.value} onPointerDown={(event) => event.preventDefault()} onClick={() => take(one)}>
              {one.who ? <Avatar who={one.who} size={28} /> : one.picture ? <img src={one.picture} alt="" width={24} height={24} /> : one.sign && <span aria-hidden="true">{one.sign}</span>}
              <b><bdi>{one.label}</bdi></b>{one.hint && <small>{one.hint}</small>}</li>
          ))}
        </ul>
      )}
    </>
  );
}
