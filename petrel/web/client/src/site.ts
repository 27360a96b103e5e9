// What the page that carries the app says of the site and of whoever is signed in (templates/base.html).

const said = document.body.dataset;

export const site = {
  me: said["me"] ?? "",
  handle: said["handle"] ?? "",
  base: said["base"] ?? "",
  name: said["site"] ?? "Petrel",
  characters: Number(said["characters"] ?? 500),
  /** The app's own address, which carries its release. */
  script: document.querySelector<HTMLScriptElement>("script[type=module]")?.src ?? "",
};
