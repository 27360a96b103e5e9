// Pushes: shown as they came, which is as much as the law lets be told (docs/decisions/0042); pressed, they lead to what
// they are about.
import type { Go } from "../src/names";

declare const self: ServiceWorkerGlobalScope;

interface Said { notification_id?: number; notification_type?: string; title?: string; body?: string; icon?: string; preferred_locale?: string }
interface Told { id: string; kind: string; title: string; n: number }

/** Of these several are one line: who liked, boosted, followed. */
const TOGETHER = new Set(["favourite", "reblog", "follow"]);
const API = "/api/v1/push/subscription";
const OURS = { "x-petrel-app": "1" };
const PATIENCE_MS = 2_500;
declare const BADGE: string;

export async function pushed(event: PushEvent): Promise<void> {
  const text = event.data?.text() ?? "";
  let said: Said = {};
  try {
    said = JSON.parse(text) as Said;
  } catch { /* something is shown all the same: browsers ask for it */ }
  // The number has more digits than a number of JSON keeps here.
  const id = /"notification_id":\s*(\d+)/.exec(text)?.[1] ?? "";
  const kind = said.notification_type ?? "";
  const tag = TOGETHER.has(kind) ? kind : `${kind} ${id}`;
  const before = (await self.registration.getNotifications({ tag })).at(-1)?.data as Told | undefined;
  const title = said.title || "Petrel";
  const n = before && before.id !== id ? before.n + 1 : 1;
  const told: Told = { id, kind, title, n };
  await self.registration.showNotification(n > 1 ? `${title} (+${n - 1})` : title, {
    body: said.body ?? "", icon: said.icon, badge: BADGE, tag, data: told, lang: said.preferred_locale ?? "", dir: "auto",
  });
  await (self.navigator as WorkerNavigator & { setAppBadge?: () => Promise<void> }).setAppBadge?.().catch(() => undefined);
}

/** Where a notification leads: what it is about is asked by the session, which may have ended. */
async function placeOf({ id, kind }: Told): Promise<string> {
  if (!id || TOGETHER.has(kind) && kind !== "favourite" && kind !== "reblog") return "/notifications";
  try {
    const answer = await fetch(`/api/v1/notifications/${id}`, { headers: OURS, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return "/notifications";
    const one = (await answer.json()) as { status?: { id: string; account: { acct: string }; visibility: string } };
    const post = one.status;
    if (!post) return "/notifications";
    return post.visibility === "direct" ? "/conversations" : `/@${post.account.acct}/${post.id}`;
  } catch {
    return "/notifications";
  }
}

export async function pressed(event: NotificationEvent): Promise<void> {
  event.notification.close();
  const place = await placeOf(event.notification.data as Told);
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const one = open.find((each) => each.visibilityState === "visible") ?? open[0];
  if (!one) return void (await self.clients.openWindow(place));
  const going: Go = { go: place };
  one.postMessage(going);
  await one.focus().catch(() => undefined);
}

/** The browser has changed where it is told: the site is told so, with what it was asked for before. */
export async function changed(): Promise<void> {
  const answer = await fetch(API, { headers: OURS });
  if (!answer.ok) return;
  const { server_key, alerts, policy } = (await answer.json()) as { server_key: string; alerts: Record<string, boolean>; policy: string };
  const made = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: server_key });
  const { endpoint, keys } = made.toJSON();
  await fetch(API, {
    method: "POST", headers: { ...OURS, "content-type": "application/json" },
    body: JSON.stringify({ subscription: { endpoint, keys, standard: true }, data: { alerts, policy } }),
  });
}
