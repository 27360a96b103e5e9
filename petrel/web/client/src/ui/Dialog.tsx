// Dialogs stand in the browser's top layer: focus is caught and given back, Escape closes, what is behind is inert.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { useModal } from "../focus";
import { t } from "../i18n";
import { Icon } from "./small";

export function Dialog({ title, close, children, kind = "" }: { title: string; close: () => void; children: ComponentChildren; kind?: string }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(box);
  return (
    <dialog ref={box} class={`dialog ${kind}`} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); close(); }}
      onClick={(event) => { if (event.target === box.current) close(); }}>
      <div class="inside">
        <header><h2 id={id}>{title}</h2>
          <button type="button" class="act" onClick={close}><Icon name="close" /><span class="unseen">{t("close")}</span></button></header>
        {children}
      </div>
    </dialog>
  );
}

interface Question { title: string; text: string; yes: string; isGrave: boolean; answer: (yes: boolean) => void }
const question = signal<Question | null>(null);

/** Asks before something that cannot be taken back. */
export function sure(title: string, text: string, yes: string, isGrave = true): Promise<boolean> {
  return new Promise((done) => {
    question.value = { title, text, yes, isGrave, answer: (said) => { question.value = null; done(said); } };
  });
}

export function Questions() {
  const one = question.value;
  if (!one) return null;
  return (
    <Dialog title={one.title} close={() => one.answer(false)} kind="asks">
      <p>{one.text}</p>
      <p class="choice">
        <button type="button" class={one.isGrave ? "danger" : ""} onClick={() => one.answer(true)}>{one.yes}</button>
        <button type="button" class="quiet" onClick={() => one.answer(false)}>{t("cancel")}</button>
      </p>
    </Dialog>
  );
}
