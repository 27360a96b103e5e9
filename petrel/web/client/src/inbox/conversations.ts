// The member's conversations: direct messages by who takes part, and the messages of each.
import { signal, type Signal } from "@preact/signals";
import { del, get, page, post as send, Trouble } from "../api";
import { recount } from "../state/session";
import { listen } from "../state/streams";
import { post, take } from "../state/statuses";
import type { Context, Status } from "../types";
import type { Conversation } from "./types";

const PAGE = 30;
export const STREAM = "/api/v1/streaming/direct";

export const talks = signal<Conversation[] | null>(null);
export const trouble = signal<Trouble | null>(null);
const older = signal<string | null>(null);
export const hasMore = (): boolean => older.value !== null;

const asTrouble = (fault: unknown): Trouble => (fault instanceof Trouble ? fault : new Trouble(0, String(fault)));

function takeIn(all: Conversation[]): Conversation[] {
  all.forEach((one) => one.last_status && take(one.last_status));
  return all;
}

export async function load(): Promise<void> {
  trouble.value = null;
  try {
    const came = await page<Conversation>("/api/v1/conversations", { limit: PAGE });
    talks.value = takeIn(came.items);
    older.value = came.older;
  } catch (fault) {
    trouble.value = asTrouble(fault);
  }
}

export async function more(): Promise<void> {
  const address = older.value;
  if (!address) return;
  older.value = null;
  try {
    const came = await page<Conversation>(address);
    const have = new Set(talks.value?.map((one) => one.id));
    talks.value = [...(talks.value ?? []), ...takeIn(came.items).filter((one) => !have.has(one.id))];
    older.value = came.older;
  } catch (fault) {
    older.value = address;
    trouble.value = asTrouble(fault);
  }
}

/** Removed from one's own list: a new message of the others brings it back. */
export async function leave(id: string): Promise<void> {
  const before = talks.peek();
  talks.value = before?.filter((one) => one.id !== id) ?? null;
  try {
    await del(`/api/v1/conversations/${id}`);
    opened.delete(id);
    void recount();
  } catch (fault) {
    talks.value = before;
    throw fault;
  }
}

export async function setUnread(id: string, unread: boolean): Promise<void> {
  put(await send<Conversation>(`/api/v1/conversations/${id}/${unread ? "unread" : "read"}`), false);
  void recount();
}

function put(came: Conversation, toTop: boolean): void {
  if (came.last_status) take(came.last_status);
  const all = talks.value;
  if (!all) return;
  if (toTop) talks.value = [came, ...all.filter((one) => one.id !== came.id)];
  else talks.value = all.map((one) => (one.id === came.id ? came : one));
}

// -- One of them, opened

export interface Talk { conversation: Conversation | null; messages: string[]; isLoaded: boolean; trouble: Trouble | null }
const opened = new Map<string, Signal<Talk>>();

export function talk(id: string): Signal<Talk> {
  let found = opened.get(id);
  if (!found) opened.set(id, (found = signal<Talk>({ conversation: null, messages: [], isLoaded: false, trouble: null })));
  return found;
}

const byId = (a: string, b: string): number => (BigInt(a) < BigInt(b) ? -1 : 1);

/** Opens and marks as read, which is how the API tells of one conversation. */
export async function open(id: string): Promise<void> {
  const one = talk(id);
  try {
    const conversation = await send<Conversation>(`/api/v1/conversations/${id}/read`);
    put(conversation, false);
    void recount();
    const last = conversation.last_status;
    const messages = last ? await around(last) : [];
    one.value = { conversation, messages: [...new Set([...messages, ...one.peek().messages])].filter((each) => post(each).peek()).sort(byId), isLoaded: true, trouble: null };
  } catch (fault) {
    one.value = { ...one.peek(), isLoaded: true, trouble: asTrouble(fault) };
  }
}

/** Every message of the conversation that the last one stands in: those from the first one on. What it answers may be a
 *  public post, which is no message. */
async function around(last: Status): Promise<string[]> {
  const near = await get<Context>(`/api/v1/statuses/${last.id}/context`);
  const found = [last, ...near.ancestors, ...near.descendants].filter((one) => one.visibility === "direct");
  const first = found.reduce((least, one) => (byId(one.id, least.id) < 0 ? one : least));
  if (first !== last) {
    const all = await get<Context>(`/api/v1/statuses/${first.id}/context`);
    found.push(...all.descendants.filter((one) => one.visibility === "direct"));
  }
  found.forEach(take);
  return [...new Set(found.map((one) => one.id))];
}

/** A message that was written here, or came by the stream. */
export function add(id: string, message: Status): void {
  const one = talk(id);
  take(message);
  if (one.value.isLoaded && !one.value.messages.includes(message.id)) {
    one.value = { ...one.value, messages: [...one.value.messages, message.id].sort(byId) };
  }
}

/** While a page of conversations is open; `id`: the one that is being read. */
export function follow(id?: string): () => void {
  return listen(STREAM, ({ name, data }) => {
    if (name !== "conversation") return;
    const came = JSON.parse(data) as Conversation;
    const isHere = came.id === id;
    put(isHere ? { ...came, unread: false } : came, true);
    if (!isHere) return void recount();
    talk(came.id).value = { ...talk(came.id).value, conversation: { ...came, unread: false } };
    if (came.last_status) add(came.id, came.last_status);
    if (!document.hidden) void setUnread(came.id, false).catch(() => undefined);
  });
}

/** The conversation that a message began. */
export async function conversationOf(message: string): Promise<string | null> {
  const came = await get<Conversation[]>("/api/v1/conversations", { limit: 10 });
  return came.find((one) => one.last_status?.id === message)?.id ?? null;
}
