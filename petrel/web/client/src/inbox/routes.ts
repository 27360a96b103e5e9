// Inboxes and collections of one's own: where they stand. Each comes when it is opened.
import { lazy } from "./lazy";
import type { Key } from "../i18n";
import { command, type Command } from "../keys";
import { go, type Route } from "../router";

const talks = () => import("../pages/Conversations");
const lists = () => import("../pages/MyLists");
const kept = () => import("../pages/Kept");

export const routes: Route[] = [
  lazy("/notifications", () => import("../pages/Notifications"), "route", "nav.notifications"),
  lazy("/conversations", talks, "all", "talks.title"),
  lazy("/conversations/new", talks, "fresh", "talks.new", "/conversations"),
  lazy("/conversations/:talk(\\d+)", talks, "one", "talks.title", "/conversations"),
  lazy("/bookmarks", kept, "bookmarks", "bookmarks.title"),
  lazy("/favourites", kept, "favourites", "favourites.title", "/yours"),
  lazy("/lists", lists, "all", "lists.title"),
  lazy("/lists/:list(\\d+)", lists, "one", "lists.one", "/lists"),
  lazy("/lists/:list(\\d+)/edit", lists, "edit", "lists.one", "/lists"),
  lazy("/drafts", () => import("../pages/Drafts"), "route", "drafts.title", "/yours"),
  lazy("/followed-tags", () => import("../pages/FollowedTags"), "route", "followedTags.title", "/yours"),
  lazy("/catch-up", () => import("../pages/CatchUp"), "route", "catchUp.title", "/yours"),
  lazy("/yours", () => import("../pages/Yours"), "route", "yours.title"),
];

const place = (keys: string, name: Key, address: string): Command =>
  ({ keys: [keys], name, group: "go", run: () => go(address), isListed: true });

export function start(): void {
  command(place("g m", "talks.title", "/conversations"), place("g d", "drafts.title", "/drafts"),
    place("g c", "catchUp.title", "/catch-up"), place("g y", "yours.title", "/yours"),
    { name: "talks.new", group: "go", run: () => go("/conversations/new"), isListed: true },
    { name: "followedTags.title", group: "go", run: () => go("/followed-tags"), isListed: true });
}
