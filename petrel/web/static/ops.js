// The console, every ten seconds anew: without this script it is as it was when it was opened. Nothing is replaced while
// somebody is on a button of it, or reads what they have opened; when the site does not answer, the page says so.
"use strict";
(() => {
  const EVERY_MS = 10000;
  const again = async () => {
    const now = document.getElementById("ops");
    if (document.hidden || now.contains(document.activeElement) || now.querySelector("details[open]")) return;
    try {
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("ops");
      if (!fresh) throw new Error("no console");
      now.replaceWith(document.adoptNode(fresh));
      document.title = page.title;
    } catch (wrong) {
      const said = now.querySelector("[role=status]");
      now.querySelector(".verdict").className = "head verdict unknown";
      said.textContent = `The site does not answer this page (${wrong.message}). What stands here is of before: petrel ops.`;
    }
  };
  setInterval(again, EVERY_MS);
})();
