// What is new waits behind it; nobody is moved who does not ask for it.
import { t } from "../i18n";
import type { Timeline } from "../state/timelines";
import { Icon, pictureOf } from "./small";
import { post } from "../state/statuses";

export function Pill({ list }: { list: Timeline }) {
  const waiting = list.waiting.value;
  const faces = [...new Map(waiting.map((one) => post(one.post).peek()?.account).filter((one) => one !== undefined)
    .map((one) => [one!.id, one!])).values()].slice(0, 3);
  return (
    <div class="pill-place" role="status" aria-live="polite">
      {waiting.length > 0 && (
        <button type="button" class="pill" onClick={() => reveal(list)}>
          <Icon name="up" />{faces.map((one) => <img src={pictureOf(one)} alt="" width={22} height={22} key={one.id} />)}
          <span>{t("pill.new", { n: waiting.length })}</span>
        </button>
      )}
    </div>
  );
}

export function reveal(list: Timeline): void {
  const first = list.waiting.peek()[0]?.key;
  list.reveal();
  window.scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches || scrollY > 3000 ? "instant" : "smooth" });
  if (first) requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-key="${first}"] .post`)?.focus({ preventScroll: true }));
}
