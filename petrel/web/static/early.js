// Begins to ask for what the page's app will want first, while the app itself is still on its way: over a slow line
// neither waits for the other. The app takes each answer once (client/src/api.ts); a page without it loses nothing.
(() => {
  const said = document.body?.dataset;
  if (window.petrelEarly || !said?.me || location.search) return;
  const entry = history.state?.entry;
  if (entry && sessionStorage.getItem(`petrel.list.${entry}`)) return;
  const post = /^\/@[^/]+\/(\d+)$/.exec(location.pathname)?.[1];
  const wanted = location.pathname === "/"
    ? ["timelines/home?limit=20", "announcements", "markers?timeline%5B%5D=home"]
    : location.pathname === "/public" ? ["timelines/public?limit=20"]
    : post ? [`statuses/${post}`, `statuses/${post}/context`] : [];
  const headers = { "x-petrel-app": "1", "x-petrel-me": said.me };
  window.petrelEarly = new Map(wanted.map((one) => [`/api/v1/${one}`, fetch(`/api/v1/${one}`, {
    headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(20_000),
  }).catch(() => null)]));
})();
