// What scripts add to Compose: pictures change places by dragging; everything else there is the server's own work.
"use strict";

let carried = null;
document.addEventListener("dragstart", (event) => {
  carried = event.target.closest?.("[data-sort] > li");
  if (!carried) return;
  carried.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "picture");
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-sort] > li");
  if (!carried || !over || over === carried || over.parentElement !== carried.parentElement) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  over[event.clientY > box.top + box.height / 2 ? "after" : "before"](carried);
});
document.addEventListener("drop", (event) => { if (carried && event.target.closest?.("[data-sort]")) event.preventDefault(); });
document.addEventListener("dragend", () => {
  if (!carried) return;
  carried.classList.remove("dragged");
  carried = null;
  document.getElementById("sheet").dispatchEvent(new Event("reorder"));
});

// --- a card whose picture does not come is shown without it, as X would
const bare = (picture) => { if (picture.matches?.(".link-card img")) picture.hidden = true; };
document.addEventListener("error", (event) => bare(event.target), true);
for (const picture of document.querySelectorAll(".link-card img")) if (picture.complete && !picture.naturalWidth) bare(picture);
