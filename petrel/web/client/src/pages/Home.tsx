// The home timeline, with the form for a new post and what the crew tells everybody.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, post } from "../api";
import { t } from "../i18n";
import { shown, type Route, type Shown } from "../router";
import { early, isShown, notShown, restore } from "../state/kept";
import * as markers from "../state/markers";
import { home } from "../state/timelines";
import type { Announcement } from "../types";
import { Composer } from "../ui/Composer";
import { Pill } from "../ui/Pill";
import { PostList } from "../ui/PostList";
import { Html, Time } from "../ui/small";
import { later } from "../App";

const Newcomer = later(() => import("../inbox/Newcomer"));

const announced = signal<Announcement[]>([]);
const isPutAway = signal(false);

async function load({ entry }: Shown): Promise<void> {
  const list = home();
  if (restore(list, entry)) return;
  const isEarly = !shown.peek() && (await early(list));
  const told = get<Announcement[]>("/api/v1/announcements").then((all) => (announced.value = all), () => undefined);
  const read = markers.load().catch(() => undefined);
  if (isEarly) return;
  await Promise.all([list.load(), told, Promise.race([read, new Promise((done) => setTimeout(done, 300))])]);
}

function Told() {
  return <>{announced.value.map((one) => (
    <section class="notice announced" aria-label={t("announced")} key={one.id}>
      <Html text={one.content} />
      <p class="onward"><Time at={one.published_at} /> <button type="button" class="quiet" onClick={() => {
        announced.value = announced.value.filter((other) => other !== one);
        post(`/api/v1/announcements/${one.id}/dismiss`).catch(() => undefined);
      }}>{t("announced.away")}</button></p>
    </section>
  ))}</>;
}

/** A way to where reading stopped on this or another device. Nobody is moved without asking. */
function Resume() {
  const list = home();
  const at = markers.stoppedAt.value;
  const items = list.items.value;
  if (!at || !items || isPutAway.value) return null;
  const place = items.findIndex((one) => one.key === at || BigInt(one.key) <= BigInt(at));
  // Nothing new to speak of, or nothing known of the place any more.
  if (place === 0 || (place > 0 && place < 3)) return null;
  return (
    <p class="resume"><button type="button" class="quiet" onClick={() => {
      isPutAway.value = true;
      const key = items[place]?.key;
      if (key) document.querySelector(`[data-key="${key}"]`)?.scrollIntoView({ block: "start" });
      else void list.jump(at).then((found) => found && requestAnimationFrame(() => document.querySelector(`[data-key="${found}"]`)?.scrollIntoView({ block: "start" })));
    }}>{t("home.resume")}</button></p>
  );
}

function Home({ entry }: Shown) {
  const list = home();
  useEffect(() => {
    isShown(list, entry);
    const stop = markers.follow();
    const stale = list.items.peek() ? void list.catchUp() : undefined;
    void stale;
    return () => {
      notShown(list);
      stop();
    };
  }, [entry]);
  return (
    <>
      <h1 class="unseen">{t("nav.home")}</h1>
      <Told />
      <Composer />
      <Pill list={list} />
      <Resume />
      {list.items.value?.length === 0 ? <Newcomer /> : <PostList list={list} name={t("home.list")} empty={t("home.empty")} />}
    </>
  );
}

export const route: Route = { path: "/", page: Home, load, trouble: () => home().missing, title: () => t("nav.home"), way: "/" };
