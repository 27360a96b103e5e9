// Where the focus is. It moves before anything is painted: whoever types quickly would hit what had it before. And it
// never falls off the page: what had it may go, or be switched off, under somebody's hands.
import { useLayoutEffect } from "preact/hooks";

/** Takes the focus when it comes onto the page. */
export function useFocus(field: { readonly current: HTMLElement | null }, isWanted = true): void {
  useLayoutEffect(() => {
    if (isWanted) field.current?.focus();
  }, []);
}

/** Shows a dialog as long as it is on the page; the focus goes back to what had it. */
export function useModal(box: { readonly current: HTMLDialogElement | null }): void {
  useLayoutEffect(() => {
    const dialog = box.current!;
    const before = document.activeElement as HTMLElement | null;
    dialog.showModal();
    return () => {
      // While it is open, nothing behind it can have the focus.
      dialog.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
}

const FIELDS = "textarea, input:not([type=hidden], [type=file])";
const PLACES = ".post, .step, #main";
/** What had the focus last, and what stood around it. */
let around: Element[] = [];

function remember(event: FocusEvent): void {
  around = [];
  for (let one = event.target as Element | null; one && one !== document.body; one = one.parentElement) around.push(one);
}

/** The nearest that is still there and can have it: a field of the same form or dialog, the post, the page. */
function next(): HTMLElement | null {
  const stands = around.slice(1).filter((one) => one.isConnected);
  for (const one of stands) {
    if (one.matches(PLACES)) return one as HTMLElement;
    const field = one.matches("form, dialog") ? one.querySelector<HTMLElement>(FIELDS) : null;
    if (field) return field;
  }
  return stands.length ? null : document.getElementById("main");
}

function rescue(): void {
  const now = document.activeElement;
  const isGone = now === document.body && around[0] && !around[0].isConnected;
  // Of a finger that pressed a button nothing is expected: on a phone, a field would call up the keyboard.
  const isOff = now?.matches(":disabled:focus-visible");
  if (isGone || isOff) next()?.focus({ preventScroll: true });
}

export function start(): void {
  document.addEventListener("focusin", remember);
  new MutationObserver(rescue).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });
}
