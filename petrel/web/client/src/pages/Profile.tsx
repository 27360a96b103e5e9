// An account: who they are, how the member stands to them, and what they write. As templates/profile.html.
import { signal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, local, Trouble } from "../api";
import { plain } from "../html";
import { day, grouped, t } from "../i18n";
import type { Route, Shown } from "../router";
import { isShown, notShown, restore } from "../state/kept";
import { deed, relation } from "../state/relations";
import { timeline, type Timeline } from "../state/timelines";
import type { Account, Relationship } from "../types";
import { sure } from "../ui/Dialog";
import { Menu, type Choice } from "../ui/Menu";
import { PostList } from "../ui/PostList";
import { Empty, Html, Icon, labelOf, Name, pictureOf, Sorry, urlOf, Waiting, Words } from "../ui/small";
import { site } from "../site";

interface Found { account: Account | null; trouble: Trouble | null }
const known = new Map<string, Signal<Found>>();

function found(handle: string): Signal<Found> {
  const key = handle.toLowerCase();
  let one = known.get(key);
  if (!one) known.set(key, (one = signal<Found>({ account: null, trouble: null })));
  return one;
}

async function look(handle: string): Promise<Account | null> {
  const one = found(handle);
  try {
    const account = await get<Account>("/api/v1/accounts/lookup", { acct: handle });
    one.value = { account, trouble: null };
    if (account.id !== site.me) relation(account.id);
    return account;
  } catch (fault) {
    one.value = { account: one.value.account, trouble: fault instanceof Trouble ? fault : new Trouble(0, String(fault)) };
    return null;
  }
}

type Tab = "posts" | "with_replies" | "media";
const TABS = { posts: { exclude_replies: true }, with_replies: {}, media: { only_media: true } } as const;
const AT = { posts: "/@:handle", with_replies: "/@:handle/with_replies", media: "/@:handle/media" } as const;

const listOf = (account: Account, tab: Tab): Timeline => timeline(`/api/v1/accounts/${account.id}/statuses`, TABS[tab]);

/** Of a protected account, a block, or one that is gone, only the first line is shown. */
const isShell = (who: Account, now: Relationship | null): boolean =>
  Boolean(who.suspended || now?.blocked_by || (who.locked && who.id !== site.me && now && !now.following));

const load = (tab: Tab) => async ({ args, entry }: Shown) => {
  const handle = args["handle"]!;
  const account = found(handle).peek().account ?? await look(handle);
  if (!account) return;
  const list = listOf(account, tab);
  if (!restore(list, entry)) await list.load();
};

const page = (tab: Tab) => function Profile({ args, entry }: Shown) {
  const handle = args["handle"]!;
  const { account, trouble } = found(handle).value;
  const list = account ? listOf(account, tab) : null;
  useEffect(() => {
    if (!list) return;
    isShown(list, entry);
    if (!list.items.peek()) void list.load();
    return () => notShown(list);
  }, [list, entry]);
  if (!account || !list) {
    if (!trouble) return <Waiting />;
    return trouble.status === 404 ? <Empty><p>{t("profile.nobody", { name: `@${handle}` })}</p></Empty> : <Sorry text={trouble.message} again={() => void look(handle)} />;
  }
  const now = account.id === site.me ? null : relation(account.id).value;
  return (
    <>
      <Card who={account} now={now} />
      {isShell(account, now) ? (
        <Empty icon="lock"><p>{account.locked && !account.suspended ? t("profile.protected", { name: labelOf(account) }) : t("profile.nothing")}</p></Empty>
      ) : (
        <>
          <nav class="tabs" aria-label={t("profile.tabs")}>
            {([["", "posts"], ["/with_replies", "with_replies"], ["/media", "media"]] as const).map(([path, one]) => (
              <a href={urlOf(account) + path} aria-current={tab === one ? "page" : undefined} key={one}>{t(`profile.tab.${one}`)}</a>
            ))}
            <a href={`${urlOf(account)}/about`}>{t("profile.tab.about")}</a>
            <a href={`${urlOf(account)}/collections`}>{t("profile.collections")}</a>
          </nav>
          <PostList list={list} name={t("profile.list", { name: labelOf(account) })} empty={t(tab === "media" ? "profile.noMedia" : "profile.empty")} key={tab} />
        </>
      )}
    </>
  );
};

