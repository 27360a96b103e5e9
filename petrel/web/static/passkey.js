// Passkeys: what the browser is asked stands in the form, as the server wrote it; what the key answers is sent with the
// form. Without this script the button is not there, and the password works. source: W3C Web Authentication Level 3.
"use strict";
(() => {
  const form = document.getElementById("passkey");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;
  const button = document.getElementById("passkey-go");
  const said = document.getElementById("passkey-said");
  const makes = Boolean(form.dataset.make);

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const asked = () => {
    const options = JSON.parse(form.dataset.make || form.dataset.ask);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const one of options.excludeCredentials || []) one.id = bytes(one.id);
    return options;
  };

  const told = (key) => {
    const response = { clientDataJSON: text(key.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) response[name] = text(key.response[name]);
    }
    return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: {} });
  };

  const says = form.dataset;     // templates/passkey_words.html
  const WHY = { NotAllowedError: says.cancelled, InvalidStateError: says.known, SecurityError: says.address };

  form.hidden = false;
  button.disabled = false;
  said.textContent = "";
  let running = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = true;
    said.textContent = says.asks;
    try {
      const publicKey = asked();
      const key = makes ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      form.elements.answer.value = told(key);
      form.submit();
    } catch (fault) {
      said.textContent = WHY[fault.name] || says.broken;
      running = false;
    }
  });
})();
