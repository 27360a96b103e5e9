// What another app shares is kept until the composer takes it: nothing is sent anywhere.
import { MOST_SHARED_FILES, SHARED, SHARED_CACHE } from "../src/names";

export async function share(request: Request): Promise<Response> {
  const again = request.clone();
  try {
    const form = await request.formData();
    const words = Object.fromEntries(["title", "text", "url"].map((name) => [name, String(form.get(name) ?? "")]));
    const files = form.getAll("files").filter((one): one is File => one instanceof File && one.size > 0);
    await caches.delete(SHARED_CACHE);
    const cache = await caches.open(SHARED_CACHE);
    for (const [n, one] of files.slice(0, MOST_SHARED_FILES).entries()) {
      await cache.put(`${SHARED}/${n}`, new Response(one, {
        headers: { "content-type": one.type || "application/octet-stream", "x-name": encodeURIComponent(one.name) },
      }));
    }
    await cache.put(SHARED, new Response(JSON.stringify({ ...words, at: Date.now(), files: files.length })));
    return Response.redirect("/compose?shared=1", 303);
  } catch {
    return fetch(again);
  }
}
