// Streams of events, read through fetch() so that they can carry our header. They come back by themselves after a loss,
// rest while nobody looks, and what came meanwhile is brought by the server (Last-Event-ID).
import { signal } from "@preact/signals";
import { open, Trouble } from "../api";
import { BACK } from "./door";

export interface Event { name: string; data: string }
type Hear = (event: Event) => void;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const REST_AFTER_MS = 5 * 60_000;
/** Without any sign of life for so long (the server thumps far more often) the line is taken for dead. */
const SILENT_MS = 90_000;

/** How many streams are up: for a sign that what is seen may be old. */
export const isLive = signal(false);

/** Pieces of text as they come, to events. source: HTML Living Standard, 9.2. */
export function reader(hear: (event: Event, id: string) => void): (piece: string) => void {
  let left = "";
  let name = "", id = "";
  let data: string[] = [];
  return (piece) => {
    const lines = (left + piece).split("\n");
    left = lines.pop()!;
    for (const whole of lines) {
      const line = whole.endsWith("\r") ? whole.slice(0, -1) : whole;
      if (line === "") {
        if (data.length) hear({ name: name || "message", data: data.join("\n") }, id);
        name = "";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") name = value;
      else if (field === "data") data.push(value);
      else if (field === "id") id = value;
    }
  };
}

/** Listens until the returned function is called. */
export function listen(path: string, hear: Hear, state?: (up: boolean) => void): () => void {
  let ended = false;
  let refused = false;
  let lastId = "";
  let line: AbortController | null = null;
  let wait = FIRST_WAIT_MS;
  let timer = 0, rest = 0;

  async function run(): Promise<void> {
    const mine = (line = new AbortController());
    let silence = 0;
    const alive = () => {
      clearTimeout(silence);
      silence = window.setTimeout(() => mine.abort(), SILENT_MS);
    };
    try {
      alive();
      const answer = await open(path, mine.signal, lastId);
      const pieces = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      const read = reader((event, id) => {
        if (id) lastId = id;
        hear(event);
      });
      state?.(true);
      for (;;) {
        const { done, value } = await pieces.read();
        if (done) break;
        wait = FIRST_WAIT_MS;
        alive();
        read(value);
      }
    } catch (fault) {
      // Signed out: nothing will come any more, and asking again and again helps nobody.
      if (fault instanceof Trouble && (fault.status === 401 || fault.status === 403 || fault.status === 422)) refused = true;
    } finally {
      clearTimeout(silence);
      state?.(false);
      if (line === mine) line = null;
    }
    if (!ended && !refused && !document.hidden) {
      timer = window.setTimeout(() => void run(), wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  function look(): void {
    clearTimeout(rest);
    if (document.hidden) rest = window.setTimeout(() => line?.abort(), REST_AFTER_MS);
    else if (!line && !ended && !refused) {
      clearTimeout(timer);
      wait = FIRST_WAIT_MS;
      void run();
    }
  }

  const back = (): void => {
    refused = false;
    look();
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener(BACK, back);
  void run();
  return () => {
    ended = true;
    clearTimeout(timer);
    clearTimeout(rest);
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("online", look);
    window.removeEventListener(BACK, back);
    line?.abort();
  };
}

const heard = new Set<Hear>();

/** Events of the member's own stream (posts of home, notifications); one line for all tabs of a browser, since a browser
 *  opens only six to a site over HTTP/1.1. */
export function onUser(hear: Hear): () => void {
  heard.add(hear);
  return () => heard.delete(hear);
}

export function startUser(): void {
  const tell = (event: Event) => heard.forEach((one) => one(event));
  const channel = new BroadcastChannel("petrel.user");
  channel.onmessage = (message) => {
    const said = message.data as Event | { up: boolean };
    if ("up" in said) isLive.value = said.up;
    else tell(said);
  };
  const lead = () => new Promise<void>(() => {
    listen("/api/v1/streaming/user", (event) => {
      tell(event);
      channel.postMessage(event);
    }, (up) => {
      isLive.value = up;
      channel.postMessage({ up });
    });
  });
  if (navigator.locks) void navigator.locks.request("petrel.user", lead);
  else void lead();
}
