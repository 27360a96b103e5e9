// When it is published, by the reader's own clock.
import { moment, t } from "../i18n";
import type { Writing } from "./writing";

const pad = (n: number): string => String(n).padStart(2, "0");

/** As a field for date and time wants it. */
function local(at: Date): string {
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

function tomorrow(hour: number): Date {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  at.setHours(hour, 0, 0, 0);
  return at;
}

export function Schedule({ writing }: { writing: Writing }) {
  const { dueAt } = writing.draft.value;
  const set = (at: Date | null): void => writing.set({ dueAt: at && !Number.isNaN(at.getTime()) ? at.toISOString() : "" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div class="panel" id="panel-schedule" role="region" aria-label={t("compose.later")}>
      <p class="due"><label for="compose-due">{t("compose.due")}</label>
        <input type="datetime-local" id="compose-due" value={dueAt ? local(new Date(dueAt)) : ""} min={local(new Date(Date.now() + 6 * 60_000))}
          onChange={(event) => set(event.currentTarget.value ? new Date(event.currentTarget.value) : null)} /></p>
      <p class="choice">
        <button type="button" class="quiet small" onClick={() => set(new Date(Date.now() + 3_600_000))}>{t("compose.inAnHour")}</button>
        <button type="button" class="quiet small" onClick={() => set(tomorrow(9))}>{t("compose.tomorrow")}</button>
        {dueAt && <button type="button" class="quiet small" onClick={() => set(null)}>{t("compose.atOnce")}</button>}
      </p>
      <p class="soft" role="status">{dueAt ? t("compose.dueAt", { when: moment(new Date(dueAt)), zone }) : t("compose.dueHint", { zone })}</p>
    </div>
  );
}
