// All locales have all strings, with the same places to fill in; and every string that the sources ask for is there.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = new URL("src/locales/", import.meta.url).pathname;
const locales = Object.fromEntries(readdirSync(folder).filter((one) => one.endsWith(".json"))
  .map((one) => [one.slice(0, -5), JSON.parse(readFileSync(join(folder, one), "utf8"))]));
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort().join();
const forms = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry));
const wrong = [];

for (const [locale, strings] of Object.entries(locales)) {
  for (const [key, entry] of Object.entries(locales.en)) {
    if (!(key in strings)) wrong.push(`${locale}.json: ${key} is missing`);
    else if (typeof entry !== typeof strings[key]) wrong.push(`${locale}.json: ${key} is plural in one language only`);
    else {
      const wanted = new Set(forms(entry).map(places));
      for (const form of forms(strings[key])) {
        // One form of a plural may leave the number out ("one post").
        if (!wanted.has(places(form)) && typeof entry === "string") {
          wrong.push(`${locale}.json: ${key} fills in other places than en.json`);
        }
      }
      if (typeof entry !== "string") {
        for (const rule of new Intl.PluralRules(locale).resolvedOptions().pluralCategories) {
          // "many" is for whole millions in some languages; other stands for it.
          if (!(rule in strings[key]) && rule !== "many") wrong.push(`${locale}.json: ${key} lacks the form "${rule}"`);
        }
      }
    }
  }
  for (const key of Object.keys(strings)) if (!(key in locales.en)) wrong.push(`${locale}.json: ${key} is not in en.json`);
}

function* sources(at) {
  for (const one of readdirSync(at, { withFileTypes: true })) {
    if (one.isDirectory()) yield* sources(join(at, one.name));
    else if (/\.tsx?$/.test(one.name)) yield join(at, one.name);
  }
}
// Pictures have a name in every language, and no other picture has.
const paired = (name) => [...readFileSync(new URL(`src/composer/${name}.ts`, import.meta.url), "utf8").replace(/^\/\/.*|export interface[^]*|^import.*/gm, "")
  .matchAll(/"((?:[^"\\])*)"/g)].map((one) => one[1]).join("").split(" ");
const signs = new Set(paired("pictures").filter((_, n) => n % 2));
for (const locale of Object.keys(locales).filter((one) => one !== "en")) {
  const named = new Set(paired(`names.${locale}`).filter((_, n) => !(n % 2)));
  for (const sign of [...signs, ...named].filter((one) => !signs.has(one) || !named.has(one))) wrong.push(`names.${locale}.ts: ${sign} is there or in pictures.ts only`);
}

const asked = new Set();
let all = "";
for (const path of sources(new URL("src/", import.meta.url).pathname)) {
  const text = readFileSync(path, "utf8");
  all += text;
  for (const [, key] of text.matchAll(/\bt\(\s*"([^"]+)"/g)) {
    asked.add(key);
    if (!(key in locales.en)) wrong.push(`${path}: no string ${key} in en.json`);
  }
}
for (const key of Object.keys(locales.en)) {
  // Keys that are put together stand in the sources by their beginning: t(`audience.${x}`).
  const beginning = key.slice(0, key.lastIndexOf(".") + 1);
  const html = /^nav\./.test(key);
  const ending = "}." + key.slice(key.lastIndexOf(".") + 1) + "`";
  if (!asked.has(key) && !html && !all.includes("`" + beginning) && !all.includes(ending) && !all.includes(`"${key}"`)) {
    wrong.push(`en.json: nobody asks for ${key}`);
  }
}
if (wrong.length) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
