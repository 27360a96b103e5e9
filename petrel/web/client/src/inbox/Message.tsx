// One message of a conversation.
import { t } from "../i18n";
import { post } from "../state/statuses";
import { toggleOpen, addressOf, gateOf } from "../ui/Post";
import { askRemove } from "../ui/Acts";
import { Media } from "../ui/Media";
import { Menu, type Choice } from "../ui/Menu";
import { Avatar, Html, labelOf, Name, Time, urlOf } from "../ui/small";
import { site } from "../site";
import type { Account, Status } from "../types";
import { withoutNames } from "./sending";

export function Message({ id, people, isFollowUp, isGroup }: { id: string; people: readonly Account[]; isFollowUp: boolean; isGroup: boolean }) {
  const one = post(id).value;
  if (!one) return <li class="message gone"><p class="gap">{t("talks.gone")}</p></li>;
  const isOwn = one.account.id === site.me;
  const gate = gateOf(one);
  return (
    <li class={`message step${isOwn ? " own" : ""}${isFollowUp ? " same" : ""}`} data-key={id} tabIndex={-1}>
      {!isOwn && <a class="face" href={urlOf(one.account)} tabIndex={-1} aria-hidden="true">{!isFollowUp && <Avatar who={one.account} size={32} />}</a>}
      <article aria-label={t(isOwn ? "talks.own" : "talks.by", { name: labelOf(one.account) })}>
        {isGroup && !isOwn && !isFollowUp && <p class="by"><a class="name" href={urlOf(one.account)}><Name who={one.account} /></a></p>}
        <div class="bubble">
          {gate ? <p class="gate"><bdi>{gate}</bdi> <button type="button" onClick={() => toggleOpen(id)}>{t("gate.show")}</button></p> : <>
            <Html text={withoutNames(one.content, [...people, one.account])} emojis={one.emojis} lang={one.language} />
            <Media files={one.media_attachments} /></>}
        </div>
        <p class="when"><a class="onto" href={addressOf(one)}><Time at={one.created_at} /></a>{one.edited_at && <> · {t("post.edited")}</>}</p>
      </article>
      <Menu label={t("talks.more")} choices={() => choicesOf(one, isOwn)} />
    </li>
  );
}

function choicesOf(one: Status, isOwn: boolean): Choice[] {
  const open: Choice = { label: t("acts.open"), icon: "direct", href: addressOf(one) };
  if (isOwn) return [open, { label: t("acts.delete"), icon: "delete", isGrave: true, run: () => void askRemove(one) }];
  return [open, { label: t("acts.report"), icon: "flag", isGrave: true, href: `/report?post=${one.id}`, plain: true }];
}
