// Folders of bookmarks, and the two questions that a post's menu leads to: where a bookmark lies, why a post is here.
import { signal } from "@preact/signals";
import { del, get, post as send, Trouble } from "../api";
import type { Status } from "../types";
import { all, timeline } from "./timelines";

export interface Folder { id: string; name: string }

export const FOLDERS = "/api/v1/petrel/bookmark_folders";
export const folders = signal<Folder[] | null>(null);
/** The post that is asked about, while a dialog is open. */
export const asksFolder = signal<Status | null>(null);
export const asksWhy = signal<Status | null>(null);

export const bookmarksOf = (folder: string | null) => timeline("/api/v1/bookmarks", folder ? { folder } : {});

export async function loadFolders(): Promise<void> {
  try {
    folders.value = await get<Folder[]>(FOLDERS);
  } catch (fault) {
    if (!(fault instanceof Trouble)) throw fault;
    folders.value ??= [];
  }
}

export async function folderOf(status: string): Promise<string | null> {
  return (await get<Folder[]>(FOLDERS, { status_id: status }))[0]?.id ?? null;
}

export async function makeFolder(name: string): Promise<Folder> {
  const made = await send<Folder>(FOLDERS, { name });
  folders.value = [...(folders.value ?? []), made];
  return made;
}

/** Every list that is open shows it where it lies now. */
export async function putInto(status: string, from: string | null, to: string | null): Promise<void> {
  const body = { status_ids: [status] };
  if (to) await send(`${FOLDERS}/${to}/statuses`, body);
  else if (from) await del(`${FOLDERS}/${from}/statuses`, body);
  for (const list of all()) {
    if (list.path !== "/api/v1/bookmarks" || !list.params["folder"]) continue;
    if (list.params["folder"] === from && from !== to) list.items.value = list.items.value?.filter((one) => one.post !== status) ?? null;
    else if (list.params["folder"] === to) list.items.value = null;
  }
}
