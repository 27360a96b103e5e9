// Where in a page somebody was: the post at the upper edge, and how far it stood from it. Kept by entry of the history,
// and over a loading of the page.

export interface Place { anchor: string; offset: number; top: number }

const KEPT = "petrel.places";
const MOST = 50;
let places: Record<string, Place> = {};
try {
  places = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, Place>;
} catch { /* nothing kept */ }

const SETTLED_MS = 200;
/** As it was measured since the page moved last; it stands while the same line is the first. A page that is left is not
 *  measured once more: that would hold up the next. */
let known: Place | null = null;
let first = "";
let timer = 0;

/** Also when another page is shown. */
export function moved(): void {
  known = null;
  clearTimeout(timer);
  timer = window.setTimeout(here, SETTLED_MS);
}
window.addEventListener("scroll", moved, { passive: true });
window.addEventListener("resize", moved);

/** Lines of lists carry data-key. */
export function here(): Place {
  const lines = document.querySelectorAll<HTMLElement>("#main [data-key]");
  const newest = lines[0]?.dataset["key"] ?? "";
  if (known && newest && newest === first) return known;
  first = newest;
  return (known = measured(lines));
}

function measured(lines: NodeListOf<HTMLElement>): Place {
  const top = window.scrollY;
  for (const line of lines) {
    const box = line.getBoundingClientRect();
    if (box.bottom > 0 && box.height) return { anchor: line.dataset["key"]!, offset: box.top, top };
  }
  return { anchor: "", offset: 0, top };
}

export function keepPlace(entry: string, durable = false): void {
  places[entry] = here();
  const entries = Object.keys(places);
  if (entries.length > MOST) delete places[entries[0]!];
  if (durable) {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(places));
    } catch { /* full: the place is lost, nothing else */ }
  }
}

export const placeOf = (entry: string): Place | undefined => places[entry];

/** Goes there; what was the upper post is it again, also when others are taller or shorter now. */
export function goTo(place: Place): void {
  const line = place.anchor
    ? document.querySelector<HTMLElement>(`#main [data-key="${CSS.escape(place.anchor)}"]`) : null;
  if (line) window.scrollTo(0, window.scrollY + line.getBoundingClientRect().top - place.offset);
  else window.scrollTo(0, place.top);
}
