// What can be done with a post: as templates/post_acts.html, with a menu for the rest.
import { count, t } from "../i18n";
import { remove, turn } from "../state/acts";
import { asksFolder, asksWhy } from "../state/folders";
import { deed, relation } from "../state/relations";
import { dropEverywhere } from "../state/timelines";
import { toast } from "../state/toasts";
import type { Status } from "../types";
import { site } from "../site";
import { sure } from "./Dialog";
import { Menu, type Choice } from "./Menu";
import { addressOf } from "./Post";
import { Icon } from "./small";

interface Way { one: Status; like: () => void; boost: () => void; keep: () => void; mayBoost: boolean }

export function Acts({ one, like, boost, keep, mayBoost }: Way) {
  return (
    <ul class="acts" aria-label={t("acts.name")}>
      <li><a class="act" href={`/compose?reply_to=${one.id}`} data-reply={one.id}><Icon name="reply" /><span class="unseen">{t("acts.reply", { name: `@${one.account.acct}` })}</span> {count(one.replies_count)}</a></li>
      <li><button type="button" class="act boost" aria-pressed={Boolean(one.reblogged)} disabled={!mayBoost && !one.reblogged} onClick={boost}><Icon name="boost" /><span class="unseen">{t("acts.boost")}</span> {count(one.reblogs_count)}</button></li>
      <li><button type="button" class="act like" aria-pressed={Boolean(one.favourited)} onClick={like}><Icon name="like" /><span class="unseen">{t("acts.like")}</span> {count(one.favourites_count)}</button></li>
      <li><button type="button" class="act keep" aria-pressed={Boolean(one.bookmarked)} onClick={keep}><Icon name="bookmark" /><span class="unseen">{t("acts.bookmark")}</span></button></li>
      <li><Menu label={t("acts.more")} choices={() => choicesOf(one)} /></li>
    </ul>
  );
}

export async function askRemove(one: Status): Promise<void> {
  if (!(await sure(t("delete.title"), t("delete.text"), t("acts.delete")))) return;
  if (await remove(one.id)) dropEverywhere(one.id);
}

export async function copyLink(one: Status): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(addressOf(one), location.href).href);
    toast(t("done.copied"));
  } catch {
    toast(t("failed.copy"), { isWrong: true });
  }
}

function choicesOf(one: Status): Choice[] {
  const at = addressOf(one);
  const found: Choice[] = [{ label: t("acts.open"), icon: "reply", href: at },
    { label: t("acts.copy"), icon: "unlisted", run: () => void copyLink(one) }];
  if (one.bookmarked) found.push({ label: t("acts.folder"), icon: "bookmark", run: () => (asksFolder.value = one) });
  const approval = one.quote_approval?.current_user;
  if (approval === "automatic" || approval === "manual") {
    found.push({ label: t("acts.quote"), icon: "write", href: `/compose?quote=${one.id}` });
  }
  found.push({ label: t("acts.why"), icon: "info", run: () => (asksWhy.value = one) });
  if (one.account.id === site.me) {
    found.push({ label: t("acts.edit"), icon: "write", href: `/compose?edit=${one.id}` });
    if (one.visibility !== "direct") {
      found.push({ label: t(one.pinned ? "acts.unpin" : "acts.pin"), icon: "pin", run: () => void turn(one.id, "pin", !one.pinned) },
        { label: t("acts.audience"), icon: "public", href: `${at}/audience`, plain: true });
    }
    found.push({ label: t("acts.delete"), icon: "delete", isGrave: true, run: () => void askRemove(one) });
    return found;
  }
  const who = one.account, name = `@${who.acct}`;
  const now = relation(who.id).peek();
  found.push({ label: t(one.muted ? "acts.unmuteThread" : "acts.muteThread"), icon: "bell", run: () => void turn(one.id, "mute", !one.muted) });
  if (now?.following) found.push({ label: t("acts.unfollow", { name }), icon: "person", run: () => void deed(who, "unfollow") });
  found.push({ label: t("acts.mute", { name }), icon: "mute", run: () => void deed(who, "mute") },
    { label: t("acts.block", { name }), icon: "block", isGrave: true, run: () => void askBlock(one) },
    { label: t("acts.report"), icon: "flag", isGrave: true, href: `/report?post=${one.id}`, plain: true });
  return found;
}

async function askBlock(one: Status): Promise<void> {
  const name = `@${one.account.acct}`;
  if (await sure(t("block.title", { name }), t("block.text"), t("block.yes"))) await deed(one.account, "block");
}
