// Files of a post: how far they are, what is on them in words, which part of a picture matters, and their order.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useModal } from "../focus";
import { t } from "../i18n";
import { Icon } from "../ui/small";
import { limits } from "./config";
import { Sign } from "./icons";
import type { Part, Piece } from "./shapes";
import type { Writing } from "./writing";

export function Files({ writing, part }: { writing: Writing; part: Part }) {
  if (!part.files.length) return null;
  const isPictured = part.files.some((one) => one.kind !== "audio");
  return (
    <>
      <ul class="pieces" aria-label={t("composer.files")}>
        {part.files.map((one, n) => <File writing={writing} part={part} one={one} n={n} key={one.key} />)}
      </ul>
      {isPictured && (
        <label class="tick"><input type="checkbox" checked={part.isSensitive || Boolean(part.warning)} disabled={Boolean(part.warning)}
          onChange={(event) => writing.setPart(part.key, { isSensitive: event.currentTarget.checked })} /> {t("compose.sensitive")}</label>
      )}
    </>
  );
}

function File({ writing, part, one, n }: { writing: Writing; part: Part; one: Piece; n: number }) {
  const isFocusing = useSignal(false);
  const all = part.files.length;
  const name = t("compose.file.name", { n: n + 1 });
  const again = writing.again.get(one.key);
  return (
    <li class="file" aria-label={name}>
      <div class="thumb">
        {one.kind === "image" || one.kind === "gifv" ? (
          <button type="button" title={t("compose.focus")} onClick={() => (isFocusing.value = true)}>
            {one.preview && <img src={one.preview} alt="" style={{ objectPosition: `${(one.focus[0] + 1) * 50}% ${(1 - one.focus[1]) * 50}%` }} />}
            <Sign name="target" /><span class="unseen">{t("compose.focus")}</span></button>
        ) : one.kind === "video" && one.preview.startsWith("blob:") ? <video src={one.preview} muted preload="metadata" /> : <Sign name={one.kind === "audio" ? "sound" : "picture"} />}
      </div>
      <div class="words">
        <label class="unseen" for={`alt-${one.key}`}>{t("compose.alt", { name })}</label>
        <textarea id={`alt-${one.key}`} rows={2} dir="auto" value={one.alt} maxLength={limits.value.words}
          placeholder={t(one.kind === "audio" ? "compose.altAudio" : one.kind === "video" ? "compose.altVideo" : "compose.altHint")}
          onInput={(event) => writing.setPiece(part.key, one.key, { alt: event.currentTarget.value })} />
        {one.wrong ? (
          <p class="wrong" role="alert">{one.wrong} {again && <button type="button" class="quiet" onClick={again}>{t("again")}</button>}</p>
        ) : !one.isReady && (
          <p class="progress"><progress value={one.sent < 1 ? one.sent : undefined} aria-label={name} /> <small>{one.sent < 1 ? t("compose.file.sent", { n: Math.round(one.sent * 100) }) : t("compose.file.read")}</small></p>
        )}
      </div>
      <div class="order">
        <button type="button" class="act" title={t("compose.drop", { name })} onClick={() => writing.dropPiece(part.key, one.key)}><Icon name="close" /><span class="unseen">{t("compose.drop", { name })}</span></button>
        {all > 1 && <>
          <button type="button" class="act" disabled={!n} title={t("compose.earlier", { name })} onClick={() => writing.movePiece(part.key, one.key, -1)}><Icon name="up" /><span class="unseen">{t("compose.earlier", { name })}</span></button>
          <button type="button" class="act" disabled={n === all - 1} title={t("compose.laterOne", { name })} onClick={() => writing.movePiece(part.key, one.key, 1)}><Sign name="down" /><span class="unseen">{t("compose.laterOne", { name })}</span></button></>}
      </div>
      {isFocusing.value && <Focus one={one} set={(focus) => writing.setPiece(part.key, one.key, { focus })} close={() => (isFocusing.value = false)} />}
    </li>
  );
}

const STEP = 0.1;
const MOVES: Record<string, [number, number]> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
const within = (value: number): number => Math.round(Math.max(-1, Math.min(1, value)) * 100) / 100;

/** Click or arrow keys: what is in sight wherever the picture is cut. */
function Focus({ one, set, close }: { one: Piece; set: (focus: [number, number]) => void; close: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useModal(box);
  const [x, y] = one.focus;

  function onKey(event: KeyboardEvent): void {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    set([within(x + move[0]), within(y + move[1])]);
  }

  function onClick(event: MouseEvent): void {
    // A click of the keyboard has no place.
    if (!event.detail) return;
    const area = (event.currentTarget as HTMLElement).getBoundingClientRect();
    set([within(((event.clientX - area.left) / area.width) * 2 - 1), within(1 - ((event.clientY - area.top) / area.height) * 2)]);
  }

  return (
    <dialog ref={box} class="dialog focusing" aria-labelledby="focus-title" onCancel={(event) => { event.preventDefault(); event.stopPropagation(); close(); }}
      onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); } }}>
      <div class="inside">
        <header><h2 id="focus-title">{t("compose.focus")}</h2></header>
        <p class="soft">{t("compose.focusHint")}</p>
        <button type="button" class="area" aria-label={t("compose.focusAt", { x: Math.round((x + 1) * 50), y: Math.round((1 - y) * 50) })} onClick={onClick} onKeyDown={onKey}>
          <img src={one.preview} alt="" draggable={false} /><i style={{ left: `${(x + 1) * 50}%`, top: `${(1 - y) * 50}%` }} /></button>
        <div class="ratios" aria-hidden="true">
          {["16 / 9", "1", "3 / 4"].map((ratio) => <img key={ratio} src={one.preview} alt="" style={{ aspectRatio: ratio, objectPosition: `${(x + 1) * 50}% ${(1 - y) * 50}%` }} />)}</div>
        <p class="choice"><button type="button" onClick={close}>{t("compose.focusDone")}</button>
          <button type="button" class="quiet" onClick={() => set([0, 0])}>{t("compose.focusMiddle")}</button></p>
      </div>
    </dialog>
  );
}
