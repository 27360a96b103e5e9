// From whom the member wants to hear, and what is held back of the others until they say yes.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, patch, post as send, Trouble } from "../api";
import { plain } from "../html";
import { t } from "../i18n";
import { wrong } from "../state/acts";
import { toast } from "../state/toasts";
import { take } from "../state/statuses";
import { Dialog } from "../ui/Dialog";
import { Avatar, Name, Sorry, urlOf } from "../ui/small";
import { feed } from "./notifications";
import { STRANGERS, type Policy, type Request, type Step } from "./types";

export const policy = signal<Policy | null>(null);
export const isDrawerOpen = signal(false);
const requests = signal<Request[] | null>(null);
const trouble = signal<Trouble | null>(null);

export async function loadPolicy(): Promise<void> {
  policy.value = await get<Policy>("/api/v2/notifications/policy");
}

async function load(): Promise<void> {
  trouble.value = null;
  try {
    const [, came] = await Promise.all([loadPolicy(), get<Request[]>("/api/v1/notifications/requests", { limit: 80 })]);
    came.forEach((one) => one.last_status && take(one.last_status));
    requests.value = came;
  } catch (fault) {
    trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
  }
}

async function answer(ids: string[], verb: "accept" | "dismiss"): Promise<void> {
  const before = requests.peek();
  requests.value = before?.filter((one) => !ids.includes(one.id)) ?? null;
  try {
    await send(`/api/v1/notifications/requests/${verb}`, { id: ids });
    toast(t(verb === "accept" ? "held.taken" : "held.dismissed", { n: ids.length }));
    void loadPolicy().catch(() => undefined);
    if (verb === "accept") void feed("all").reload();
  } catch (fault) {
    requests.value = before;
    wrong("failed.save", fault, () => void answer(ids, verb));
  }
}

async function change(name: (typeof STRANGERS)[number], step: Step): Promise<void> {
  const before = policy.peek();
  if (!before) return;
  policy.value = { ...before, [name]: step };
  try {
    policy.value = await patch<Policy>("/api/v2/notifications/policy", { [name]: step });
  } catch (fault) {
    policy.value = before;
    wrong("failed.save", fault);
  }
}

export function Drawer() {
  useEffect(() => void load(), []);
  const all = requests.value, rules = policy.value;
  return (
    <Dialog title={t("held.title")} close={() => (isDrawerOpen.value = false)} kind="held">
      {trouble.value && <Sorry text={trouble.value.message} again={() => void load()} />}
      {all && all.length > 0 ? (
        <>
          <p class="soft">{t("held.hint")}</p>
          <ul class="people">{all.map((one) => <Held one={one} key={one.id} />)}</ul>
          {all.length > 1 && <p class="choice"><button type="button" onClick={() => void answer(all.map((one) => one.id), "accept")}>{t("held.acceptAll")}</button>
            <button type="button" class="quiet" onClick={() => void answer(all.map((one) => one.id), "dismiss")}>{t("held.dismissAll")}</button></p>}
        </>
      ) : <p class="soft">{t(all ? "held.none" : "loading")}</p>}
      {rules && (
        <section>
          <h3>{t("held.policy")}</h3>
          {STRANGERS.map((name) => (
            <p class="rule" key={name}><label for={name}>{t(`held.${name}`)}</label>
              <select id={name} value={rules[name]} onChange={(event) => void change(name, event.currentTarget.value as Step)}>
                {(["accept", "filter", "drop"] as const).map((step) => <option value={step} key={step}>{t(`held.step.${step}`)}</option>)}
              </select></p>
          ))}
        </section>
      )}
    </Dialog>
  );
}

function Held({ one }: { one: Request }) {
  const words = one.last_status ? one.last_status.spoiler_text || plain(one.last_status.content) : "";
  return (
    <li>
      <a href={urlOf(one.account)} onClick={() => (isDrawerOpen.value = false)}><Avatar who={one.account} />
        <span><span class="name"><Name who={one.account} /></span> <span class="handle">@{one.account.acct} · {t("held.number", { n: Number(one.notifications_count) })}</span></span></a>
      {words && <p class="brief" dir="auto">{words}</p>}
      <p class="choice"><button type="button" onClick={() => void answer([one.id], "accept")}>{t("held.accept")}<span class="unseen"> @{one.account.acct}</span></button>
        <button type="button" class="quiet" onClick={() => void answer([one.id], "dismiss")}>{t("held.dismiss")}<span class="unseen"> @{one.account.acct}</span></button></p>
    </li>
  );
}
