// Where in a page somebody was: the post at the upper edge, and how far it stood from it. Kept by entry of the history,
// and over a loading of the page.

export interface Place { anchor: string; offset: number; top: number }

const KEPT = "petrel.places";
const MOST = 50;
let places: Record<string, Place> = {};
try {
  places = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, Place>;
} catch { /* nothing kept */ }

/** Lines of lists carry data-key. */
export function here(): Place {
  const top = window.scrollY;
  for (const line of document.querySelectorAll<HTMLElement>("#main [data-key]")) {
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
