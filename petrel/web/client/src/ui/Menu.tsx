// A button that opens a short list of things to do. Arrow keys move, Escape closes, focus comes back.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./small";

export interface Choice { label: string; icon?: string; run?: () => void; href?: string; isGrave?: boolean; plain?: boolean }

export function Menu({ label, choices, icon = "more", kind = "act" }: { label: string; choices: () => Choice[]; icon?: string; kind?: string }) {
  const isOpen = useSignal(false);
  const above = useSignal(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  function close(andFocus = true): void {
    isOpen.value = false;
    if (andFocus) button.current?.focus();
  }

  useLayoutEffect(() => {
    if (!isOpen.value) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen.value]);

  function onKey(event: KeyboardEvent): void {
    const all = [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape" || event.key === "Tab") close(event.key === "Escape");
    else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else if (event.key === "Home") all[0]?.focus();
    else if (event.key === "End") all.at(-1)?.focus();
    else return;
    event.stopPropagation();
    if (event.key !== "Tab") event.preventDefault();
  }

  function open(): void {
    const box = button.current!.getBoundingClientRect();
    // Where there is more room; at the lower edge of a phone lies the way round the site.
    above.value = window.innerHeight - box.bottom < 340 && box.top > 340;
    isOpen.value = !isOpen.value;
  }

  return (
    <div class="menu" ref={root}>
      <button type="button" ref={button} class={kind} aria-haspopup="menu" aria-expanded={isOpen.value} aria-controls={id} onClick={open}>
        <Icon name={icon} /><span class="unseen">{label}</span>
      </button>
      {isOpen.value && (
        <div class={`choices${above.value ? " above" : ""}`} id={id} role="menu" aria-label={label} onKeyDown={onKey}>
          {choices().map((one) => <Line one={one} close={close} key={one.label} />)}
        </div>
      )}
    </div>
  );
}

function Line({ one, close }: { one: Choice; close: (andFocus?: boolean) => void }) {
  const inside: ComponentChildren = <>{one.icon && <Icon name={one.icon} />}<span>{one.label}</span></>;
  const kind = one.isGrave ? "grave" : undefined;
  if (one.href) {
    return <a role="menuitem" tabIndex={-1} class={kind} href={one.href} data-plain={one.plain ? "" : undefined} onClick={() => close(false)}>{inside}</a>;
  }
  return <button type="button" role="menuitem" tabIndex={-1} class={kind} onClick={() => { close(); one.run?.(); }}>{inside}</button>;
}
