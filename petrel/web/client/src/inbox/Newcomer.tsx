// Nobody's first timeline is empty: packs of people to follow at once, people one by one, and what is written here.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, onceKey, post as send } from "../api";
import { t } from "../i18n";
import { wrong } from "../state/acts";
import { relation, takeRelation } from "../state/relations";
import { home, timeline } from "../state/timelines";
import { toast } from "../state/toasts";
import type { Account, Relationship } from "../types";
import { Follow } from "../pages/Profile";
import { PostList } from "../ui/PostList";
import { Avatar, Icon, Name, urlOf } from "../ui/small";
import { site } from "../site";
import "./inbox.css";
import type { Collection } from "./types";

interface Offer { packs: Collection[]; faces: Map<string, { id: string; acct: string; avatar_static: string }>; people: Account[] }
const offer = signal<Offer | null>(null);
const isGoing = signal("");
const MOST_PACKS = 4, MOST_ASKED = 8, MOST_PEOPLE = 6;
const hereList = () => timeline("/api/v1/timelines/public", { local: true });

/** Packs are collections: the crew's own first, then those of the people whom the site proposes. */
async function load(): Promise<void> {
  const [instance, proposed] = await Promise.all([
    get<{ contact?: { account?: Account | null } }>("/api/v2/instance").catch(() => null),
    get<{ account: Account }[]>("/api/v2/suggestions", { limit: 20 }).catch(() => []),
  ]);
  const crew = instance?.contact?.account;
  const people = proposed.map((one) => one.account);
  const owners = [...(crew && crew.id !== site.me ? [crew] : []), ...people].filter((one, n, all) => all.findIndex((other) => other.id === one.id) === n).slice(0, MOST_ASKED);
  const found = await Promise.all(owners.map((one) =>
    get<{ collections: Collection[]; partial_accounts: Account[] }>(`/api/v1_alpha/accounts/${one.id}/collections`, { limit: 5 }).catch(() => null)));
  const packs = found.flatMap((one) => one?.collections ?? []).filter((one) => one.discoverable && !one.sensitive && one.item_count > 1).slice(0, MOST_PACKS);
  const faces = new Map(found.flatMap((one) => one?.partial_accounts ?? []).map((one) => [one.id, one]));
  offer.value = { packs, faces, people: people.slice(0, MOST_PEOPLE) };
}

async function followAll(pack: Collection): Promise<void> {
  if (isGoing.value) return;
  isGoing.value = pack.id;
  const ids = pack.items.map((one) => one.account_id).filter((id): id is string => id !== null && id !== site.me);
  let followed = 0;
  try {
    for (const id of ids) {
      try {
        takeRelation(await send<Relationship>(`/api/v1/accounts/${id}/follow`, {}, { once: onceKey() }));
        followed += 1;
      } catch (fault) {
        if (followed === 0 && id === ids.at(-1)) throw fault;
      }
    }
    toast(t("packs.followed", { n: followed }));
    await home().reload();
  } catch (fault) {
    wrong("failed.follow", fault, () => void followAll(pack));
  } finally {
    isGoing.value = "";
  }
}

export function Newcomer() {
  const list = hereList();
  useEffect(() => {
    if (!offer.peek()) void load();
    void list.load();
  }, []);
  const now = offer.value;
  return (
    <section class="newcomer" aria-label={t("packs.title")}>
      <div class="lead"><Icon name="mark" kind="mark" /><h2>{t("packs.title")}</h2><p>{t("packs.hint")}</p></div>
      {now && now.packs.length > 0 && <ul class="packs">{now.packs.map((one) => (
        <li key={one.id}>
          <h3><a href={`/collections/${one.id}`}><bdi>{one.name}</bdi></a></h3>
          {one.description && <p dir="auto" class="soft">{one.description}</p>}
          <p class="pack-faces" aria-hidden="true">{one.items.slice(0, 6).map((item) => item.account_id && now.faces.get(item.account_id)).filter((who) => who).map((who) => <Avatar who={who as Account} size={30} key={(who as Account).id} />)}</p>
          <button type="button" disabled={isGoing.value === one.id} onClick={() => void followAll(one)}>{t("packs.follow", { n: one.item_count })}<span class="unseen"> – {one.name}</span></button>
        </li>))}</ul>}
      {now && now.people.length > 0 && <><h3 class="over">{t("trends.who")}</h3><ul class="people removable">{now.people.map((one) => <Somebody who={one} key={one.id} />)}</ul></>}
      <h3 class="over">{t("packs.here")}</h3>
      <PostList list={list} name={t("packs.here")} empty={t("public.empty")} />
    </section>
  );
}

function Somebody({ who }: { who: Account }) {
  return <li><a href={urlOf(who)}><Avatar who={who} /><span><span class="name"><Name who={who} /></span> <span class="handle">@{who.acct}</span></span></a><Follow who={who} now={relation(who.id).value} /></li>;
}

export default Newcomer;
