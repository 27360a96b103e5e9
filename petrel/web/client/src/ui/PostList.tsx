// A list of posts that stays light however long it grows: what is far from the window is room of the same height.
import { useSignal } from "@preact/signals";
import type { Component } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { placeOf } from "../place";
import { shown } from "../router";
import type { Item } from "../state/statuses";
import type { Timeline } from "../state/timelines";
import { Post } from "./Post";
import { Empty, Sorry, Waiting } from "./small";

const GUESS_PX = 190;
/** Lines that are there above and below the window. */
const MARGIN_PX = 1600;
const ALL_BELOW = 50;
/** Lines that are drawn at once in a list that nobody has read yet; the others follow when nothing else is to be done. */
const AT_FIRST = 6;
const A_TIME = 2;
/** The part that is there moves in steps, so that scrolling does not draw anew with every line. */
const STEP = 6;

const idle: (then: () => void) => number = window.requestIdleCallback?.bind(window) ?? window.setTimeout.bind(window);
const notIdle: (number: number) => void = window.cancelIdleCallback?.bind(window) ?? window.clearTimeout.bind(window);

interface Range { from: number; to: number }

export function PostList({ list, name, empty }: { list: Timeline; name: string; empty: string }) {
  const items = list.items.value;
  if (!items) return list.trouble.value ? <Sorry text={list.trouble.value.message} again={() => void list.load()} /> : <Waiting />;
  if (!items.length) return <Empty><p>{empty}</p></Empty>;
  return (
    <>
      <Lines list={list} items={items} name={name} />
      <Foot list={list} />
    </>
  );
}

/** What stays is not looked at again: scrolling draws the lines that come, and no other. (Never keep the nodes for that: each
 *  holds the list that it was first drawn in, and that all that was in it.) */
function Line(this: Pick<Component<{ one: Item }>, "shouldComponentUpdate">, { one }: { one: Item }) {
  this.shouldComponentUpdate = (next) => next.one !== one;
  return <Post id={one.post} by={one.by} place={one.key} />;
}

function Lines({ list, items, name }: { list: Timeline; items: Item[]; name: string }) {
  const root = useRef<HTMLOListElement>(null);
  const begins = useRef(placeOf(shown.peek()?.entry ?? "")?.top ? 0 : AT_FIRST);
  const range = useSignal<Range>({ from: 0, to: Math.min(items.length, begins.current || ALL_BELOW) });
  const now = useRef(items);
  now.current = items;
  const { heights } = list;
  const heightOf = (key: string): number => heights.get(key) ?? GUESS_PX;

  /** Which lines are near the window, by what was measured. */
  function look(): void {
    const box = root.current;
    const all = now.current;
    if (!box) return;
    if (begins.current) {
      range.value = { from: 0, to: Math.min(all.length, begins.current) };
      return;
    }
    if (all.length <= ALL_BELOW) {
      if (range.peek().from !== 0 || range.peek().to !== all.length) range.value = { from: 0, to: all.length };
      return;
    }
    const top = -box.getBoundingClientRect().top;
    let y = 0, from = 0;
    while (from < all.length && y + heightOf(all[from]!.key) < top - MARGIN_PX) y += heightOf(all[from++]!.key);
    let to = from;
    while (to < all.length && y < top + window.innerHeight + MARGIN_PX) y += heightOf(all[to++]!.key);
    from = Math.max(0, from - (from % STEP));
    to = Math.min(all.length, to + STEP - (to % STEP));
    const was = range.peek();
    if (was.from !== from || was.to !== to) range.value = { from, to };
  }

  useLayoutEffect(() => {
    let frame = 0;
    const soon = () => {
      begins.current = 0;
      if (!frame) frame = requestAnimationFrame(() => { frame = 0; look(); });
    };
    look();
    let next = 0;
    const more = () => {
      if (begins.current) begins.current += A_TIME;
      if (begins.current >= now.current.length) begins.current = 0;
      look();
      if (begins.current) next = idle(more);
    };
    if (begins.current) next = idle(more);
    window.addEventListener("scroll", soon, { passive: true });
    window.addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      notIdle(next);
      window.removeEventListener("scroll", soon);
      window.removeEventListener("resize", soon);
    };
  }, [list]);
  useLayoutEffect(look, [items]);

  // What is there is measured as it changes: pictures that come, warnings that are opened, a window that is turned.
  useEffect(() => {
    const measure = new ResizeObserver((entries) => {
      for (const one of entries) {
        const line = one.target as HTMLElement;
        const height = one.borderBoxSize[0]?.blockSize ?? line.offsetHeight;
        if (height && line.isConnected) heights.set(line.dataset["key"]!, height);
      }
    });
    root.current?.querySelectorAll<HTMLElement>(":scope > [data-key]").forEach((line) => measure.observe(line));
    return () => measure.disconnect();
  }, [range.value, items]);

  const { from } = range.value;
  const to = Math.min(range.value.to, items.length);
  const room = (part: Item[]): number => part.reduce((sum, one) => sum + heightOf(one.key), 0);
  const above = room(items.slice(0, from)), below = room(items.slice(to));
  return (
    <ol class="posts" aria-label={name} ref={root}>
      {above > 0 && <li class="room" key="above" aria-hidden="true" style={{ height: `${above}px` }} />}
      {items.slice(from, to).map((one) => (
        <li key={one.key} data-key={one.key}>
          <Line one={one} />
          {one.gap && <p class="missing"><button type="button" class="quiet" onClick={() => void list.fill(one.key)}>{t("list.fill")}</button></p>}
        </li>
      ))}
      {below > 0 && <li class="room" key="below" aria-hidden="true" style={{ height: `${below}px` }} />}
    </ol>
  );
}

/**
 * The next page is asked for before its place is reached. Looked at anew after each question, whatever came of it: a page
 * of which nothing is shown leaves the foot where it was, and a question is not asked while another is on its way.
 */
function Foot({ list }: { list: Timeline }) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const near = new IntersectionObserver(([one]) => {
      if (one?.isIntersecting && !list.trouble.peek()) void list.more();
    }, { rootMargin: "1400px 0px" });
    if (root.current) near.observe(root.current);
    return () => near.disconnect();
  }, [list, list.items.value, list.isLoading.value, list.trouble.value]);
  if (list.isEnd.value) return <p class="pager soft">{t("list.end")}</p>;
  if (list.trouble.value) return <Sorry text={list.trouble.value.message} again={() => void list.more()} />;
  return <div class="pager" ref={root} role="status">{list.isLoading.value && <span class="soft">{t("loading")}</span>}</div>;
}
