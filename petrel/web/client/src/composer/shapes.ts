// What is being written, before it is a post.
import { onceKey } from "../api";
import type { Media, Status, Visibility } from "../types";

export type Answerers = "everyone" | "followers" | "mentioned";
export type Quoters = "public" | "followers" | "nobody";
export const AUDIENCES: readonly Visibility[] = ["public", "unlisted", "private", "direct"];
export const ANSWERERS: readonly Answerers[] = ["everyone", "followers", "mentioned"];
export const QUOTERS: readonly Quoters[] = ["public", "followers", "nobody"];

/** `id` is "" until the server has it. `preview`: an address to show it by, from memory for what was just chosen. */
export interface Piece {
  key: string;
  id: string;
  name: string;
  kind: Media["type"];
  preview: string;
  alt: string;
  focus: [number, number];
  /** 0 to 1 while it is sent; 1 while the server reads it. */
  sent: number;
  isReady: boolean;
  wrong: string;
}

export interface PollDraft { options: string[]; forS: number; isMultiple: boolean; hidesTotals: boolean }

/** One post of a thread. `once`: the key against its being published twice; `saved`: its draft's id on the server. */
export interface Part {
  key: string;
  once: string;
  saved: string;
  text: string;
  warning: string | null;
  isSensitive: boolean;
  files: Piece[];
  poll: PollDraft | null;
}

/** `about`: "new", "reply 1", "quote 1", "edit 1"; what is written about one thing is kept under it. */
export interface Draft {
  about: string;
  parts: Part[];
  audience: Visibility;
  answerers: Answerers;
  quoters: Quoters;
  language: string;
  replyTo: string;
  quoteOf: string;
  editing: string;
  /** By the clock of the world, ISO 8601; "" for at once. */
  dueAt: string;
  changedAt: number;
  /** What stood there before anything was typed, such as the names of whom a reply goes to. */
  before: string;
}

/** Drafts and scheduled posts as the server tells them. */
export interface Params {
  text: string; spoiler_text: string; sensitive: boolean; visibility: Visibility | null; in_reply_to_id: string | null;
  language: string | null; poll: { options: string[]; expires_in: number | null; multiple: boolean; hide_totals: boolean } | null;
  quoted_status_id: string | null; quote_approval_policy: Quoters | null; reply_policy: Answerers;
}
export interface Saved {
  id: string; updated_at?: string; scheduled_at?: string; refused?: string | null; params: Params; media_attachments: Media[];
}

export const DAY_S = 86_400;

export function newPart(text = ""): Part {
  return { key: onceKey(), once: onceKey(), saved: "", text, warning: null, isSensitive: false, files: [], poll: null };
}

export function isBare(one: Part, before = ""): boolean {
  const isAsked = one.poll?.options.some((option) => option.trim()) ?? false;
  return (!one.text.trim() || one.text.trim() === before.trim()) && !one.files.length && !isAsked && !one.warning?.trim();
}

export const isBlank = (draft: Draft): boolean => draft.parts.every((one, n) => isBare(one, n ? "" : draft.before));

export function pieceOf(file: Media): Piece {
  const focus = file.meta?.focus;
  return {
    key: file.id, id: file.id, name: "", kind: file.type, preview: file.preview_url ?? file.url ?? "", alt: file.description ?? "",
    focus: [focus?.x ?? 0, focus?.y ?? 0], sent: 1, isReady: true, wrong: "",
  };
}

export const focusOf = (one: Piece): string => one.focus.map((each) => each.toFixed(2)).join(",");

export const quotersOf = (one: Status): Quoters => {
  const who = one.quote_approval?.automatic ?? [];
  return who.includes("public") ? "public" : who.includes("followers") ? "followers" : "nobody";
};

/** A draft on the server becomes something to go on with. */
export function opened(one: Saved, fallback: Visibility): Draft {
  const said = one.params;
  const part: Part = {
    ...newPart(said.text), saved: one.scheduled_at ? "" : one.id, warning: said.spoiler_text || null, isSensitive: said.sensitive,
    files: one.media_attachments.map(pieceOf),
    poll: said.poll && { options: said.poll.options, forS: said.poll.expires_in ?? DAY_S, isMultiple: said.poll.multiple, hidesTotals: said.poll.hide_totals },
  };
  return {
    about: `draft ${one.id}`, parts: [part], audience: said.visibility ?? fallback, answerers: said.reply_policy,
    quoters: said.quote_approval_policy ?? "public", language: said.language ?? "", replyTo: said.in_reply_to_id ?? "",
    quoteOf: said.quoted_status_id ?? "", editing: "", dueAt: one.scheduled_at ?? "", changedAt: Date.now(), before: "",
  };
}

function bodyOfPart(one: Part): Record<string, unknown> {
  return {
    status: one.text, spoiler_text: one.warning ?? "", sensitive: one.isSensitive || Boolean(one.warning),
    media_ids: one.files.filter((file) => file.id).map((file) => file.id),
    poll: one.poll && one.poll.options.some((option) => option.trim())
      ? { options: one.poll.options.filter((option) => option.trim()), expires_in: one.poll.forS, multiple: one.poll.isMultiple, hide_totals: one.poll.hidesTotals }
      : null,
  };
}

/** What is sent for the n-th post; `after` is the id of the one before it in the thread. */
export function bodyOf(draft: Draft, n: number, after = ""): Record<string, unknown> {
  const replyTo = n ? after : draft.replyTo;
  return {
    ...bodyOfPart(draft.parts[n]!), visibility: draft.audience, language: draft.language || null, reply_policy: draft.answerers,
    ...(draft.audience === "public" || draft.audience === "unlisted" ? { quote_approval_policy: draft.quoters } : {}),
    ...(replyTo ? { in_reply_to_id: replyTo } : {}),
    ...(!n && draft.quoteOf ? { quoted_status_id: draft.quoteOf } : {}),
    ...(draft.dueAt ? { scheduled_at: draft.dueAt } : {}),
  };
}

/** An edit: files that were there keep their place, with the words that they have now. */
export function bodyOfEdit(draft: Draft): Record<string, unknown> {
  const part = draft.parts[0]!;
  return {
    ...bodyOfPart(part), language: draft.language || null, visibility: draft.audience, reply_policy: draft.answerers,
    ...(draft.audience === "public" || draft.audience === "unlisted" ? { quote_approval_policy: draft.quoters } : {}),
    media_attributes: part.files.map((one) => ({ id: one.id, description: one.alt, focus: focusOf(one) })),
  };
}
