// Hashtags whose posts come into the home timeline.
import { signal } from "@preact/signals";
import { get, post as send, Trouble } from "../api";
import { t } from "../i18n";
import type { Route } from "../router";
import { wrong } from "../state/acts";
import { toast } from "../state/toasts";
import "../inbox/inbox.css";
import type { Tag } from "../types";
import { Empty, Head, Sorry, Waiting } from "../ui/small";

const tags = signal<Tag[] | null>(null);
const trouble = signal<Trouble | null>(null);

async function load(): Promise<void> {
  trouble.value = null;
  try {
    tags.value = await get<Tag[]>("/api/v1/followed_tags", { limit: 200 });
  } catch (fault) {
    trouble.value = fault instanceof Trouble ? fault : new Trouble(0, String(fault));
  }
}

async function turn(tag: Tag, isOn: boolean): Promise<void> {
  const before = tags.peek() ?? [];
  tags.value = isOn ? [tag, ...before] : before.filter((one) => one.name !== tag.name);
  try {
    await send(`/api/v1/tags/${encodeURIComponent(tag.name)}/${isOn ? "follow" : "unfollow"}`);
    if (!isOn) toast(t("followedTags.stopped", { name: `#${tag.name}` }), { act: { label: t("undo"), run: () => void turn(tag, true) } });
  } catch (fault) {
    tags.value = before;
    wrong("failed.save", fault, () => void turn(tag, isOn));
  }
}

function FollowedTags() {
  const all = tags.value;
  return (
    <>
      <Head title={t("followedTags.title")}><p>{t("followedTags.hint")}</p></Head>
      {!all ? (trouble.value ? <Sorry text={trouble.value.message} again={() => void load()} /> : <Waiting />)
        : all.length ? <ul class="people removable">{all.map((one) => (
          <li key={one.name} class="step" tabIndex={-1} data-key={one.name}><a href={`/tags/${encodeURIComponent(one.name)}`}><span class="hash" aria-hidden="true">#</span><span><span class="name"><bdi>{one.name}</bdi></span></span></a>
            <button type="button" class="quiet" onClick={() => void turn(one, false)}>{t("follow.stop")}<span class="unseen"> #{one.name}</span></button></li>))}</ul>
          : <Empty><p>{t("followedTags.empty")}</p><p><a class="button quiet" href="/trends">{t("trends.title")}</a></p></Empty>}
    </>
  );
}

export const route: Pick<Route, "page" | "load" | "title"> = { page: FollowedTags, load, title: () => t("followedTags.title") };
