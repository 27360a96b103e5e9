// From the page that the server sent to the app: same address, same words, same looks.
import { effect } from "@preact/signals";
import { render } from "preact";
import "./app.css";
import { Above, Main } from "./App";
import { forgetBegun } from "./api";
import * as beacon from "./beacon";
import * as commands from "./commands";
import * as composer from "./composer/open";
import * as focus from "./focus";
import * as frame from "./frame";
import { speak, t, unchoose, wanted } from "./i18n";
import * as keys from "./keys";
import { kindOf } from "./kinds";
import { route as home } from "./pages/Home";
import { keepPlace } from "./place";
import { routes as inbox, start as startInbox } from "./inbox/routes";
import { routes as lists } from "./pages/lists";
import { routes as profiles } from "./pages/Profile";
import { route as search } from "./pages/Search";
import { route as thread } from "./pages/Thread";
import { route as trends } from "./pages/Trends";
import { add, shown, start } from "./router";
import * as door from "./state/door";
import * as net from "./state/net";
import { begin, countUnread } from "./state/session";
import * as worker from "./state/worker";
import { site } from "./site";
import { toast } from "./state/toasts";
import { Sorry } from "./ui/small";

add(home, ...inbox, ...lists, thread, ...profiles, search, trends);

/** A piece of the app did not come: whoever wanted it says so, and tries again. Where the site has another release by now
 *  it never will, and the page brings the new one when somebody wants it. */
let isTold = false;
window.addEventListener("vite:preloadError", () => {
  void fetch(site.script, { method: "HEAD", cache: "no-store" }).then((answer) => {
    if (answer.status !== 404 || isTold) return;
    isTold = true;
    toast(t("trouble.newer"), { isWrong: true, forMs: 60_000, act: { label: t("away.reload"), run: () => location.reload() } });
  }, () => net.lost());
});

type Field = HTMLInputElement | HTMLTextAreaElement;

/** What somebody had begun to type while the app was on its way goes on in the app's own fields. */
function carried(main: HTMLElement): () => void {
  const typed = [...main.querySelectorAll<Field>("textarea[id], input[id]:not([type=checkbox], [type=radio], [type=file])")]
    .filter((one) => one.value !== one.defaultValue || one === document.activeElement)
    .map((one) => ({ id: one.id, value: one.value, isChanged: one.value !== one.defaultValue, from: one.selectionStart, to: one.selectionEnd,
      hasFocus: one === document.activeElement }));
  return () => {
    for (const { id, value, isChanged, from, to, hasFocus } of typed) {
      const field = document.getElementById(id) as Field | null;
      if (!field) continue;
      if (isChanged) {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (hasFocus) {
        field.focus({ preventScroll: true });
        field.setSelectionRange(from, to);
      }
    }
  };
}

function emptied(main: HTMLElement): HTMLElement {
  main.replaceChildren();
  return main;
}

/** All in one task: nothing is painted between the server's page and the app's. */
function takeOver(): void {
  const main = document.getElementById("main")!;
  const note = main.querySelector(":scope > .try-out");
  const carry = carried(main);
  if (window.scrollY) keepPlace(shown.peek()!.entry);
  const root = document.createElement("div");
  root.className = "app";
  main.replaceChildren(...(note ? [note] : []), root);
  render(<Main />, root);
  carry();
}

async function boot(): Promise<void> {
  beacon.begin();
  effect(() => beacon.shown(kindOf((shown.value?.url ?? location).pathname)));
  const above = document.createElement("div");
  above.className = "above";
  document.body.append(above);
  await speak(wanted()).catch(() => undefined);
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const { pathname } = new URL(form.action, location.href);
    if (pathname === "/settings/appearance") unchoose();
    if (pathname !== "/auth/sign_out") return;
    event.preventDefault();
    // Where this part of the app does not come, the form goes as it is.
    void import("./leaving").then(({ leave }) => leave(form), () => form.submit());
  });
  door.start();
  net.start(countUnread);
  composer.start();
  const isOurs = !document.body.classList.contains("narrow") && (await start());
  forgetBegun();
  if (isOurs && shown.value) takeOver();
  else if ("shell" in document.body.dataset) render(<Sorry text={t("net.noPage")} again={() => location.reload()} />, emptied(document.getElementById("main")!));
  const push = document.getElementById("push-here");
  if (push) void import("./settings/Push").then(({ mount }) => mount(push), () => undefined);
  const parts = document.getElementById("parts-of-app");
  if (parts) void import("./pages/Parts").then(({ mount }) => mount(parts), () => undefined);
  frame.start();
  focus.start();
  render(<Above />, above);
  keys.start();
  commands.start();
  startInbox();
  begin();
  beacon.started();
  void worker.start();
  // Ready before they are asked for: keys pressed meanwhile would go astray.
  (window.requestIdleCallback ?? setTimeout)(() => void Promise.all([import("./ui/Palette"), import("./ui/Help")]).catch(() => undefined));
}

if (site.me) void boot();
