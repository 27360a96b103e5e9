// Addresses that the app shows by itself, as the server has them: its routes are of these, and its worker opens the frame
// for no others. All else comes from the server.

export const ADDRESSES = [
  "/", "/public", "/search", "/trends", "/tags/:tag",
  "/@:handle", "/@:handle/with_replies", "/@:handle/media", "/@:handle/:post(\\d+)",
  "/notifications", "/conversations", "/conversations/new", "/conversations/:talk(\\d+)",
  "/bookmarks", "/favourites", "/lists", "/lists/:list(\\d+)", "/lists/:list(\\d+)/edit",
  "/drafts", "/followed-tags", "/catch-up", "/yours",
] as const;
/** A word in brackets limits what stands there. */
export type Address = (typeof ADDRESSES)[number];

const FEED = /\.(rss|atom)$/;

export function shapeOf(address: Address): { shape: RegExp; names: string[] } {
  const names: string[] = [];
  const shape = address.replace(/:([a-z]+)(\([^)]*\))?/g, (_, name: string, words?: string) => {
    names.push(name);
    return words ?? "([^/]+)";
  });
  return { shape: new RegExp(`^${shape}/?$`), names };
}

export const isFeed = (pathname: string): boolean => FEED.test(pathname);
