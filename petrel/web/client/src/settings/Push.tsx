// Being told on this device: a switch for this browser, and of what. The page says it all without script as well, but can
// do nothing then (templates/notified.html).
import { signal } from "@preact/signals";
import { render } from "preact";
import { del, get, post as send, put, Trouble } from "../api";
import { t, type Key } from "../i18n";
import { isWanted } from "../state/worker";

interface Subscribed { endpoint: string; alerts: Record<string, boolean>; policy: Whom }
type Whom = "all" | "followed" | "follower" | "none";

const PATH = "/api/v1/push/subscription";
const KINDS = ["mention", "follow", "follow_request", "favourite", "reblog", "quote", "poll", "status"] as const;
const AT_FIRST: readonly string[] = ["mention", "follow", "follow_request", "quote", "poll", "status"];
const WHOM: readonly Exclude<Whom, "none">[] = ["all", "followed", "follower"];

/** undefined: not known yet; null: this device is not told. */
const now = signal<Subscribed | null | undefined>(undefined);
const isBusy = signal(false);
const wrong = signal("");
const done = signal("");

/** Why it cannot be here, "" when it can. */
function lacking(): Key | "" {
  if (!isWanted() || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return "push.lacking";
  return Notification.permission === "denied" ? "push.denied" : "";
}

const said = (fault: unknown): string => (fault instanceof Trouble ? fault.message : t("push.noService"));

/** What the site has for this sign-in, if the browser still has it as well. */
async function look(): Promise<void> {
  try {
    const [told, worker] = await Promise.all([
      get<Subscribed>(PATH).catch((fault: unknown) => {
        if (fault instanceof Trouble && fault.status === 404) return null;
        throw fault;
      }), navigator.serviceWorker.getRegistration(),
    ]);
    const here = await worker?.pushManager.getSubscription();
    now.value = told && here?.endpoint === told.endpoint ? told : null;
  } catch (fault) {
    wrong.value = said(fault);
    now.value = null;
  }
}

async function busy(work: () => Promise<void>): Promise<void> {
  if (isBusy.peek()) return;
  isBusy.value = true;
  wrong.value = done.value = "";
  try {
    await work();
  } catch (fault) {
    wrong.value = said(fault);
  } finally {
    isBusy.value = false;
  }
}

const begin = (): Promise<void> => busy(async () => {
  if ((await Notification.requestPermission()) !== "granted") return void (wrong.value = t("push.denied"));
  const { configuration } = await get<{ configuration: { vapid: { public_key: string } } }>("/api/v2/instance");
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: configuration.vapid.public_key });
  const { endpoint, keys } = made.toJSON();
  const alerts = Object.fromEntries(KINDS.map((one) => [one, AT_FIRST.includes(one)]));
  now.value = await send<Subscribed>(PATH, { subscription: { endpoint, keys, standard: true }, data: { alerts, policy: "all" } });
  done.value = t("push.isOn");
});

const end = (): Promise<void> => busy(async () => {
  await del(PATH);
  const worker = await navigator.serviceWorker.getRegistration();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
  now.value = null;
  done.value = t("push.isOff");
});

const choose = (change: Partial<Subscribed>): Promise<void> => busy(async () => {
  const before = now.peek()!;
  const wanted = { ...before, ...change };
  now.value = wanted;
  try {
    now.value = await put<Subscribed>(PATH, { data: { alerts: wanted.alerts, policy: wanted.policy } });
    done.value = t("push.saved");
  } catch (fault) {
    now.value = before;
    throw fault;
  }
});

function Push() {
  const one = now.value, lacks = lacking();
  if (lacks) return <p class="wrong" role="status">{t(lacks)}</p>;
  return (
    <div class="steps">
      {wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
      <p class="unseen" role="status">{done.value}</p>
      <p class="tick"><input id="push-on" type="checkbox" role="switch" checked={Boolean(one)} disabled={one === undefined || isBusy.value}
        onClick={(event) => { event.preventDefault(); void (one ? end() : begin()); }} /> <label for="push-on">{t("push.on")}</label></p>
      {one && <>
        <fieldset><legend>{t("push.kinds")}</legend>
          {KINDS.map((kind) => (
            <label class="tick" key={kind}><input type="checkbox" checked={Boolean(one.alerts[kind])} onChange={(event) => void choose({ alerts: { ...one.alerts, [kind]: event.currentTarget.checked } })} /> {t(`push.kind.${kind}`)}</label>
          ))}</fieldset>
        <p><label for="push-whom">{t("push.whom")}</label>{" "}
          <select id="push-whom" value={one.policy} onChange={(event) => void choose({ policy: event.currentTarget.value as Whom })}>
            {WHOM.map((whom) => <option value={whom} key={whom}>{t(`push.whom.${whom}`)}</option>)}</select></p>
      </>}
    </div>
  );
}

export function mount(place: HTMLElement): void {
  place.replaceChildren();
  render(<Push />, place);
  if (!lacking()) void look();
}
