// One composer that is open: what is in it, and what is done with it.
import { signal, type Signal } from "@preact/signals";
import { onceKey, post as send, put } from "../api";
import { moment, t } from "../i18n";
import { take } from "../state/statuses";
import { toast } from "../state/toasts";
import type { Status } from "../types";
import { limits, room } from "./config";
import { begin, go } from "./begin";
import * as kept from "./kept";
import { length } from "./length";
import { leave } from "./outbox";
import { bodyOf, bodyOfEdit, isBare, isBlank, newPart, type Draft, type Part, type Piece, type Saved } from "./shapes";
import { describe, kindOf, refusal, upload } from "./uploads";

export type Panel = "" | "audience" | "emoji" | "schedule" | "drafts";
const SOONEST_MS = 5 * 60_000;

export class Writing {
  readonly draft: Signal<Draft>;
  readonly state = signal<kept.State>("none");
  readonly wrong = signal("");
  readonly asks = signal<"" | "leave" | "alt">("");
  readonly panel = signal<Panel>("");
  readonly isBusy = signal(false);
  readonly isRestored: Signal<boolean>;
  /** The post of a thread that the tools are for. */
  readonly active: Signal<string>;
  private readonly saving: kept.Saving;
  private readonly going = new Map<string, AbortController>();
  private isReminded = false;
  private isTouched: boolean;

  constructor(draft: Draft, isRestored: boolean, private readonly gone: (next?: () => unknown) => void) {
    this.draft = signal(draft);
    this.isRestored = signal(isRestored);
    this.isTouched = isRestored;
    this.active = signal(draft.parts.at(-1)!.key);
    this.saving = new kept.Saving(() => this.draft.peek(), (state) => (this.state.value = state), (part, id) => {
      const now = this.draft.peek();
      this.draft.value = { ...now, parts: now.parts.map((one) => (one.key === part ? { ...one, saved: id } : one)) };
      if (kept.find(now.about)) kept.keep(this.draft.peek());
    });
  }

  part(key = this.active.value): Part {
    return this.draft.value.parts.find((one) => one.key === key) ?? this.draft.value.parts[0]!;
  }

  set(change: Partial<Draft>): void {
    this.draft.value = { ...this.draft.peek(), ...change, changedAt: Date.now() };
    this.isTouched = true;
    this.wrong.value = "";
    kept.keep(this.draft.peek());
    this.state.value = isBlank(this.draft.peek()) ? "none" : "kept";
    this.saving.soon();
  }

  setPart(key: string, change: Partial<Part>): void {
    this.set({ parts: this.draft.peek().parts.map((one) => (one.key === key ? { ...one, ...change } : one)) });
  }

  setPiece(part: string, key: string, change: Partial<Piece>): void {
    const now = this.draft.peek().parts.find((one) => one.key === part);
    if (now) this.setPart(part, { files: now.files.map((one) => (one.key === key ? { ...one, ...change } : one)) });
  }

  dropPiece(part: string, key: string): void {
    this.going.get(key)?.abort();
    const now = this.part(part);
    this.setPart(part, { files: now.files.filter((one) => one.key !== key) });
  }

  movePiece(part: string, key: string, by: 1 | -1): void {
    const files = [...this.part(part).files];
    const at = files.findIndex((one) => one.key === key);
    if (!files[at] || !files[at + by]) return;
    [files[at], files[at + by]] = [files[at + by]!, files[at]!];
    this.setPart(part, { files });
  }

  addFiles(part: string, chosen: readonly File[]): void {
    if (this.part(part).poll) return this.say(t("compose.pollOrFiles"));
    for (const file of chosen) {
      const files = this.part(part).files;
      const why = files.length >= limits.value.files ? t("compose.file.many", { n: limits.value.files }) : refusal(file, room.value);
      if (why) {
        this.say(why);
        continue;
      }
      const one: Piece = {
        key: onceKey(), id: "", name: file.name, kind: kindOf(file.type), preview: URL.createObjectURL(file), alt: "", focus: [0, 0],
        sent: 0, isReady: false, wrong: "",
      };
      this.setPart(part, { files: [...files, one] });
      this.bring(part, one, file);
    }
  }

  private bring(part: string, one: Piece, file: File): void {
    const stop = new AbortController();
    this.going.set(one.key, stop);
    upload(file, one, (change) => this.setPiece(part, one.key, change), stop.signal).catch((fault: unknown) => {
      if (stop.signal.aborted) return;
      this.again.set(one.key, () => {
        this.setPiece(part, one.key, { wrong: "", sent: 0, id: "" });
        this.bring(part, one, file);
      });
      this.setPiece(part, one.key, { wrong: fault instanceof Error ? fault.message : String(fault) });
    });
  }

  /** How to send a file again that did not arrive. */
  readonly again = new Map<string, () => void>();

  addPart(): void {
    const one = newPart();
    const now = this.draft.peek();
    const at = now.parts.findIndex((each) => each.key === this.active.peek()) + 1;
    const warning = now.parts[at - 1]?.warning ?? null;
    this.set({ parts: [...now.parts.slice(0, at), { ...one, warning }, ...now.parts.slice(at)] });
    this.active.value = one.key;
  }

