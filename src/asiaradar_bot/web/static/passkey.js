// Passkeys: asks the server for a challenge, the browser for its answer, and sends the form with both.
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    try {
      const headers = { Accept: "application/json" };
      if (form.elements.csrf) headers["X-CSRF"] = form.elements.csrf.value;
      const answer = await fetch(`${form.getAttribute("action")}/options`, { method: "POST", headers });
      const asked = await answer.json();
      if (!answer.ok) { said.textContent = asked.title; return; }
      const options = JSON.parse(asked.options);
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.step.value = asked.step;
      form.elements.credential.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch (error) {
      said.textContent = form.dataset.failed;
    }
  });
}
