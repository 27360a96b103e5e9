// Whoever is signed in, and what concerns them everywhere: what is new for them, how they like to read.
import { effect, signal, untracked } from "@preact/signals";
import { get } from "../api";
import { count, t } from "../i18n";
import type { Credentials, Notification, Preferences, Status } from "../types";
import { lookAgain, vanish } from "./kept";
import { take } from "./statuses";
import { isLive, onUser, startUser } from "./streams";
import { home } from "./timelines";

export const me = signal<Credentials | null>(null);
export const unread = signal(0);
/** Conversations with something unread in them. */
export const unreadTalks = signal(0);
export const preferences = signal<Preferences | null>(null);

const LOOK_AGAIN_MS = 60_000;
let whenMe: Promise<Credentials> | null = null;

export function whoAmI(): Promise<Credentials> {
  whenMe ??= get<Credentials>("/api/v1/accounts/verify_credentials").then((came) => (me.value = came));
  whenMe.catch(() => (whenMe = null));
  return whenMe;
}

const notified = new Set<(one: Notification) => void>();

/** Told of each notification that comes while the app is open. */
export function onNotification(hear: (one: Notification) => void): () => void {
  notified.add(hear);
  return () => notified.delete(hear);
}

export async function countUnread(): Promise<void> {
  unread.value = (await get<{ count: number }>("/api/v2/notifications/unread_count")).count;
}

async function countTalks(): Promise<void> {
  unreadTalks.value = (await get<{ count: number }>("/api/v1/petrel/conversations/unread_count")).count;
}

export const recount = (): Promise<void> => countTalks().catch(() => undefined);

function mark(way: string, number: number): void {
  const link = document.querySelector(`.ways a[href='${way}']`);
  if (!link) return;
  let mark = link.querySelector(".badge");
  if (!number) mark?.remove();
  else {
    if (!mark) {
      mark = document.createElement("b");
      mark.className = "badge";
      link.append(" ", mark);
    }
    const hint = document.createElement("i");
    hint.className = "unseen";
    hint.textContent = ` ${t("nav.unread")}`;
    mark.replaceChildren(count(number), hint);
  }
}

function badge(): void {
  mark("/notifications", unread.value);
  const own = navigator as Navigator & { setAppBadge?: (n: number) => Promise<void> };
  own.setAppBadge?.(unread.value).catch(() => undefined);
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = unread.value ? `(${unread.value > 99 ? "99+" : unread.value}) ${title}` : title;
}

/** After the first page is there: nothing here may hold it up. */
export function begin(): void {
  onUser(({ name, data }) => {
    if (name === "update") home().came(JSON.parse(data) as Status);
    else if (name === "status.update") take(JSON.parse(data) as Status);
    else if (name === "delete") vanish(data);
    else if (name === "notification") {
      const one = JSON.parse(data) as Notification;
      unread.value += 1;
      if (one.status?.visibility === "direct") void recount();
      notified.forEach((hear) => hear(one));
    }
  });
  startUser();
  effect(() => {
    if (isLive.value) untracked(() => (void lookAgain(), void recount()));
  });
  // Streams tell of the end of posts that they brought; of others one has to ask.
  // Of a message from somebody who has to ask first nothing is told: it waits to be counted.
  setInterval(() => document.hidden || (void lookAgain(), void recount()), LOOK_AGAIN_MS);
  countUnread().then(() => effect(badge), () => undefined);
  countTalks().then(() => effect(() => mark("/conversations", unreadTalks.value)), () => undefined);
  void whoAmI().catch(() => undefined);
  get<Preferences>("/api/v1/preferences").then((came) => (preferences.value = came), () => undefined);
}
