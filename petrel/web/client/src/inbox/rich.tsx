// Sentences with parts that are more than words: names that are links, say. Each language has its own order.
import type { ComponentChildren } from "preact";
import { t, type Key, type Values } from "../i18n";

const HOLE = "\u0001";

/** The string of `key` with `part` where it says {who}. */
export function rich(key: Key, part: ComponentChildren, values: Values = {}): ComponentChildren {
  const [before, after] = t(key, { ...values, who: HOLE }).split(HOLE);
  return <>{before}{part}{after}</>;
}
