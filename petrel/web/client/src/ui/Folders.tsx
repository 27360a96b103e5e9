// In which folder a bookmark lies: chosen, or made on the spot.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { wrong } from "../state/acts";
import { asksFolder, folderOf, folders, loadFolders, makeFolder, putInto } from "../state/folders";
import { toast } from "../state/toasts";
import { Dialog } from "./Dialog";

export default function Folders() {
  const one = asksFolder.value!;
  const now = useSignal<string | null | undefined>(undefined);
  const name = useSignal("");
  const list = useRef<HTMLUListElement>(null);
  const close = () => (asksFolder.value = null);
  useEffect(() => {
    void loadFolders();
    folderOf(one.id).then((found) => (now.value = found), () => (now.value = null));
  }, []);
  const isReady = folders.value !== null && now.value !== undefined;
  useLayoutEffect(() => {
    if (isReady) list.current?.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
  }, [isReady]);

  async function choose(folder: string | null): Promise<void> {
    try {
      await putInto(one.id, now.peek() ?? null, folder);
      toast(t("folders.moved"));
      close();
    } catch (fault) {
      wrong("failed.save", fault, () => void choose(folder));
    }
  }

  async function make(): Promise<void> {
    try {
      await choose((await makeFolder(name.peek().trim())).id);
    } catch (fault) {
      wrong("failed.save", fault, () => void make());
    }
  }

  return (
    <Dialog title={t("folders.which")} close={close}>
      {!isReady ? <p role="status">{t("loading")}</p> : (
        <>
          <ul class="folders" ref={list}>
            {[{ id: "", name: t("folders.none") }, ...folders.value!].map((folder) => (
              <li key={folder.id}><button type="button" class="quiet" aria-pressed={(now.value ?? "") === folder.id} onClick={() => void choose(folder.id || null)}><bdi>{folder.name}</bdi></button></li>))}
          </ul>
          <form class="find" onSubmit={(event) => { event.preventDefault(); void make(); }}>
            <label class="unseen" for="folder-name">{t("folders.name")}</label>
            <input id="folder-name" value={name.value} placeholder={t("folders.name")} maxLength={100} autocomplete="off" dir="auto" onInput={(event) => (name.value = event.currentTarget.value)} />
            <button type="submit" disabled={!name.value.trim()}>{t("folders.make")}</button>
          </form>
        </>
      )}
    </Dialog>
  );
}
