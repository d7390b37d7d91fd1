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
tellTimes();
setInterval(tellTimes, 1000);

// --- boxes that scroll sideways fade where they go on
function tellMore() {
  for (const box of document.querySelectorAll(".scroll")) box.classList.toggle("more-after", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
}
document.addEventListener("scroll", (event) => { if (event.target.matches?.(".scroll")) tellMore(); }, { capture: true, passive: true });
addEventListener("resize", tellMore);
document.addEventListener("renewed", tellMore);
document.addEventListener("toggle", tellMore, true);
tellMore();

// --- the rail, where it scrolls: at the page one is on, and telling where there is more
const rail = document.querySelector(".rail");
if (rail) {
  const tellEnds = () => {
    rail.classList.toggle("more-before", rail.scrollLeft > 2);
    rail.classList.toggle("at-end", rail.scrollLeft + rail.clientWidth >= rail.scrollWidth - 2);
  };
  const here = rail.querySelector("[aria-current]");
  if (here) rail.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - rail.clientWidth / 2;
  rail.addEventListener("scroll", tellEnds, { passive: true });
  addEventListener("resize", tellEnds);
  tellEnds();
}

// --- live: fetch this page anew and put its parts in place, but never under an editor's hands
let waiting = null;
const shownLast = {};
const markOf = (place) => [place.closest("[data-id]")?.dataset.id, place.tagName, place.getAttribute("href") ?? place.closest("form")?.getAttribute("action"), place.textContent].join("|");
function refresh() {
  if (waiting) return;
  waiting = setTimeout(async () => {
    waiting = null;
    if (document.querySelector("dialog[open], .dragged") || document.activeElement?.matches("input, textarea, select")) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const held = document.activeElement?.closest("#bar, #live") ? document.activeElement : null;
    const mark = held && markOf(held), focused = held?.closest("[data-id]")?.dataset.id;
    const chosen = new Set([...document.querySelectorAll("input[name=chosen]:checked")].map((box) => box.value));
    for (const id of ["bar", "live"]) {
      const fresh = page.getElementById(id), old = document.getElementById(id);
      if (!fresh || !old || shownLast[id] === fresh.outerHTML) continue;  // scripts changed what is shown: only the server's own text tells
      shownLast[id] = fresh.outerHTML;
      old.replaceWith(document.adoptNode(fresh));
    }
    for (const box of document.querySelectorAll("input[name=chosen]")) box.checked = chosen.has(box.value);
    if (held && !held.isConnected) {  // whoever stood there with the keyboard stands there again
      const same = [...document.querySelectorAll("#bar :is(a, button), #live :is(a, button, summary, [tabindex])")].find((place) => markOf(place) === mark);
      (same ?? (focused ? document.querySelector(`[data-id="${focused}"]`) : null))?.focus({ preventScroll: true });
    }
    tellTimes();
    document.dispatchEvent(new Event("renewed"));
  }, 400);
}
if (document.getElementById("bar") && window.EventSource) {
  const live = new EventSource(`/live?since=${document.getElementById("bar").dataset.mark}`);
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

// --- palette: pages at once, posts and articles as the server finds them
function openPalette() {
  const palette = document.getElementById("palette");
  if (!palette || palette.open) return;
  const words = document.getElementById("palette-words"), list = document.getElementById("palette-list");
  const pages = [...document.querySelectorAll(".rail a")].map((link) => ({ name: link.textContent.trim(), note: "", go: link.href }));
  let found = [], asking = 0, timer = null, moved = false;
  const choose = (item) => {
    for (const other of list.children) other.setAttribute("aria-selected", String(other === item));
    if (item) { words.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
    else words.removeAttribute("aria-activedescendant");
  };
  const show = () => {
    const asked = words.value.trim().toLowerCase();
    const kept = list.querySelector("[aria-selected=true]")?.dataset.go;
    const places = [...pages.filter((place) => place.name.toLowerCase().includes(asked)), ...found].slice(0, 16);
    list.replaceChildren(...places.map((place, at) => {
      const item = document.createElement("li"), note = document.createElement("small");
      item.id = `palette-${at}`;
      item.setAttribute("role", "option");
      item.dir = "auto";
      note.textContent = place.note;
      item.append(`${place.name} `, note);
      item.dataset.go = place.go;
      item.addEventListener("click", () => { location.href = place.go; });
      return item;
    }));
    choose([...list.children].find((item) => moved && item.dataset.go === kept) ?? list.firstElementChild);
  };
  const ask = async (number) => {
    const answer = await fetch(`/find?words=${encodeURIComponent(words.value.trim())}`, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected || number !== asking) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number !== asking) return;
    found = [...page.querySelectorAll("#found li")].map((item) => ({ name: item.querySelector("a").textContent, note: item.querySelector("small").textContent, go: item.querySelector("a").getAttribute("href") }));
    show();
  };
  words.value = "";
  words.oninput = () => {
    asking += 1;
    found = [];
    moved = false;
    show();
    clearTimeout(timer);
    const number = asking;
    if (words.value.trim()) timer = setTimeout(() => ask(number), 200);
  };
  words.onkeydown = (event) => {
    const items = [...list.children], at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "Enter" && items[at]) { event.preventDefault(); location.href = items[at].dataset.go; }
    if (event.key === "Escape") { event.preventDefault(); palette.close(); }
    const next = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : null;
    if (next !== null && items[next]) { event.preventDefault(); moved = true; choose(items[next]); }
  };
  show();
  palette.showModal();
  words.focus();
}
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-palette]")) return;
  event.preventDefault();
  openPalette();
});

