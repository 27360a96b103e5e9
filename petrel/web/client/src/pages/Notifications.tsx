// What happened to the member. As templates/notifications.html, with chips by kind, the drawer, and live.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Route, Shown } from "../router";
import { whenBack } from "../state/net";
import { say } from "../state/toasts";
import { chipOf, feed, isNew, KINDS, lookAtMarker, markSeen, newSince, seen, type Chip, type Feed } from "../inbox/notifications";
import { GroupLine } from "../inbox/Group";
import { Drawer, isDrawerOpen, loadPolicy, policy } from "../inbox/Requests";
import "../inbox/inbox.css";
import { Empty, Icon, Sorry, Waiting } from "../ui/small";

const CHIPS: Chip[] = ["all", ...(Object.keys(KINDS) as (keyof typeof KINDS)[])];
/** Who looks this long at the newest has seen them. */
const SEEN_AFTER_MS = 1_500;

async function load({ url, entry }: Shown): Promise<void> {
  const list = feed(chipOf(url));
  const marker = lookAtMarker().catch(() => undefined);
  void loadPolicy().catch(() => undefined);
  if (!(await list.restore(entry).catch(() => false))) await list.load();
  await marker;
}

function Notifications({ url, entry }: Shown) {
  const chip = chipOf(url), list = feed(chip);
  const groups = list.groups.value;

  useEffect(() => {
    newSince.value = seen.peek();
    if (groups) void list.reload();
    const noMore = whenBack(() => list.reload());
    const keep = () => list.keep(entry);
    window.addEventListener("pagehide", keep);
    return () => {
      noMore();
      window.removeEventListener("pagehide", keep);
    };
  }, [list, entry]);
  // Seen is what stood before somebody's eyes: the newest, at the top, in the list of all.
  useEffect(() => {
    if (chip !== "all" || !groups?.length || list.waiting.value) return;
    const timer = window.setTimeout(() => {
      if (!document.hidden && scrollY < 400) void markSeen();
    }, SEEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [chip, groups, list.waiting.value]);

  const hasNew = groups?.some((one) => isNew(one));
  return (
    <>
      <div class="head row"><h1>{t("nav.notifications")}</h1>
        {hasNew && newSince.value >= 0n && <button type="button" class="quiet" onClick={() => {
          void markSeen();
          newSince.value = seen.value;
          say(t("told.allRead"));
        }}>{t("told.read")}</button>}
      </div>
      <nav class="chips" aria-label={t("told.kinds")}>
        {CHIPS.map((one) => <a href={one === "all" ? "/notifications" : `/notifications?kind=${one}`} aria-current={one === chip ? "page" : undefined} key={one}>{t(`told.kind.${one}`)}</a>)}
        <button type="button" class="quiet" aria-haspopup="dialog" onClick={() => (isDrawerOpen.value = true)}>{t("held.title")}{policy.value && policy.value.summary.pending_requests_count > 0 && <> <b class="count">{policy.value.summary.pending_requests_count}</b></>}</button>
      </nav>
      <div class="pill-place" role="status" aria-live="polite">
        {list.waiting.value > 0 && <button type="button" class="pill" onClick={() => void reveal(list)}><Icon name="up" /><span>{t("told.waiting", { n: list.waiting.value })}</span></button>}
      </div>
      {!groups ? (list.trouble.value ? <Sorry text={list.trouble.value.message} again={() => void list.load()} /> : <Waiting />)
        : groups.length ? <><ul class="happenings" aria-label={t("nav.notifications")}>{groups.map((one) => <GroupLine one={one} key={one.group_key} />)}</ul><Foot list={list} /></>
          : <Empty><p>{t(chip === "all" ? "told.empty" : "told.emptyKind")}</p></Empty>}
      {isDrawerOpen.value && <Drawer />}
    </>
  );
}

async function reveal(list: Feed): Promise<void> {
  await list.reload();
  window.scrollTo({ top: 0 });
  requestAnimationFrame(() => document.querySelector<HTMLElement>("#main .happening")?.focus({ preventScroll: true }));
}

function Foot({ list }: { list: Feed }) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const near = new IntersectionObserver(([one]) => {
      if (one?.isIntersecting && !list.trouble.peek()) void list.more();
    }, { rootMargin: "900px 0px" });
    if (root.current) near.observe(root.current);
    return () => near.disconnect();
  }, [list, list.groups.value?.length]);
  if (list.trouble.value) return <Sorry text={list.trouble.value.message} again={() => void list.more()} />;
  if (!list.older.value) return <p class="pager soft">{t("list.end")}</p>;
  return <div class="pager" ref={root} role="status">{list.isLoading.value && <span class="soft">{t("loading")}</span>}</div>;
}

export const route: Pick<Route, "page" | "load" | "title"> = { page: Notifications, load, title: () => t("nav.notifications") };
