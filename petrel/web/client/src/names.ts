// What is kept on a device is called so, for the app and for its worker (docs/decisions/0061).

/** Files of the program: the same for everybody. */
export const FILES_CACHE = "petrel.files";
/** The frame of the member's pages, and the answers that they looked at: of one account. */
export const KEPT_CACHE = "petrel.kept";
/** Small pictures of public addresses. */
export const PICTURES_CACHE = "petrel.pictures";
/** What another app shared, until the composer has it. */
export const SHARED_CACHE = "petrel.shared";

/** In KEPT_CACHE: the frame; that it was shown and has not come to life yet. */
export const SHELL = "/shell";
export const WAITS = "/shell/waits";
/** In SHARED_CACHE: the words; files are below it by their number. */
export const SHARED = "/share";

/** Says whose page it is, in questions of the app and in answers with pages (petrel/api/http/own_app.py, web/door.py). */
export const WHOSE = "x-petrel-me";
/** On what is kept: when it came, ms; how long it is. */
export const AT = "x-petrel-at";
export const BYTES = "x-petrel-bytes";
export const MOST_SHARED_FILES = 4;

/** From the app to its worker: a page has come to life. */
export interface Up { up: true; release: string }
/** From the worker to the app: go there. */
export interface Go { go: string }

/** Forgets what belongs to somebody; the program's own files stay. `all`: what was shared as well. */
export async function wipe(all = false): Promise<void> {
  const names = [KEPT_CACHE, PICTURES_CACHE, ...(all ? [SHARED_CACHE] : [])];
  await Promise.all(names.map((name) => caches.delete(name)));
}
