// Every word that the app says, by its key. English comes with the app, other languages when they are wanted.
import { signal } from "@preact/signals";
import english from "./locales/en.json";

export type Key = keyof typeof english;
type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Strings = Record<string, Entry>;
export type Values = Record<string, string | number>;

/** Tag of the language, and how it calls itself. */
export const LOCALES = { en: "English", de: "Deutsch", ja: "日本語" } as const;
export type Locale = keyof typeof LOCALES;

const OTHERS: Record<Exclude<Locale, "en">, () => Promise<{ default: Strings }>> = {
  de: () => import("./locales/de.json"),
  ja: () => import("./locales/ja.json"),
};
const KEPT = "petrel.locale";

/** The language that is spoken; components that say something read it by `t`, and are drawn anew when it changes. */
export const locale = signal<Locale>("en");
let strings: Strings = english;
let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
  });
}

/** `n` chooses the form of a plural. */
export function t(key: Key, values: Values = {}): string {
  void locale.value;
  const entry: Entry = strings[key] ?? english[key] ?? key;
  if (typeof entry === "string") return filled(entry, values);
  const form = plurals.select(Number(values["n"] ?? 0));
  return filled(entry[form] ?? entry.other ?? key, values);
}

export function wanted(): Locale {
  const kept = localStorage.getItem(KEPT);
  // The pages come in the language that the browser asks for: the app goes on in it.
  for (const tag of [kept, document.documentElement.lang, ...navigator.languages]) {
    const one = tag?.toLowerCase().split("-")[0];
    if (one && one in LOCALES) return one as Locale;
  }
  return "en";
}

/** The choice for this device goes: the account has one. */
export const unchoose = (): void => localStorage.removeItem(KEPT);

/** Speaks a language from now on, or the one that is wanted. What cannot be loaded leaves the one that is there. */
export async function speak(chosen: Locale = wanted(), keep = false): Promise<void> {
  if (keep) localStorage.setItem(KEPT, chosen);
  if (chosen !== locale.value) {
    strings = chosen === "en" ? english : (await OTHERS[chosen]()).default;
    plurals = new Intl.PluralRules(chosen);
    numbers = new Intl.NumberFormat(chosen);
    locale.value = chosen;
  }
  // Said anew, even the same moves every letter of the page.
  if (document.documentElement.lang !== chosen) document.documentElement.lang = chosen;
  for (const one of document.querySelectorAll<HTMLElement>("[data-t]")) one.textContent = t(one.dataset["t"] as Key);
}

const BRIEF: [number, string][] = [[1_000_000_000, "bn"], [1_000_000, "m"], [1_000, "k"]];

/** As briefly as a button wants it, as the pages do: 0 is nothing, 1,234 is 1.2k. */
export function count(number: number): string {
  if (number < 1000) return number > 0 ? String(number) : "";
  if (locale.value !== "en") return new Intl.NumberFormat(locale.value, { notation: "compact" }).format(number);
  const [size, letter] = BRIEF.find(([least]) => number >= least)!;
  const short = number < 10 * size ? (number / size).toFixed(1) : String(Math.floor(number / size));
  return short.replace(/\.0$/, "") + letter;
}

export function grouped(number: number): string {
  return new Intl.NumberFormat(locale.value).format(number);
}

const DAY_MS = 86_400_000;

/** How long since: now, 5 min, 3 h, 2 d, then the date. As `petrel/web/markup.py: ago`. */
export function ago(at: Date, now: number): string {
  const since = now - at.getTime();
  if (since < 60_000) return t("time.now");
  if (since < 3_600_000) return t("time.minutes", { n: Math.floor(since / 60_000) });
  if (since < DAY_MS) return t("time.hours", { n: Math.floor(since / 3_600_000) });
  if (since < 7 * DAY_MS) return t("time.days", { n: Math.floor(since / DAY_MS) });
  return day(at, at.getFullYear() !== new Date(now).getFullYear());
}

export function day(at: Date, year = true): string {
  const tag = locale.value === "en" ? "en-GB" : locale.value;
  return new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", ...(year ? { year: "numeric" } : {}) }).format(at);
}

/** In full, by the reader's own clock. */
export function moment(at: Date): string {
  const tag = locale.value === "en" ? "en-GB" : locale.value;
  return new Intl.DateTimeFormat(tag, { dateStyle: "long", timeStyle: "short" }).format(at);
}


/** The time of day, with the day when it is not this one. */
export function hour(at: Date): string {
  const tag = locale.value === "en" ? "en-GB" : locale.value;
  const isToday = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(tag, { timeStyle: "short", ...(isToday ? {} : { dateStyle: "medium" }) }).format(at);
}
