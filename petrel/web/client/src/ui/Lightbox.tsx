// Pictures large, one after the other, with zoom by wheel, double click, pinch and keys.
import { signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { local } from "../api";
import { useModal } from "../focus";
import { t } from "../i18n";
import type { Media } from "../types";
import { Icon } from "./small";

const open = signal<{ files: Media[]; at: number } | null>(null);

export function show(files: Media[], at: number): void {
  open.value = { files, at };
}

export function Lightbox() {
  return open.value ? <Shown files={open.value.files} first={open.value.at} /> : null;
}

const MOST = 8;

function Shown({ files, first }: { files: Media[]; first: number }) {
  const box = useRef<HTMLDialogElement>(null);
  const at = useSignal(first);
  const zoom = useSignal({ scale: 1, x: 0, y: 0 });
  const hands = useRef(new Map<number, { x: number; y: number }>());
  const one = files[at.value]!;

  useModal(box);

  const close = () => { open.value = null; };
  const turn = (by: number) => {
    at.value = (at.value + by + files.length) % files.length;
    zoom.value = { scale: 1, x: 0, y: 0 };
  };

  /** Larger or smaller around a point, so that what is under the hand stays there. */
  function scale(by: number, x = innerWidth / 2, y = innerHeight / 2): void {
    const now = zoom.value;
    const next = Math.min(MOST, Math.max(1, now.scale * by));
    if (next === 1) zoom.value = { scale: 1, x: 0, y: 0 };
    else {
      const cx = x - innerWidth / 2, cy = y - innerHeight / 2, grown = next / now.scale;
      zoom.value = { scale: next, x: cx - (cx - now.x) * grown, y: cy - (cy - now.y) * grown };
    }
  }

  function onKey(event: KeyboardEvent): void {
    const rtl = document.dir === "rtl" ? -1 : 1;
    if (event.key === "ArrowRight") turn(rtl);
    else if (event.key === "ArrowLeft") turn(-rtl);
    else if (event.key === "+" || event.key === "=") scale(1.4);
    else if (event.key === "-") scale(1 / 1.4);
    else if (event.key === "0") zoom.value = { scale: 1, x: 0, y: 0 };
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onMove(event: PointerEvent): void {
    const before = hands.current.get(event.pointerId);
    if (!before) return;
    const here = { x: event.clientX, y: event.clientY };
    const other = [...hands.current].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(here.x - other.x, here.y - other.y);
      if (was) scale(is / was, (here.x + other.x) / 2, (here.y + other.y) / 2);
    } else if (zoom.value.scale > 1) {
      zoom.value = { ...zoom.value, x: zoom.value.x + here.x - before.x, y: zoom.value.y + here.y - before.y };
    }
    hands.current.set(event.pointerId, here);
  }

  function onUp(event: PointerEvent): void {
    const from = hands.current.get(event.pointerId);
    hands.current.delete(event.pointerId);
    if (from && event.target === event.currentTarget && zoom.value.scale === 1) close();
  }

  const { scale: by, x, y } = zoom.value;
  return (
    <dialog ref={box} class="lightbox" aria-label={t("media.large")} onCancel={(event) => { event.preventDefault(); close(); }} onKeyDown={onKey}>
      <div class="stage" onWheel={(event) => { event.preventDefault(); scale(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX, event.clientY); }}
        onDblClick={(event) => scale(by > 1 ? 0.01 : 2.5, event.clientX, event.clientY)}
        onPointerDown={(event) => hands.current.set(event.pointerId, { x: event.clientX, y: event.clientY })}
        onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={(event) => hands.current.delete(event.pointerId)}>
        <img key={one.id} src={local(one.url ?? "")} alt={one.description || t("media.noAltImage")} draggable={false}
          class={by > 1 ? "near" : ""} style={{ transform: `translate(${x}px, ${y}px) scale(${by})` }} />
      </div>
      <button type="button" class="act shut" onClick={close}><Icon name="close" /><span class="unseen">{t("close")}</span></button>
      {files.length > 1 && <>
        <button type="button" class="act back" onClick={() => turn(-1)}><Icon name="back" /><span class="unseen">{t("media.before")}</span></button>
        <button type="button" class="act on" onClick={() => turn(1)}><Icon name="on" /><span class="unseen">{t("media.next")}</span></button>
        <p class="number" role="status">{t("media.place", { n: at.value + 1, all: files.length })}</p>
      </>}
      {one.description && by === 1 && <p class="words" dir="auto">{one.description}</p>}
    </dialog>
  );
}