  dropPart(key: string): void {
    const parts = this.draft.peek().parts;
    const at = parts.findIndex((one) => one.key === key);
    parts[at]?.files.forEach((one) => this.going.get(one.key)?.abort());
    this.set({ parts: parts.filter((one) => one.key !== key) });
    this.active.value = this.draft.peek().parts[Math.max(0, at - 1)]!.key;
  }

  say(why: string): void {
    this.wrong.value = "";
    queueMicrotask(() => (this.wrong.value = why));
  }

  toggle(panel: Panel): void {
    this.panel.value = this.panel.value === panel ? "" : panel;
  }

  /** Why it cannot be sent as it is, "" when it can. */
  private fault(): string {
    const draft = this.draft.peek();
    for (const [n, one] of draft.parts.entries()) {
      if (isBare(one) && !(draft.quoteOf && !n)) return draft.parts.length > 1 ? t("compose.emptyPart", { n: n + 1 }) : t("compose.empty");
      const over = length(one.text, one.warning ?? "") - limits.value.characters;
      if (over > 0) return t("compose.tooLong", { n: over });
      if (one.files.some((file) => file.wrong)) return t("compose.fileWrong");
      if (one.files.some((file) => !file.isReady)) return t("compose.fileComing");
      const options = one.poll?.options.map((option) => option.trim()).filter(Boolean);
      if (options && options.length < 2) return t("compose.poll.few");
      if (options && new Set(options).size < options.length) return t("compose.poll.same");
      if (one.poll && draft.audience === "direct") return t("compose.poll.direct");
    }
    if (draft.dueAt && Date.parse(draft.dueAt) < Date.now() + SOONEST_MS) return t("compose.tooSoon");
    return "";
  }

  async submit(isSure = false): Promise<void> {
    if (this.isBusy.peek()) return;
    this.asks.value = "";
    const why = this.fault();
    if (why) return this.say(why);
    const without = this.draft.peek().parts.some((one) => one.files.some((file) => !file.alt.trim()));
    if (without && !isSure && !this.isReminded) {
      this.isReminded = true;
      this.asks.value = "alt";
      return;
    }
    this.isBusy.value = true;
    try {
      const draft = this.draft.peek();
      if (draft.editing) await this.change(draft);
      else {
        for (const one of draft.parts.flatMap((part) => part.files)) await describe(one);
        if (draft.dueAt) await this.schedule(draft);
        else {
          await this.saving.end(false);
          leave(draft, [...this.saving.ids.values()], (back) => void go(back));
          this.gone();
        }
      }
    } catch (fault) {
      this.say(fault instanceof Error ? fault.message : String(fault));
    } finally {
      this.isBusy.value = false;
    }
  }

  private async change(draft: Draft): Promise<void> {
    take(await put<Status>(`/api/v1/statuses/${draft.editing}`, bodyOfEdit(draft)));
    kept.forget(draft.about);
    toast(t("compose.changed"));
    this.gone();
  }

  private async schedule(draft: Draft): Promise<void> {
    const made = await send<Saved>("/api/v1/statuses", bodyOf(draft, 0), { once: draft.parts[0]!.once });
    kept.forget(draft.about);
    await this.saving.end(true);
    toast(t("compose.scheduled", { when: moment(new Date(made.scheduled_at ?? draft.dueAt)) }));
    this.gone();
  }

  /** Asked before anything goes; what is not worth a question goes at once. */
  leave(): void {
    if (this.asks.peek()) this.asks.value = "";
    else if (this.panel.peek()) this.panel.value = "";
    else if (!this.isTouched || isBlank(this.draft.peek())) void this.throwAway();
    else this.asks.value = "leave";
  }

  async keepAndGo(next?: () => unknown): Promise<void> {
    const draft = this.draft.peek();
    kept.keep(draft);
    this.gone(next);
    await this.saving.save();
    const isSaved = this.state.peek() === "saved";
    await this.saving.end(false);
    if (next || isBlank(draft)) return;
    toast(t(draft.editing || !isSaved ? "compose.keptHere" : "compose.kept"));
  }

  async throwAway(): Promise<void> {
    this.going.forEach((one) => one.abort());
    kept.forget(this.draft.peek().about);
    this.gone();
    await this.saving.end(true);
  }

  /** What was restored stays among the drafts, and this is empty. */
  async anew(): Promise<void> {
    const { about, replyTo, quoteOf, editing } = this.draft.peek();
    await this.saving.save();
    if (this.state.peek() !== "saved" && !editing) kept.keep({ ...this.draft.peek(), about: `${about} ${Date.now().toString(36)}` });
    kept.forget(about);
    await this.saving.end(false);
    this.gone(() => begin({ replyTo: replyTo || undefined, quoteOf: quoteOf || undefined, editing: editing || undefined }));
  }

  openOther(draft: Draft): Promise<void> {
    return this.keepAndGo(() => go(draft));
  }
}
