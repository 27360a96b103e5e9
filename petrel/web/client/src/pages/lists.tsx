// Pages that are one list of posts: public posts, a hashtag.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { get, post } from "../api";
import { t } from "../i18n";
import type { Route, Shown } from "../router";
import { wrong } from "../state/acts";
import { isShown, notShown, restore } from "../state/kept";
import { listen } from "../state/streams";
import { timeline, type Timeline } from "../state/timelines";
import type { Status, Tag } from "../types";
import { Pill } from "../ui/Pill";
import { PostList } from "../ui/PostList";
import { Head } from "../ui/small";

interface Way { list: Timeline; entry: string; name: string; empty: string; stream?: string; children: ComponentChildren }

/** A list with its head; with a stream, what is new waits behind the pill. */
function ListPage({ list, entry, name, empty, stream, children }: Way) {
  useEffect(() => {
    isShown(list, entry);
    return () => notShown(list);
  }, [list, entry]);
  useEffect(() => {
    if (!stream) return;
    void list.catchUp();
    return listen(stream, ({ name: what, data }) => {
      if (what === "update") list.came(JSON.parse(data) as Status);
    });
  }, [list, stream]);
  return <>{children}{stream && <Pill list={list} />}<PostList list={list} name={name} empty={empty} /></>;
}

const loadOf = (of: (shown: Shown) => Timeline) => async (shown: Shown) => {
  const list = of(shown);
  if (!restore(list, shown.entry)) await list.load();
};

const publicList = () => timeline("/api/v1/timelines/public");

function Public({ entry }: Shown) {
  return (
    <ListPage list={publicList()} entry={entry} name={t("public.title")} empty={t("public.empty")} stream="/api/v1/streaming/public">
      <Head title={t("public.title")}><p>{t("public.hint")}</p></Head>
    </ListPage>
  );
}

const tagList = (name: string) => timeline(`/api/v1/timelines/tag/${encodeURIComponent(name)}`);

function TagPage({ args, entry }: Shown) {
  const name = args["tag"]!;
  return (
    <ListPage list={tagList(name)} entry={entry} name={t("tag.list", { name })} empty={t("tag.empty")} stream={`/api/v1/streaming/hashtag?tag=${encodeURIComponent(name)}`} key={name}>
      <div class="head"><div class="beside"><h1><bdi>#{name}</bdi></h1><FollowTag name={name} /></div><p>{t("tag.hint")}</p></div>
    </ListPage>
  );
}

function FollowTag({ name }: { name: string }) {
  const tag = useSignal<Tag | null>(null);
  useEffect(() => {
    get<Tag>(`/api/v1/tags/${encodeURIComponent(name)}`).then((came) => (tag.value = came), () => undefined);
  }, [name]);
  const now = tag.value;
  if (!now) return null;
  async function turn(): Promise<void> {
    const before = now!;
    tag.value = { ...before, following: !before.following };
    try {
      tag.value = await post<Tag>(`/api/v1/tags/${encodeURIComponent(name)}/${before.following ? "unfollow" : "follow"}`);
    } catch (fault) {
      tag.value = before;
      wrong("failed.follow", fault);
    }
  }
  return <button type="button" class={now.following ? "quiet" : ""} aria-pressed={Boolean(now.following)} onClick={() => void turn()}>{t(now.following ? "follow.stop" : "follow.start")}</button>;
}

export const routes: Route[] = [
  { path: "/public", page: Public, load: loadOf(publicList), trouble: () => publicList().missing, title: () => t("public.title"), way: "/public" },
  { path: "/tags/:tag", page: TagPage, load: loadOf(({ args }) => tagList(args["tag"]!)), trouble: ({ args }) => tagList(args["tag"]!).missing, title: ({ args }) => `#${args["tag"]}` },
];
