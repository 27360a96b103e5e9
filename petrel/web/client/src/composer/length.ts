// How long a post is, counted as the server counts it: petrel/core/text/length.py and grammar.py, which rule. Both are
// held to one table of samples by tests/web/test_length.py. No imports: the test runs this file by itself.

export const LINK_LENGTH = 23;
const LONGEST_CLUSTER = 32;
const LONGEST_LINK = 2048;

// Character classes, as the inside of a set; see scripts.py.
const WORD = "\\p{L}\\p{N}_\\p{M}";
const LETTER = "\\p{L}\\p{N}_";
const SPACELESS = "\\u0e00-\\u0fff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3031-\\u3035\\u3040-\\u30ff\\u31f0-\\u31ff"
  + "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f\\u{1b000}-\\u{1b16f}\\u{20000}-\\u{323af}";
const HANGUL = "\\u1100-\\u11ff\\u3130-\\u318f\\ua960-\\ua97f\\uac00-\\ud7ff\\uffa0-\\uffdc";
const TRAILING = ".,;:!?'*\\u2026";
const STOP = "\\s<>\"\\\\\\^`{}\\|\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff"
  + "\\u00ab\\u00bb\\u2018-\\u201f\\u2039\\u203a\\u3001\\u3002\\u3008-\\u3011\\u3014-\\u301b"
  + "\\uff01\\uff08\\uff09\\uff0c\\uff1a\\uff1b\\uff1f\\uff3b\\uff3d\\uff61-\\uff64";