// --- dragging a post to a free slot, or in the calendar's week to a day or an hour, leads to the page that shows what it does to others
document.addEventListener("dragstart", (event) => {
  const line = event.target.closest?.("[data-move]");
  if (!line) return;
  line.classList.add("dragged");
  event.dataTransfer.setData("text/plain", line.dataset.move);
  setTimeout(() => showHours(line));  // a browser that finds the page changed within dragstart lets go at once
});
function showHours(line) {  // each day takes the post at its own time of day; beside it stand the hours that are still to come
  for (const day of line.closest(".days")?.querySelectorAll("[data-day]") ?? []) {
    const hours = document.createElement("ol");
    hours.className = "hours";
    for (let hour = Number(day.dataset.from); hour < 24; hour += 1) {
      const place = document.createElement("li");
      place.textContent = `${two(hour)}:00`;
      place.dataset.slot = `${day.dataset.day} ${two(hour)}:00`;
      hours.append(place);
    }
    if (!day.dataset.past || line.dataset.at > day.dataset.past) day.dataset.slot = `${day.dataset.day} ${line.dataset.at}`;
    day.append(hours);
  }
}
document.addEventListener("dragend", () => {
  for (const place of document.querySelectorAll(".dragged, [data-slot].over")) place.classList.remove("dragged", "over");
  for (const hours of document.querySelectorAll(".hours")) hours.remove();
  for (const day of document.querySelectorAll("[data-day]")) delete day.dataset.slot;
});
document.addEventListener("dragover", (event) => {
  const slot = event.target.closest?.("[data-slot]");
  for (const other of document.querySelectorAll("[data-slot].over")) other.classList.toggle("over", other === slot);
  if (slot) { event.preventDefault(); slot.classList.add("over"); }
});
document.addEventListener("drop", (event) => {
  const slot = event.target.closest?.("[data-slot]");
  const move = event.dataTransfer.getData("text/plain");
  if (!slot || !move.startsWith("/posts/")) return;
  event.preventDefault();
  location.href = `${move}?to=${encodeURIComponent(slot.dataset.slot)}&back=${encodeURIComponent(location.pathname + location.search)}`;
});
