// How fast pages of the app are for those who use it: measured here, sent once when a page is left, and counted by the
// site without anything about the person (decision 0059). Nothing is sent where the site wants nothing (its setting
// field_percent), and nothing waits for it.
//
//   begin();                      // once, as early as possible
//   shown("thread");              // each time another kind of page is in front of the person
//
// The site refuses whole what it does not know: kinds of pages and measures stand in petrel/ops/speed/rules.py.

export type Page =
  | "home" | "public" | "tag" | "list" | "thread" | "profile" | "notifications" | "conversations" | "search"
  | "bookmarks" | "compose" | "settings" | "other";

type Measure = "first_content" | "interaction" | "shift" | "cold_start" | "hot_start" | "dropped";

const ADDRESS = "/beacon";
const CELLS = 16;
const FRAME_MS = 1000 / 60;
const LATE = 1.5; // a frame that took so many times its time was not drawn in time
const LEAST_FRAMES = 120;
const SLOWEST = 10; // of interactions, so many are remembered
const SHIFT_GAP_MS = 1000;
const SHIFT_SESSION_MS = 5000;

interface EventTiming extends PerformanceEntry {
  interactionId?: number;
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
}

let page: Page = "other";
let measured: Partial<Record<Measure, number>> = {};
let isOn = false;
let cell = 0;
let release = "";

// Interaction to next paint: nearly the slowest one, since one in fifty may be an accident.
// source: web.dev/articles/inp
let slowest = new Map<number, number>();
let interactions = 0;

// Layout shift: the worst burst of at most five seconds. source: web.dev/articles/cls
let burst = 0;
let burstBegan = 0;
let burstLast = 0;

let frames = 0;
let late = 0;
let frameAt = 0;
let scrollEnds = 0;
let isCounting = false;

/** Where this browser's session is drawn to, and whether it measures at all: the same until the tab is closed. */
function drawn(name: string, most: number): number {
  const key = "petrel." + name;
  try {
    const kept = sessionStorage.getItem(key);
    if (kept !== null) return Number(kept);
    const number = Math.floor(Math.random() * most);
    sessionStorage.setItem(key, String(number));
    return number;
  } catch {
    return Math.floor(Math.random() * most); // a browser that keeps nothing
  }
}

function watch(type: string, each: (entry: PerformanceEntry) => void, more: Record<string, unknown> = {}): void {
  try {
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
  } catch {
    // This browser does not measure it.
  }
}

/** Begins to measure; the second time nothing happens. */
export function begin(): void {
  const said = document.body.dataset;
  release = said.release ?? "";
  const percent = Number(said.measured ?? 0);
  if (isOn || !release || !(drawn("measured", 100) < percent) || typeof navigator.sendBeacon !== "function") return;
  isOn = true;
  cell = drawn("cell", CELLS);

  watch("paint", (entry) => {
    if (entry.name === "first-contentful-paint") measured.first_content = entry.startTime;
  });
  watch("event", (entry) => {
    const id = (entry as EventTiming).interactionId;
    if (!id) return;
    if (!slowest.has(id)) interactions += 1;
    slowest.set(id, Math.max(entry.duration, slowest.get(id) ?? 0));
    if (slowest.size > SLOWEST) {
      const least = [...slowest].reduce((a, b) => (b[1] < a[1] ? b : a));
      slowest.delete(least[0]);
    }
  }, { durationThreshold: 16 });
  watch("layout-shift", (entry) => {
    const shift = entry as LayoutShift;
    if (shift.hadRecentInput) return;
    if (shift.startTime - burstLast > SHIFT_GAP_MS || shift.startTime - burstBegan > SHIFT_SESSION_MS) {
      burst = 0;
      burstBegan = shift.startTime;
    }
    burst += shift.value;
    burstLast = shift.startTime;
    measured.shift = Math.max(measured.shift ?? 0, burst);
  });
  addEventListener("scroll", scrolled, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
  addEventListener("pagehide", send);
}

/** Another kind of page is in front of the person: what was measured so far is of the one before. */
export function shown(kind: Page): void {
  if (kind === page) return;
  send();
  page = kind;
}

/** The app can be used: called once after each start. Cold: something had to come over the network for it. */
export function started(): void {
  if (!isOn) return;
  const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const isCold = files.some((file) => file.initiatorType === "script" && file.transferSize > 0);
  measured[isCold ? "cold_start" : "hot_start"] = performance.now();
}

/** Frames are counted while something is scrolled, and a little longer. */
function scrolled(): void {
  scrollEnds = performance.now() + 150;
  if (isCounting) return;
  isCounting = true;
  frameAt = 0;
  requestAnimationFrame(drawnFrame);
}

function drawnFrame(at: number): void {
  if (frameAt) {
    const took = at - frameAt;
    frames += Math.max(1, Math.round(took / FRAME_MS));
    if (took > LATE * FRAME_MS) late += Math.round(took / FRAME_MS) - 1;
  }
  frameAt = at;
  isCounting = at < scrollEnds && document.visibilityState === "visible";
  if (isCounting) requestAnimationFrame(drawnFrame);
}

function send(): void {
  if (!isOn) return;
  if (interactions) {
    const worst = [...slowest.values()].sort((a, b) => b - a);
    measured.interaction = worst[Math.min(worst.length - 1, Math.floor(interactions / 50))]!;
  }
  if (frames >= LEAST_FRAMES) measured.dropped = Math.min(100, (100 * late) / frames);
  const measures: Record<string, number> = {};
  for (const [name, value] of Object.entries(measured)) measures[name] = Math.round(value * 1000) / 1000;
  if (Object.keys(measures).length) {
    const said = JSON.stringify({ release, page, cell, measures });
    navigator.sendBeacon(ADDRESS, new Blob([said], { type: "application/json" }));
  }
  measured = {};
  slowest = new Map();
  interactions = frames = late = 0;
  burst = 0;
}
