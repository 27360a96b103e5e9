// What keys do, in one list: the help sheet and the command palette are made from it.
import { signal } from "@preact/signals";
import type { Key } from "./i18n";

export interface Command {
  /** "j", "g h" (one after the other), "ctrl+k"; none for what only stands in the palette. */
  keys?: string[];
  name: Key;
  group: "move" | "posts" | "go" | "app";
  run: (event?: KeyboardEvent) => void;
  /** Whether it stands in the palette. */
  isListed?: boolean;
}

const commands: Command[] = [];
export const isHelpOpen = signal(false);
export const isPaletteOpen = signal(false);

const SEQUENCE_MS = 1_000;
let before = "";
let timer = 0;

/** Returns what takes them away again. */
export function command(...added: Command[]): () => void {
  commands.push(...added);
  return () => added.forEach((one) => commands.splice(commands.indexOf(one), 1));
}

export const allCommands = (): readonly Command[] => commands;

function isTyping(event: KeyboardEvent): boolean {
  const at = event.target as HTMLElement | null;
  if (!at?.closest) return false;
  return at.isContentEditable || at.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : key;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  // In dialogs keys belong to the dialog.
  const inDialog = document.querySelector("dialog[open]") !== null;
  const isFree = !isTyping(event) && !inDialog && !isPaletteOpen.value && !isHelpOpen.value;
  if (!name.startsWith("ctrl+") && !isFree) return;
  if (name.startsWith("ctrl+") && inDialog) return;
  const wanted = before ? [`${before} ${name}`, name] : [name];
  before = "";
  clearTimeout(timer);
  for (const one of wanted) {
    const found = commands.findLast((each) => each.keys?.includes(one));
    if (found) {
      // Enter on a link or button is the browser's.
      if (name === "Enter" && (event.target as HTMLElement).closest("a, button, summary, input")) return;
      event.preventDefault();
      found.run(event);
      return;
    }
  }
  if (isFree && commands.some((each) => each.keys?.some((keys) => keys.startsWith(`${name} `)))) {
    before = name;
    timer = window.setTimeout(() => (before = ""), SEQUENCE_MS);
  }
}

export function start(): void {
  document.addEventListener("keydown", onKey);
}
