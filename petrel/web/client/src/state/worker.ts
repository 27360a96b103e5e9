// The app's worker on this device: brought when everything else is done, and taken away when the site wants none.
import { FILES_CACHE, type Go, type Up } from "../names";
import { go } from "../router";
import { site } from "../site";
import { forgetKept } from "./keeping";

export const isWanted = (): boolean => "offline" in document.body.dataset;
const workers = (): ServiceWorkerContainer | undefined => navigator.serviceWorker as ServiceWorkerContainer | undefined;

export async function start(): Promise<void> {
  const all = workers();
  if (!all) return;
  if (!isWanted()) return end();
  all.addEventListener("message", (event) => {
    const said = event.data as Partial<Go> | null;
    if (said?.go) go(said.go);
  });
  const told: Up = { up: true, release: site.script };
  all.controller?.postMessage(told);
  // Sometimes another worker takes over while the page is open: it is told as well.
  all.addEventListener("controllerchange", () => all.controller?.postMessage(told));
  // It brings files: when the page has all of its own.
  const bring = (): void => void all.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
  const later = (): void => void (window.requestIdleCallback ?? setTimeout)(bring);
  if (document.readyState === "complete") later();
  else window.addEventListener("load", later, { once: true });
}

/** No worker, nothing kept: as before. */
export async function end(): Promise<void> {
  for (const one of (await workers()?.getRegistrations()) ?? []) await one.unregister();
  await forgetKept(true);
  await caches.delete(FILES_CACHE).catch(() => undefined);
}