const sticky = (source: string): RegExp => new RegExp(source, "uy");
const SIGN = /[@#:]/gu;
const LABEL = sticky(`[${WORD}]+(?:-+[${WORD}]+)*`);
const DOT = sticky("\\.");
const TOP = sticky(`[A-Za-z](?:-*[A-Za-z0-9])+|(?![\\x00-\\x7f])[${LETTER}](?:(?![\\x00-\\x7f])[${WORD}])*`);
const LOCALHOST = sticky("localhost");
const NUMBERS = sticky("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
const PORT = sticky(":[0-9]{1,5}");
const USER = sticky("[A-Za-z0-9_]+(?:[.\\-]+[A-Za-z0-9_]+)*");
const CUT_SHORT = sticky(`[.\\-]*(?![${SPACELESS}${HANGUL}])[${LETTER}]|\\p{M}|@[${WORD}]`);
const BEFORE_MENTION = new RegExp(`[${WORD}/=]$`, "u");
const BEFORE_TAG = new RegExp(`[${WORD}/=)&]$`, "u");
const JOINT = "\\u00b7\\u30fb\\u200c\\u200d";
const DIGITS = sticky("\\p{Nd}*");
const TAG_BEGINS = sticky(`[\\p{L}\\p{Nl}\\p{No}_]|[${JOINT}]+[${WORD}]`);
const TAG = sticky(`[${WORD}]+(?:[${JOINT}]+[${WORD}]+)*`);
const SCHEME = /(?<![A-Za-z0-9_@#$])https?$/i;
const SLASHES = sticky("//");
const LOGIN = sticky("[A-Za-z0-9._~!$&'()*+,;=:%\\-]+@");
const ADDRESS = sticky("\\[[0-9A-Fa-f:.]+\\]");
const PATH_BEGINS = sticky("[/?#]");
const ENDS = sticky(`[${TRAILING}]+`);
const PLAIN = sticky(`[^()\\[\\]${TRAILING}${STOP}]+`);
const ROUND = sticky(`\\((?:[^()${STOP}]|\\([^()${STOP}]*\\))*\\)`);
const SQUARE = sticky(`\\[[^()\\[\\]${STOP}]*\\]`);

export interface Span { kind: "mention" | "tag" | "link"; start: number; end: number; user: string; domain: string }

/** One past what the pattern takes at `at`; -1 when it is not there. Nothing that was taken is ever given back, which
 *  is what the server's possessive patterns say. */
function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

const optional = (pattern: RegExp, text: string, at: number): number => Math.max(at, past(pattern, text, at));

/** Labels with their dots as far as they go, then a last one; with fewer labels when that is none. */
function host(text: string, at: number): number {
  const starts: number[] = [];
  for (let now = at; ;) {
    const label = past(LABEL, text, now);
    const next = label < 0 ? -1 : past(DOT, text, label);
    if (next < 0) break;
    starts.push((now = next));
  }
  for (const start of starts.reverse()) {
    const end = past(TOP, text, start);
    if (end >= 0) return end;
  }
  const local = past(LOCALHOST, text, at);
  return local >= 0 ? local : past(NUMBERS, text, at);
}

function mention(text: string, sign: number): Span | null {
  if (BEFORE_MENTION.test(before(text, sign))) return null;
  const user = past(USER, text, sign + 1);
  if (user < 0) return null;
  let end = user;
  let domain = "";
  if (text[user] === "@") {
    const far = host(text, user + 1);
    if (far >= 0) {
      end = optional(PORT, text, far);
      domain = text.slice(user + 1, end);
    }
  }
  if (past(CUT_SHORT, text, end) >= 0) return null;
  return { kind: "mention", start: sign, end, user: text.slice(sign + 1, user), domain };
}

function tag(text: string, sign: number): Span | null {
  if (BEFORE_TAG.test(before(text, sign))) return null;
  if (past(TAG_BEGINS, text, past(DIGITS, text, sign + 1)) < 0) return null;
  const end = past(TAG, text, sign + 1);
  return end < 0 ? null : { kind: "tag", start: sign, end, user: "", domain: "" };
}

function link(text: string, colon: number): Span | null {
  const scheme = SCHEME.exec(text.slice(Math.max(0, colon - 6), colon));
  const slashes = past(SLASHES, text, colon + 1);
  if (!scheme || slashes < 0) return null;
  // A name before the host is taken as far as it goes: only when no host follows it, none is tried.
  const login = past(LOGIN, text, slashes);
  const from = login < 0 ? [slashes] : [login, slashes];
  for (const at of from) {
    const named = host(text, at);
    const far = named >= 0 ? named : past(ADDRESS, text, at);
    if (far < 0) continue;
    return { kind: "link", start: colon - scheme[0].length, end: path(text, optional(PORT, text, far)), user: "", domain: "" };
  }
  return null;
}

function path(text: string, at: number): number {
  if (past(PATH_BEGINS, text, at) < 0) return at;
  for (let end = at; ;) {
    const begin = optional(ENDS, text, end);
    const next = [PLAIN, ROUND, SQUARE].map((one) => past(one, text, begin)).find((one) => one >= 0);
    if (next === undefined) return end;
    end = next;
  }
}

/** The character before a place: two code units when it is an astral one. */
function before(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  return text.slice(Math.max(0, at - (low >= 0xdc00 && low < 0xe000 ? 2 : 1)), at);
}

/** Mentions, hashtags and links in order; none lies over another. */
export function spans(text: string): Span[] {
  const found: Span[] = [];
  SIGN.lastIndex = 0;
  let at = 0;
  for (let sign = SIGN.exec(text); sign; sign = SIGN.exec(text)) {
    const one = (sign[0] === "@" ? mention : sign[0] === "#" ? tag : link)(text, sign.index);
    if (!one || one.start < at) continue;
    found.push(one);
    at = SIGN.lastIndex = one.end;
  }
  return found;
}

const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter("und", { granularity: "grapheme" }) : null;
const ASCII = /^[\x00-\x7f]*$/;

/** Characters as people see them; of absurdly long ones, one for each 32 code points begun. */
export function graphemes(text: string): number {
  if (ASCII.test(text)) return text.length;
  if (!segmenter) return [...text].length;
  let count = 0;
  for (const { segment } of segmenter.segment(text)) {
    count += segment.length <= LONGEST_CLUSTER ? 1 : Math.ceil([...segment].length / LONGEST_CLUSTER);
  }
  return count;
}

const BLANK = "[\\s\\x1c-\\x1f\\x85\\u200b\\u2060\\ufeff]+";
const BLANK_AT_ENDS = new RegExp(`^${BLANK}|${BLANK}$`, "gu");

/** At most 30 combining marks in a row. */
const bounded = (text: string): string => text.replace(/(\p{M}{30})\p{M}+/gu, "$1");

/** The text as the server keeps it (normal.py): composed, nothing blank at either end. */
export function cleaned(raw: string): string {
  const text = raw.replace(/\r\n?|[\x85\u2028\u2029]/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]/g, "");
  return bounded(bounded(text).normalize("NFC")).replace(BLANK_AT_ENDS, "");
}

export function length(raw: string, warning = ""): number {
  const text = cleaned(raw);
  let short = "";
  let at = 0;
  for (const one of spans(text)) {
    if (one.kind === "link" && codePoints(text.slice(one.start, one.end)) <= LONGEST_LINK) short += text.slice(at, one.start) + "x".repeat(LINK_LENGTH);
    else if (one.kind === "mention" && one.domain) short += `${text.slice(at, one.start)}@${one.user}`;
    else continue;
    at = one.end;
  }
  return graphemes(short + text.slice(at)) + graphemes(cleaned(warning));
}

const codePoints = (text: string): number => (text.length <= LONGEST_LINK ? text.length : [...text].length);

/** Whom a text names, each once, as `user` or `user@domain`. */
export function named(text: string): string[] {
  const found = spans(text).filter((one) => one.kind === "mention")
    .map((one) => (one.domain ? `${one.user}@${one.domain}` : one.user).toLowerCase());
  return [...new Set(found)];
}
