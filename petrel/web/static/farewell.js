// In place of the app's worker where there is to be none: all that it kept goes, and so does it (decision 0061).
// Browsers ask for the worker's address by themselves, so this reaches those whose pages do not start any more.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("petrel.")) await caches.delete(name);
  await registration.unregister();
})()));
