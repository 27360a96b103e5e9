// Files on their way to the server, with how far they are; and until the server has read them.
import { get, HEADERS, put, Trouble } from "../api";
import { t } from "../i18n";
import type { Media } from "../types";
import { focusOf, type Piece } from "./shapes";

export interface Room { types: string[]; mostBytes: (type: string) => number }
const READ_AGAIN_MS = [400, 700, 1200, 2000];
const MOST_WAIT_MS = 10 * 60_000;

export const kindOf = (type: string): Piece["kind"] =>
  type.startsWith("image/") ? "image" : type.startsWith("video/") ? "video" : type.startsWith("audio/") ? "audio" : "unknown";

/** Why a file cannot be sent, "" when it can. */
export function refusal(file: File, room: Room): string {
  if (room.types.length && file.type && !room.types.includes(file.type)) return t("compose.file.kind", { name: file.name });
  const most = room.mostBytes(file.type);
  if (file.size > most) return t("compose.file.large", { name: file.name, n: Math.floor(most / 2 ** 20) });
  return file.size ? "" : t("compose.file.empty", { name: file.name });
}

/** Fetch cannot tell how much has been sent: the older way can. */
function sent(file: File, one: Piece, tell: (part: number) => void, signal: AbortSignal): Promise<{ status: number; media: Media }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name || "file");
    if (one.alt) form.append("description", one.alt);
    request.open("POST", "/api/v2/media");
    for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && tell(event.loaded / event.total);
    request.onerror = () => reject(new Trouble(0, t(navigator.onLine ? "trouble.unreachable" : "trouble.offline")));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    request.onload = () => {
      const { status } = request;
      if (status === 200 || status === 202) return resolve({ status, media: request.response as Media });
      const said = String((request.response as { error?: unknown } | null)?.error ?? "");
      reject(new Trouble(status, status === 401 ? t("trouble.signedOut") : status === 429 ? t("trouble.slower")
        : status === 507 ? t("trouble.full") : said || t("trouble.broken")));
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

/** Errors: Trouble, and AbortError when it is no longer wanted. */
export async function upload(file: File, one: Piece, tell: (change: Partial<Piece>) => void, signal: AbortSignal): Promise<void> {
  const { status, media } = await sent(file, one, (part) => tell({ sent: part }), signal);
  tell({ id: media.id, sent: 1 });
  let now = media;
  let isRead = status === 200;
  for (let n = 0, waited = 0; !isRead; n++) {
    const wait = READ_AGAIN_MS[Math.min(n, READ_AGAIN_MS.length - 1)]!;
    await new Promise((done) => setTimeout(done, wait));
    if (signal.aborted) return;
    if ((waited += wait) > MOST_WAIT_MS) throw new Trouble(0, t("compose.file.slow"));
    now = await get<Media>(`/api/v1/media/${media.id}`, undefined, signal);
    isRead = Boolean(now.url);
  }
  tell({ isReady: true, kind: now.type });
}

const words = new Map<string, string>();

/** Its words and its focus, when they are not what the server has. */
export async function describe(one: Piece): Promise<void> {
  const now = `${focusOf(one)} ${one.alt}`;
  if (!one.id || words.get(one.id) === now) return;
  await put<Media>(`/api/v1/media/${one.id}`, { description: one.alt, focus: focusOf(one) });
  words.set(one.id, now);
}
