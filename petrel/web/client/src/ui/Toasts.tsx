// What is said beside the page, and what is only read out.
import { away, hold, spoken, toasts } from "../state/toasts";
import { t } from "../i18n";
import { Icon } from "./small";

export function Toasts() {
  return (
    <>
      <div class="toasts" role="region" aria-label={t("toasts")} onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)}
        onFocusIn={() => hold(true)} onFocusOut={() => hold(false)}>
        <div role="status" aria-live="polite">
          {toasts.value.map((one) => (
            <div class={`toast${one.isWrong ? " bad" : ""}`} key={one.id}>
              <span>{one.text}</span>
              {one.act && <button type="button" onClick={() => { away(one.id); one.act!.run(); }}>{one.act.label}</button>}
              <button type="button" class="act" onClick={() => away(one.id)}><Icon name="close" /><span class="unseen">{t("close")}</span></button>
            </div>
          ))}
        </div>
      </div>
      <p class="unseen" role="status" aria-live="polite">{spoken.value}</p>
    </>
  );
}
