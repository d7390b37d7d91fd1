// What scripts add to pages that work without them: live figures, countdown, single keys, palette, dragging to slots.
"use strict";

const two = (number) => String(number).padStart(2, "0");

function tellTimes() {
  const now = Date.now();
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = Math.round((Date.parse(place.dataset.until) - now) / 1000);
    if (left > 86400) continue;
    const shown = left <= 0 ? "…" : left >= 3600 ? `${Math.floor(left / 3600)} h ${two(Math.floor(left / 60) % 60)}` : `${Math.floor(left / 60)}:${two(left % 60)}`;
    if (place.textContent !== shown) place.textContent = shown;
  }
  for (const place of document.querySelectorAll("[data-clock]")) {
    const shown = new Intl.DateTimeFormat("en-GB", { timeZone: place.dataset.clock, hour: "2-digit", minute: "2-digit" }).format(now);
    if (place.textContent !== shown) place.textContent = shown;
  }
}
setInterval(tellTimes, 1000);

// --- live: fetch this page anew and put its parts in place, but never under an editor's hands
let waiting = null;
function refresh() {
  if (waiting) return;
  waiting = setTimeout(async () => {
    waiting = null;
    if (document.querySelector("dialog[open], .dragged") || document.activeElement?.matches("input, textarea, select")) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement?.closest("[data-id]")?.dataset.id;
    const chosen = new Set([...document.querySelectorAll("input[name=chosen]:checked")].map((box) => box.value));
    for (const id of ["bar", "live"]) {
      const fresh = page.getElementById(id), old = document.getElementById(id);
      if (fresh && old && fresh.outerHTML !== old.outerHTML) old.replaceWith(document.adoptNode(fresh));
    }
    for (const box of document.querySelectorAll("input[name=chosen]")) box.checked = chosen.has(box.value);
    if (focused) document.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    tellTimes();
  }, 400);
}
if (document.getElementById("bar") && window.EventSource) {
  const live = new EventSource("/live");
  live.addEventListener("changed", refresh);
  addEventListener("pagehide", () => live.close());
  setInterval(refresh, 30000);
}

// --- keys
const cards = () => [...document.querySelectorAll(".card")];
const current = () => document.activeElement?.closest(".card");
function step(by) {
  const all = cards();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
function press(key) {
  const place = key === "z" ? document : current() ?? (cards().length === 0 ? document : null);
  const button = place?.querySelector(`[data-key="${key}"]`);
  if (button) button.click();
}
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "Enter" && event.target.matches(".card")) location.href = event.target.dataset.open;
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if ("ahxebpmz".includes(event.key)) press(event.key);
});
document.addEventListener("submit", (event) => {
  const sure = event.submitter?.dataset.sure;
  if (sure && !confirm(sure)) event.preventDefault();
});

// --- palette
function openPalette() {
  const palette = document.getElementById("palette");
  if (!palette || palette.open) return;
  const words = document.getElementById("palette-words"), list = document.getElementById("palette-list");
  const places = [...document.querySelectorAll(".rail a")].map((link) => ({ name: link.textContent.trim(), go: link.href }));
  for (const card of cards()) places.push({ name: card.querySelector("h3").textContent.trim(), go: card.dataset.open });
  const show = () => {
    const asked = words.value.trim().toLowerCase();
    const found = places.filter((place) => place.name.toLowerCase().includes(asked)).slice(0, 12);
    if (asked) found.push({ name: `${words.placeholder} «${words.value.trim()}»`, go: `/articles?words=${encodeURIComponent(words.value.trim())}` });
    list.replaceChildren(...found.map((place, at) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(at === 0));
      item.textContent = place.name;
      item.dataset.go = place.go;
      item.addEventListener("click", () => { location.href = place.go; });
      return item;
    }));
  };
  words.value = "";
  words.oninput = show;
  words.onkeydown = (event) => {
    const items = [...list.children], at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "Enter" && items[at]) { event.preventDefault(); location.href = items[at].dataset.go; }
    const next = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : null;
    if (next !== null && items[next]) {
      event.preventDefault();
      items[at].setAttribute("aria-selected", "false");
      items[next].setAttribute("aria-selected", "true");
    }
  };
  show();
  palette.showModal();
  words.focus();
}

// --- dragging a post to a free slot leads to the page that shows what it does to others
document.addEventListener("dragstart", (event) => {
  const line = event.target.closest?.("[data-move]");
  if (!line) return;
  line.classList.add("dragged");
  event.dataTransfer.setData("text/plain", line.dataset.move);
});
document.addEventListener("dragend", (event) => event.target.closest?.(".dragged")?.classList.remove("dragged"));
document.addEventListener("dragover", (event) => {
  const slot = event.target.closest?.("[data-slot]");
  for (const other of document.querySelectorAll(".slot.over")) other.classList.toggle("over", other === slot);
  if (slot) { event.preventDefault(); slot.classList.add("over"); }
});
document.addEventListener("drop", (event) => {
  const slot = event.target.closest?.("[data-slot]");
  const move = event.dataTransfer.getData("text/plain");
  if (!slot || !move.startsWith("/posts/")) return;
  event.preventDefault();
  location.href = `${move}?to=${encodeURIComponent(slot.dataset.slot)}&back=${encodeURIComponent(location.pathname + location.search)}`;
});
