// The options of a poll, and how long it runs.
import { useLayoutEffect, useRef } from "preact/hooks";
import { locale, t } from "../i18n";
import { Icon } from "../ui/small";
import { limits } from "./config";
import { DAY_S, type Part, type PollDraft } from "./shapes";
import type { Writing } from "./writing";

const TIMES_S = [300, 1800, 3600, 21_600, 43_200, DAY_S, 3 * DAY_S, 7 * DAY_S, 14 * DAY_S, 30 * DAY_S];

function lasting(s: number): string {
  const [n, unit] = s % DAY_S === 0 ? [s / DAY_S, "day"] : s % 3600 === 0 ? [s / 3600, "hour"] : [Math.round(s / 60), "minute"];
  return new Intl.NumberFormat(locale.value, { style: "unit", unit: unit as string, unitDisplay: "long" }).format(n as number);
}

export function Poll({ writing, part, poll }: { writing: Writing; part: Part; poll: PollDraft }) {
  const root = useRef<HTMLFieldSetElement>(null);
  const set = (change: Partial<PollDraft>): void => writing.setPart(part.key, { poll: { ...poll, ...change } });
  const { options: most, optionCharacters, longestPollS } = limits.value;
  const times = [...new Set([...TIMES_S.filter((one) => one <= longestPollS), poll.forS])].sort((a, b) => a - b);

  function drop(n: number): void {
    set({ options: poll.options.filter((_, at) => at !== n) });
    root.current?.querySelectorAll<HTMLElement>("input[type=text]")[Math.max(0, n - 1)]?.focus();
  }

  const add = (): void => set({ options: [...poll.options, ""] });

  // Into the first option when the poll comes, into the last when there is one more.
  const before = useRef(0);
  useLayoutEffect(() => {
    const all = root.current!.querySelectorAll<HTMLElement>("input[type=text]");
    if (!before.current && !poll.options[0]) all[0]?.focus();
    else if (before.current && all.length > before.current) all[all.length - 1]!.focus();
    before.current = all.length;
  }, [poll.options.length]);

  return (
    <fieldset class="asks-poll" ref={root}>
      <legend class="unseen">{t("composer.poll")}</legend>
      {poll.options.map((one, n) => (
        <p class="option" key={n}><label class="unseen" for={`option-${part.key}-${n}`}>{t("compose.poll.option", { n: n + 1 })}</label>
          <input type="text" id={`option-${part.key}-${n}`} dir="auto" maxLength={optionCharacters} value={one} placeholder={t("compose.poll.option", { n: n + 1 })}
            onInput={(event) => set({ options: poll.options.map((each, at) => (at === n ? event.currentTarget.value : each)) })}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
              event.preventDefault();
              if (n === poll.options.length - 1 && n + 1 < most) add();
            }} />
          {poll.options.length > 2 && <button type="button" class="act" onClick={() => drop(n)}><Icon name="close" /><span class="unseen">{t("compose.poll.drop", { n: n + 1 })}</span></button>}
        </p>
      ))}
      {poll.options.length < most && <button type="button" class="quiet small" onClick={add}>{t("compose.poll.add")}</button>}
      <p class="ends"><label for={`ends-${part.key}`}>{t("compose.poll.ends")}</label>
        <select id={`ends-${part.key}`} value={poll.forS} onChange={(event) => set({ forS: Number(event.currentTarget.value) })}>
          {times.map((one) => <option value={one} key={one}>{lasting(one)}</option>)}</select></p>
      <label class="tick"><input type="checkbox" checked={poll.isMultiple} onChange={(event) => set({ isMultiple: event.currentTarget.checked })} /> {t("compose.poll.many")}</label>
      <label class="tick"><input type="checkbox" checked={poll.hidesTotals} onChange={(event) => set({ hidesTotals: event.currentTarget.checked })} /> {t("compose.poll.hide")}</label>
    </fieldset>
  );
}
