// The composer is opened: what it begins with, and where it stands.
import { render } from "preact";
import { get } from "../api";
import { t } from "../i18n";
import { site } from "../site";
import { me, whoAmI } from "../state/session";
import { post, take } from "../state/statuses";
import { wrong } from "../state/acts";
import type { Media, Status } from "../types";
import { Compose } from "./Compose";
import { ask } from "./config";
import * as kept from "./kept";
import { leavePage, type Wanted } from "./open";
import { ANSWERERS, AUDIENCES, newPart, pieceOf, quotersOf, QUOTERS, type Draft } from "./shapes";
import { Writing } from "./writing";
import "./composer.css";

async function known(id: string | undefined): Promise<Status | null> {
  if (!id) return null;
  const here = post(id).peek();
  if (here) return here;
  const came = await get<Status>(`/api/v1/statuses/${id}`);
  take(came);
  return came.reblog ?? came;
}

function namesFor(one: Status): string {
  const all = [one.account.acct, ...one.mentions.map((each) => each.acct)];
  return [...new Set(all)].filter((acct) => acct !== site.handle).map((acct) => `@${acct} `).join("");
}

async function fresh(wanted: Wanted, about: string): Promise<Draft> {
  const [answered] = await Promise.all([known(wanted.replyTo), known(wanted.quoteOf), whoAmI().catch(() => null)]);
  const own = me.value?.source;
  const privacy = own?.privacy ?? "public";
  const before = answered ? namesFor(answered) : "";
  const part = newPart(before);
  if (answered?.spoiler_text) part.warning = answered.spoiler_text;
  const within = AUDIENCES.slice(AUDIENCES.indexOf(answered?.visibility ?? "public"));
  const quoters = QUOTERS.find((one) => one === own?.quote_policy) ?? "public";
  return {
    about, parts: [part], audience: within.includes(privacy) ? privacy : within[0]!, answerers: "everyone", quoters,
    language: own?.language ?? document.documentElement.lang.split("-")[0] ?? "", replyTo: answered?.id ?? "",
    quoteOf: wanted.quoteOf ?? "", editing: "", dueAt: "", changedAt: Date.now(), before,
  };
}

async function toEdit(id: string, about: string): Promise<Draft> {
  const [one, source] = await Promise.all([known(id), get<{ text: string; spoiler_text: string }>(`/api/v1/statuses/${id}/source`)]);
  const part = { ...newPart(source.text), warning: source.spoiler_text || null, isSensitive: one!.sensitive, files: one!.media_attachments.map(pieceOf) };
  if (one!.poll) {
    const left = one!.poll.expires_at ? (Date.parse(one!.poll.expires_at) - Date.now()) / 1000 : 0;
    part.poll = { options: one!.poll.options.map((each) => each.title), forS: Math.max(300, Math.round(left)), isMultiple: one!.poll.multiple, hidesTotals: false };
  }
  return {
    about, parts: [part], audience: one!.visibility, answerers: ANSWERERS.find((each) => each === one!.reply_policy) ?? "everyone",
    quoters: quotersOf(one!), language: one!.language ?? "", replyTo: one!.in_reply_to_id ?? "", quoteOf: "", editing: id, dueAt: "",
    changedAt: Date.now(), before: "",
  };
}

/** Pictures that were in memory are shown by what the server made of them. */
function lookAtFiles(writing: Writing): void {
  for (const part of writing.draft.peek().parts) {
    for (const one of part.files.filter((file) => file.id && !file.preview)) {
      get<Media>(`/api/v1/media/${one.id}`).then((came) => writing.setPiece(part.key, one.key, { ...pieceOf(came), key: one.key, alt: one.alt }),
        () => writing.dropPiece(part.key, one.key));
    }
  }
}

/** Files that the server has already, such as those that another app shared with its page. */
async function haveCome(writing: Writing, ids: string[]): Promise<void> {
  const came = await Promise.all(ids.slice(0, 4).map((id) => get<Media>(`/api/v1/media/${id}`).catch(() => null)));
  const part = writing.draft.peek().parts[0]!;
  writing.setPart(part.key, { files: [...part.files, ...came.filter((one): one is Media => one !== null).map(pieceOf)] });
}

export async function begin(wanted: Wanted): Promise<void> {
  ask();
  const about = wanted.editing ? `edit ${wanted.editing}` : wanted.replyTo ? `reply ${wanted.replyTo}` : wanted.quoteOf ? `quote ${wanted.quoteOf}` : "new";
  const claimed = await kept.claim(about);
  try {
    const found = kept.find(claimed.about);
    const draft = found ?? (wanted.editing ? await toEdit(wanted.editing, claimed.about) : await fresh(wanted, claimed.about));
    if (found) await Promise.all([known(found.replyTo), known(found.quoteOf)]).catch(() => undefined);
    if (wanted.text) {
      const first = draft.parts[0]!;
      draft.parts[0] = { ...first, text: found && first.text.trim() ? `${first.text}\n\n${wanted.text}` : draft.before + wanted.text };
    }
    const writing = show(draft, claimed.letGo, found !== null);
    if (wanted.files?.length) writing.addFiles(draft.parts[0]!.key, wanted.files);
    if (wanted.media?.length) await haveCome(writing, wanted.media);
    if (wanted.isLost) writing.say(t("compose.file.lost"));
  } catch (fault) {
    claimed.letGo();
    wrong("compose.notOpened", fault, () => void begin(wanted));
  }
}

/** With a draft that is there already: after an undo, after a failure, from the list of drafts. */
export async function go(draft: Draft): Promise<void> {
  ask();
  const claimed = await kept.claim(draft.about);
  await Promise.all([known(draft.replyTo), known(draft.quoteOf)]).catch(() => undefined);
  show({ ...draft, about: claimed.about }, claimed.letGo, false);
}

function show(draft: Draft, letGo: () => void, isRestored: boolean): Writing {
  const root = document.createElement("div");
  root.className = "above";
  document.body.append(root);
  const before = document.activeElement as HTMLElement | null;
  const writing = new Writing(draft, isRestored, (next) => {
    letGo();
    render(null, root);
    root.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
    if (next) void next();
    else leavePage();
  });
  render(<Compose writing={writing} />, root);
  lookAtFiles(writing);
  return writing;
}
