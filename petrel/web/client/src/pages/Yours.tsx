// Everything that is the member's own, in one place. As templates/yours.html.
import { t } from "../i18n";
import type { Route } from "../router";
import "../inbox/inbox.css";
import { Head, Icon } from "../ui/small";
import { site } from "../site";

const WAYS = [
  ["/public", "public.title", "public"], ["/catch-up", "catchUp.title", "up"], ["/bookmarks", "bookmarks.title", "bookmark"], ["/favourites", "favourites.title", "like"],
  ["/lists", "lists.title", "list"], ["/drafts", "drafts.title", "write"], ["/followed-tags", "followedTags.title", "pin"],
  ["/trends", "trends.title", "trends"], ["/settings/privacy", "nav.settings", "lock"],
] as const;

function Yours() {
  return (
    <>
      <Head title={t("yours.title")} />
      <ul class="people yours">
        {WAYS.map(([at, name, icon]) => <li key={at}><a href={at}><Icon name={icon} /><span class="name">{t(name)}</span></a></li>)}
        <li><a href={`/@${site.handle}/collections`}><Icon name="people" /><span class="name">{t("yours.collections")}</span></a></li>
      </ul>
    </>
  );
}

export const route: Pick<Route, "page" | "load" | "title"> = { page: Yours, title: () => t("yours.title") };
