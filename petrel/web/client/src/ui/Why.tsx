// Why the member sees a post, and where that can be changed. As templates/why.html.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, Trouble } from "../api";
import { t, type Key } from "../i18n";
import { asksWhy } from "../state/folders";
import { deed } from "../state/relations";
import type { Account, Status } from "../types";
import { Dialog } from "./Dialog";
import { Sorry } from "./small";

interface Reason { code: string; account_id: string | null; acct: string | null; list_id: string | null; name: string | null }
interface Why { visibility: Status["visibility"]; because: string; reasons: Reason[]; filters: { id: string; title: string }[] }

export default function WhyDialog() {
  const one = asksWhy.value!;
  const found = useSignal<Why | Trouble | null>(null);
  const close = () => (asksWhy.value = null);
  async function load(): Promise<void> {
    found.value = null;
    try {
      found.value = await get<Why>(`/api/v1/petrel/statuses/${one.id}/why`);
    } catch (fault) {
      found.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
    }
  }
  useEffect(() => void load(), []);
  const now = found.value;
  return (
    <Dialog title={t("why.title")} close={close} kind="why">
      {!now ? <p role="status">{t("loading")}</p> : now instanceof Trouble ? <Sorry text={now.message} again={() => void load()} />
        : <Told now={now} one={one} close={close} />}
    </Dialog>
  );
}

function Told({ now, one, close }: { now: Why; one: Status; close: () => void }) {
  return (
    <div onClick={(event) => (event.target as Element).closest("a[href]") && close()}>
      <p role="status"><b>{t(`audience.${now.visibility}`)}</b> · {t(`why.because.${now.because}` as Key, { author: `@${one.account.acct}` })}</p>
      <h3>{t("why.reasons")}</h3>
      <ul class="reasons">{now.reasons.map((reason) => <li key={`${reason.code} ${reason.acct} ${reason.name}`}>
        {t(`why.is.${reason.code}` as Key, { who: `@${reason.acct}`, name: reason.name ?? "", author: `@${one.account.acct}` })} <Cure reason={reason} close={close} /></li>)}</ul>
      <h3>{t("why.filters")}</h3>
      {now.filters.length ? <p>{t("why.caught")} {now.filters.map((filter, n) => <>{n > 0 && ", "}<a href={`/settings/filters/${filter.id}`}>{filter.title}</a></>)}</p>
        : <p>{t("why.free")} <a href="/settings/filters">{t("why.toFilters")}</a></p>}
    </div>
  );
}

/** What would change it: a link, or for boosts the deed itself. */
function Cure({ reason, close }: { reason: Reason; close: () => void }) {
  if (reason.code === "follows") return <a href={`/@${reason.acct}`}>{t("why.cure.follows")}</a>;
  if (reason.code === "list") return <a href={`/lists/${reason.list_id}/edit`}>{t("why.cure.list")}</a>;
  if (reason.code === "tag") return <a href="/followed-tags">{t("why.cure.tag")}</a>;
  if (reason.code !== "boost") return null;
  const who = { id: reason.account_id!, acct: reason.acct! } as Account;
  return <button type="button" class="quiet small" onClick={() => { close(); void deed(who, "follow", { reblogs: false }); }}>{t("why.cure.boost", { who: `@${reason.acct}` })}</button>;
}
