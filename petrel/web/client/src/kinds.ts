// Which kind of page an address is, for what is measured of it (beacon.ts).
import type { Page } from "./beacon";

const KINDS: [RegExp, Page][] = [
  [/^\/$/, "home"],
  [/^\/public\b/, "public"],
  [/^\/tags\//, "tag"],
  [/^\/lists\b/, "list"],
  [/^\/notifications\b/, "notifications"],
  [/^\/conversations\b/, "conversations"],
  [/^\/search\b/, "search"],
  [/^\/bookmarks\b/, "bookmarks"],
  [/^\/compose\b/, "compose"],
  [/^\/settings\b/, "settings"],
  [/^\/@[^/]+\/\d+/, "thread"],
  [/^\/@/, "profile"],
];

export function kindOf(path: string): Page {
  return KINDS.find(([shape]) => shape.test(path))?.[1] ?? "other";
}
