// Who will see it, who may answer, who may quote it: in words that say what happens.
import { t } from "../i18n";
import { post } from "../state/statuses";
import { site } from "../site";
import { named } from "./length";
import { ANSWERERS, AUDIENCES, QUOTERS, type Draft } from "./shapes";
import type { Writing } from "./writing";

export const mayBeQuoted = (draft: Draft): boolean => draft.audience === "public" || draft.audience === "unlisted";

/** As the button says it. */
export function inShort(draft: Draft): string {
  const who = t(`audience.${draft.audience}`);
  return draft.audience === "direct" || draft.answerers === "everyone" ? who : `${who} · ${t(`compose.answerersShort.${draft.answerers}`)}`;
}

function whom(draft: Draft): string {
  if (draft.audience !== "direct") return t(`audienceWho.${draft.audience}`);
  const names = [...new Set(draft.parts.flatMap((one) => named(one.text)))].filter((one) => one !== site.handle);
  return names.length ? t("compose.onlyThese", { names: names.map((one) => `@${one}`).join(", ") }) : t("compose.nobodyNamed");
}

export function Audience({ writing }: { writing: Writing }) {
  const draft = writing.draft.value;
  const answered = draft.replyTo ? post(draft.replyTo).value : null;
  const edited = draft.editing ? post(draft.editing).peek() : null;
  // Never wider than what it answers; what is out can be narrowed, and not widened here.
  const widest = Math.max(0, AUDIENCES.indexOf(edited?.visibility ?? answered?.visibility ?? "public"));
  const within = AUDIENCES.slice(widest).filter((one) => !edited || one !== "direct" || edited.visibility === "direct");
  return (
    <div class="panel" id="panel-audience" role="region" aria-label={t("composer.audience")}>
      <fieldset><legend>{t("composer.audience")}</legend>
        {within.map((one) => <Way key={one} name="audience" value={one} label={t(`audience.${one}`)} hint={one === "direct" && draft.audience === "direct" ? whom(draft) : t(`audienceWho.${one}`)}
          isChosen={draft.audience === one} choose={() => writing.set({ audience: one })} />)}
        {widest > 0 && <p class="soft">{t(edited ? "compose.onlyNarrower" : "compose.notWider")}</p>}
      </fieldset>
      {draft.audience !== "direct" && (
        <fieldset><legend>{t("compose.answerers")}</legend>
          {ANSWERERS.map((one) => <Way key={one} name="answerers" value={one} label={t(`compose.answerers.${one}`)}
            isChosen={draft.answerers === one} choose={() => writing.set({ answerers: one })} />)}</fieldset>
      )}
      {mayBeQuoted(draft) && (
        <fieldset><legend>{t("compose.quoters")}</legend>
          {QUOTERS.map((one) => <Way key={one} name="quoters" value={one} label={t(`compose.quoters.${one}`)}
            isChosen={draft.quoters === one} choose={() => writing.set({ quoters: one })} />)}</fieldset>
      )}
    </div>
  );
}

function Way({ name, value, label, hint, isChosen, choose }: { name: string; value: string; label: string; hint?: string; isChosen: boolean; choose: () => void }) {
  return (
    <label class="way"><input type="radio" name={name} value={value} checked={isChosen} onChange={choose} />
      <span><b>{label}</b>{hint && <small>{hint}</small>}</span></label>
  );
}
