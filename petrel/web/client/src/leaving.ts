// Signing out of this browser: what was typed goes to the server's drafts first, then everything of the account goes from
// the device. What cannot be saved is said, and asked about (decision 0061).
import { post as send } from "./api";
import { all, saveNow } from "./composer/kept";
import { waiting } from "./composer/outbox";
import { t } from "./i18n";
import { left } from "./state/door";
import { end } from "./state/worker";
import { sure } from "./ui/Dialog";

const SHORT = "petrel.draft.";
const MESSAGE = "petrel.message.";

/** Of the short forms of pages, in this tab. */
async function saveShort(name: string): Promise<boolean> {
  const about = name.slice(SHORT.length);
  try {
    await send("/api/v1/petrel/drafts", { status: sessionStorage.getItem(name), ...(about === "new" ? {} : { in_reply_to_id: about }) });
    return true;
  } catch {
    return false;
  }
}

/** How many could not be saved. A message that was not sent stays nowhere but here: it is never among drafts of posts. */
async function save(): Promise<number> {
  const drafts = [...all(), ...waiting()];
  const short = Object.keys(sessionStorage).filter((name) => name.startsWith(SHORT));
  const done = [...(await Promise.all(drafts.map(saveNow))), ...(await Promise.all(short.map(saveShort)))];
  return done.filter((isSaved) => !isSaved).length + Object.keys(sessionStorage).filter((name) => name.startsWith(MESSAGE)).length;
}

async function endPush(): Promise<void> {
  const subscribed = await (await navigator.serviceWorker?.getRegistration())?.pushManager?.getSubscription();
  await subscribed?.unsubscribe();
}

export async function leave(form: HTMLFormElement): Promise<void> {
  const lost = await save();
  if (lost && !(await sure(t("leave.title"), t("leave.text", { n: lost }), t("leave.yes")))) return;
  await endPush().catch(() => undefined);
  left();
  for (const store of [localStorage, sessionStorage]) {
    for (const name of Object.keys(store)) if (name.startsWith("petrel.") && name !== "petrel.locale") store.removeItem(name);
  }
  await end().catch(() => undefined);
  form.submit();
}
