// Keeps the timeline fresh without losing the reader's place.
"use strict";
const pause = 2000;

async function refresh() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("timeline");
      const current = document.getElementById("timeline");
      if (next && current.innerHTML !== next.innerHTML) {
        current.replaceWith(next);
      }
    }
  } catch {
    // The server is away (perhaps by a fault): the page stays as it is and asks again.
  }
  setTimeout(refresh, pause);
}

setTimeout(refresh, pause);
