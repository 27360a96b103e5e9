// The one way in which a message leaves this inbox. There is no way to say another audience: it is always direct, and the
// server refuses a text that names anybody else (`allowed_mentions`), so nothing typed here can reach more people.
import { post as send } from "../api";
import { site } from "../site";
import { take } from "../state/statuses";
import type { Account, Status } from "../types";

export interface Envelope {
  /** Whoever it goes to: all of them, and nobody else. */
  people: readonly Account[];
  /** The message that it answers; none begins a conversation. */
  answers?: string;
}

export async function sendMessage({ people, answers }: Envelope, text: string, once: string): Promise<Status> {
  const names = people.map((one) => `@${one.acct}`).join(" ");
  const made = await send<Status>("/api/v1/statuses", {
    status: `${names} ${text}`, visibility: "direct", in_reply_to_id: answers,
    allowed_mentions: people.map((one) => one.id),
  }, { once });
  take(made);
  return made;
}

/** A message without the names at its beginning, which stand above it anyway. */
export function withoutNames(content: string, people: readonly Account[]): string {
  const names = new Set([site.handle, ...people.map((one) => one.username)].map((one) => `@${one.toLowerCase()}`));
  const box = document.createElement("template");
  box.innerHTML = content;
  const first = box.content.querySelector("p");
  while (first?.firstChild) {
    const child = first.firstChild;
    const text = (child.textContent ?? "").trim();
    const isName = child instanceof HTMLElement && child.matches(".h-card, .mention") && names.has(text.toLowerCase().split("@", 2).join("@"));
    if (text !== "" && !isName) break;
    if (child instanceof HTMLBRElement && !isName) { child.remove(); continue; }
    child.remove();
  }
  if (first?.firstChild?.nodeType === Node.TEXT_NODE) first.firstChild.textContent = first.firstChild.textContent!.trimStart();
  return box.innerHTML;
}
