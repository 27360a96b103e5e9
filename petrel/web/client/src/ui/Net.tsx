// Said above everything while the site is not reached: since when, and from when what is shown is.
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { hour, t } from "../i18n";
import { lostAt, shownFrom, tryAgain } from "../state/net";

/** Shown a moment later than it is known: a line that is gone for a breath is no news. */
const PATIENCE_MS = 1_200;
const isSaid = signal(false);

export function Net() {
  const isLost = lostAt.value > 0;
  useLayoutEffect(() => {
    if (!isLost) return void (isSaid.value = false);
    const timer = setTimeout(() => (isSaid.value = true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  const is = isLost && isSaid.value;
  return (
    <div class="net" role="status" aria-live="polite">
      {is && <p><span>{t(navigator.onLine === false ? "net.offline" : "net.lost")} {t("net.from", { time: hour(new Date(shownFrom.value)) })}</span>
        <button type="button" class="quiet" onClick={tryAgain}>{t("again")}</button></p>}
    </div>
  );
}