function Card({ who, now }: { who: Account; now: Relationship | null }) {
  const isSelf = who.id === site.me;
  const role = who.roles[0]?.name;
  return (
    <section class="profile" aria-labelledby="who">
      <img class="header" src={local(who.header_static)} alt="" width={600} height={200} />
      <div class="shelf">
        <img class="face" src={pictureOf(who)} alt={who.avatar_description ?? ""} width={104} height={104} />
        {isSelf ? <a class="button quiet" href="/settings/privacy">{t("profile.settings")}</a> : <div class="beside"><Menu label={t("profile.more", { name: `@${who.acct}` })} choices={() => choices(who, now)} kind="act ringed" /><Follow who={who} now={now} /></div>}
      </div>
      <h1 id="who"><Name who={who} /></h1>
      <p class="handle"><bdi>@{who.acct}</bdi>
        {who.locked && <> <span class="chip"><Icon name="lock" />{t("account.protected")}</span></>}
        {who.bot && <> <span class="chip">{t("account.bot")}</span></>}
        {role && <> <span class="chip">{role}</span></>}
        {now?.followed_by && <> <span class="chip">{t("account.followsYou")}</span></>}
        {now?.muting && <> <span class="chip">{t("account.muted")}</span></>}
      </p>
      {plain(who.note) && <Html text={who.note} emojis={who.emojis} kind="text note" />}
      {who.fields.length > 0 && (
        <dl class="fields">
          {who.fields.map((field) => (
            <div key={field.name}><dt><bdi><Words text={field.name} emojis={who.emojis} /></bdi></dt>
              <dd dir="auto" class={field.verified_at ? "verified" : undefined}><Html text={field.value} emojis={who.emojis} kind="" /></dd></div>
          ))}
        </dl>
      )}
      <ul class="numbers">
        <li><b>{grouped(who.statuses_count)}</b> {t("profile.posts", { n: who.statuses_count })}</li>
        {!who.hide_collections && <><li><b>{grouped(who.following_count)}</b> {t("profile.following", { n: who.following_count })}</li>
          <li><b>{grouped(who.followers_count)}</b> {t("profile.followers", { n: who.followers_count })}</li></>}
        <li>{t("profile.since")} <time dateTime={who.created_at}>{day(new Date(who.created_at))}</time></li>
        {!isSelf && <li><a href={`/report?account=${encodeURIComponent(who.acct)}`}>{t("profile.report")}</a></li>}
      </ul>
    </section>
  );
}

export function Follow({ who, now }: { who: Account; now: Relationship | null }) {
  if (!now) return <button type="button" disabled>{t(who.locked ? "follow.ask" : "follow.start")}</button>;
  if (now.blocking) return <button type="button" class="quiet" onClick={() => void deed(who, "unblock")}>{t("follow.unblock")}</button>;
  if (now.following) return <button type="button" class="quiet" onClick={() => void deed(who, "unfollow")}>{t("follow.stop")}</button>;
  if (now.requested) return <button type="button" class="quiet" onClick={() => void deed(who, "unfollow")}>{t("follow.takeBack")}</button>;
  return <button type="button" onClick={() => void deed(who, "follow")}>{t(who.locked ? "follow.ask" : "follow.start")}</button>;
}

function choices(who: Account, now: Relationship | null): Choice[] {
  const name = `@${who.acct}`;
  const all: Choice[] = [];
  if (now?.following) {
    all.push({ label: t(now.showing_reblogs ? "profile.hideBoosts" : "profile.showBoosts"), icon: "boost", run: () => void deed(who, "follow", { reblogs: !now.showing_reblogs }) },
      { label: t(now.notifying ? "profile.tellNot" : "profile.tell"), icon: "bell", run: () => void deed(who, "follow", { notify: !now.notifying }) });
  }
  all.push({ label: t(now?.muting ? "acts.unmute" : "acts.mute", { name }), icon: "mute", run: () => void deed(who, now?.muting ? "unmute" : "mute") });
  if (now?.blocking) all.push({ label: t("follow.unblock"), icon: "block", run: () => void deed(who, "unblock") });
  else {
    all.push({ label: t("acts.block", { name }), icon: "block", isGrave: true, run: () => void sure(t("block.title", { name }), t("block.text"), t("block.yes")).then((yes) => { if (yes) void deed(who, "block"); }) });
  }
  return all;
}

const missing = (tab: Tab) => ({ args }: Shown): Trouble | null => {
  const { account, trouble } = found(args["handle"]!).peek();
  return account ? listOf(account, tab).missing : trouble;
};

const title = ({ args }: Shown): string => {
  const account = found(args["handle"]!).peek().account;
  return account ? `${labelOf(account)} (@${account.acct})` : `@${args["handle"]}`;
};

export const routes: Route[] = (["posts", "with_replies", "media"] as const).map((tab) => ({
  path: AT[tab], page: page(tab), load: load(tab), trouble: missing(tab), title,
}));
