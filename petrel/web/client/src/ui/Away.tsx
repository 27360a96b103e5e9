// Whoever this page was made for is not signed in here any more. What they had looked at is out of sight, and what they
// typed stays where it is until they are back.
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { isAway, look } from "../state/door";
import { site } from "../site";

export default function Away() {
  const box = useRef<HTMLDialogElement>(null);
  const how = isAway.value;
  useLayoutEffect(() => {
    if (!how) return;
    box.current?.showModal();
    box.current?.querySelector<HTMLElement>("a, button")?.focus();
  }, [Boolean(how)]);
  if (!how) return null;
  const next = encodeURIComponent(location.pathname + location.search);
  return (
    <dialog ref={box} class="dialog asks away" aria-labelledby="away-title" aria-describedby="away-text" onCancel={(event) => event.preventDefault()}>
      <div class="inside">
        <header><h2 id="away-title">{t(how === "other" ? "away.other" : "away.out")}</h2></header>
        <p id="away-text">{t(how === "other" ? "away.otherText" : "away.outText", { name: `@${site.handle}` })}</p>
        <p class="choice">
          {how === "other" ? <button type="button" onClick={() => location.reload()}>{t("away.reload")}</button>
            : <a class="button" href={`/auth/sign_in?next=${next}`} target="_blank" rel="opener" data-plain="">{t("away.signIn")}</a>}
          <button type="button" class="quiet" onClick={() => void look()}>{t("again")}</button>
        </p>
      </div>
    </dialog>
  );
}
