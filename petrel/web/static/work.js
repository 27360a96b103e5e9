// Before the form of sign-up is sent: looks for a number that, with the challenge and the handle, has a SHA-256 digest
// with so many zero bits in front. petrel/features/signup/work.py says why; without this script joining takes longer.
"use strict";
(() => {
  const form = document.getElementById("join");
  if (!form || !window.crypto || !window.crypto.subtle) return;
  const said = document.getElementById("work-said");
  const AT_ONCE = 512;
  let running = false;

  const zeros = (bytes) => {
    let count = 0;
    for (const byte of bytes) {
      if (byte !== 0) return count + Math.clz32(byte) - 24;
      count += 8;
    }
    return count;
  };

  const find = async (challenge, handle) => {
    const bits = Number(challenge.split(".")[1]);
    const encoder = new TextEncoder();
    for (let first = 0; ; first += AT_ONCE) {
      const tries = Array.from({ length: AT_ONCE }, (_, i) =>
        crypto.subtle.digest("SHA-256", encoder.encode(`${challenge} ${handle} ${first + i}`)));
      const found = (await Promise.all(tries)).findIndex((digest) => zeros(new Uint8Array(digest)) >= bits);
      if (found >= 0) return String(first + found);
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = true;
    said.textContent = form.dataset.working;
    const handle = form.elements.handle.value.trim().replace(/^@/, "").toLowerCase();
    form.elements.proof.value = await find(form.elements.challenge.value, handle);
    form.submit();
  });
})();
