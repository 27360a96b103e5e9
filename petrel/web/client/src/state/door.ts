// Whether whoever this page was made for is still signed in here: another tab may have signed out, or in as somebody else.
// The server refuses what comes under another name (petrel/api/http/own_app.py); here it is noticed and said.
import { signal } from "@preact/signals";
import { site } from "../site";
import { forgetKept } from "./keeping";

/** "" while all is well; "out": signed out; "other": somebody else is signed in. */
export const isAway = signal<"" | "out" | "other">("");
/** Told in the window when the same account is signed in again: what waited goes on. */
export const BACK = "petrel:back";

interface Said { me: string }

const channel = new BroadcastChannel("petrel.door");

function back(): void {
  if (!isAway.peek()) return;
  isAway.value = "";
  window.dispatchEvent(new Event(BACK));
}

/** The server does not know this account here any more: what is kept goes, what was typed stays. */
export function away(): void {
  if (isAway.peek()) return;
  isAway.value = "out";
  void forgetKept();
  void look();
}

/** Whose session it is now. */
export async function look(): Promise<void> {
  try {
    const answer = await fetch("/api/v1/accounts/verify_credentials", { headers: { "x-petrel-app": "1" }, cache: "no-store" });
    if (answer.status >= 500) return;
    const who = answer.ok ? ((await answer.json()) as { id: string }).id : "";
    if (who === site.me) return back();
    isAway.value = who ? "other" : "out";
    void forgetKept();
  } catch { /* not reached: the next question tells */ }
}

/** By the page of signing out, before it goes. */
export const left = (): void => channel.postMessage({ me: "" } satisfies Said);

export function start(): void {
  channel.onmessage = (message) => {
    const { me } = message.data as Said;
    // A page can be older than its session: the server says whose it is. Of signing out it knows a moment later.
    if (me && (me !== site.me || isAway.peek())) void look();
    else if (!me) {
      isAway.value = "out";
      void forgetKept();
    }
  };
  channel.postMessage({ me: site.me } satisfies Said);
  // Signing in happens in another tab or in another browser window: looked at when this one is looked at again.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && isAway.peek()) void look();
  });
  window.addEventListener("focus", () => isAway.peek() && void look());
}
