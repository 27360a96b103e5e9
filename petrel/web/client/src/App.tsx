// What stands in <main>, and what lies above it.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "./i18n";
import { isHelpOpen, isPaletteOpen } from "./keys";
import { goTo, moved, placeOf } from "./place";
import { isGoing, shown, type Shown } from "./router";
import { isAway } from "./state/door";
import { asksFolder, asksWhy } from "./state/folders";
import { say } from "./state/toasts";
import { Questions } from "./ui/Dialog";
import { Lightbox } from "./ui/Lightbox";
import { Net } from "./ui/Net";
import { Toasts } from "./ui/Toasts";

function Page({ now, isFirst }: { now: Shown; isFirst: boolean }) {
  const Wanted = now.route.page;
  useLayoutEffect(() => {
    moved();
    const place = placeOf(now.entry);
    if (place) {
      goTo(place);
      // Once more when the lines near the place are there.
      requestAnimationFrame(() => goTo(place));
    } else if (now.url.hash) document.getElementById(now.url.hash.slice(1))?.scrollIntoView();
  }, []);
  useLayoutEffect(() => {
    if (isFirst) return;
    const name = now.route.title(now);
    say(name);
    const main = document.getElementById("main")!;
    // A page may begin in a field of its own.
    if (main === document.activeElement || !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  }, []);
  return <Wanted {...now} />;
}

export function Main() {
  const now = shown.value;
  const first = useRef(now);
  if (!now) return null;
  return <Page now={now} isFirst={first.current === now} key={`${now.entry} ${now.url.pathname}${now.url.search}`} />;
}

/** What is wanted rarely comes when it is wanted. */
export function later(load: () => Promise<{ default: ComponentType }>): ComponentType {
  const came = signal<ComponentType | null>(null);
  return function Later() {
    useEffect(() => void load().then((one) => (came.value = one.default), () => undefined), []);
    const Part = came.value;
    return Part && <Part />;
  };
}

const Help = later(() => import("./ui/Help"));
const Folders = later(() => import("./ui/Folders"));
const Why = later(() => import("./ui/Why"));
const Away = later(() => import("./ui/Away"));
const Palette = later(() => import("./ui/Palette"));

export function Above() {
  return (
    <>
      <div class="going" hidden={!isGoing.value} aria-hidden="true" />
      {isHelpOpen.value && <Help />}
      {isPaletteOpen.value && <Palette />}
      {asksFolder.value && <Folders />}
      {asksWhy.value && <Why />}
      <Questions />
      <Net />
      {isAway.value && <Away />}
      <Lightbox />
      <Toasts />
      <span class="unseen">{t("keys.hint")}</span>
    </>
  );
}
