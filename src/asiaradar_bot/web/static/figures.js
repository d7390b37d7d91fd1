// Draws curves with uPlot where the page has their numbers; without it the page's own drawing stays.
"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Map();

  function draw(figure) {
    const data = JSON.parse(figure.dataset.curve);
    const names = (figure.dataset.names || "").split("|");
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--edge"), width: 1 }, ticks: { stroke: colour("--edge") } };
    const strokes = [colour("--bar"), colour("--usual-line")];
    const options = {
      width: figure.clientWidth,
      height: 220,
      scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.05)] }, e: { range: (_, low, high) => [0, Math.max(1, high * 1.05)] } },
      axes: [axis, { ...axis, size: 60 }, { ...axis, side: 1, scale: "e", size: 50, grid: { show: false } }],
      series: [{}, { label: names[0], stroke: strokes[0], width: 2, points: { show: true } }, { label: names[1], scale: "e", stroke: strokes[1], width: 2, dash: [6, 4], points: { show: true } }],
    };
    const old = drawn.get(figure);
    if (old) { old.destroy(); }
    figure.querySelector("svg")?.setAttribute("hidden", "");
    drawn.set(figure, new uPlot(options, data, figure));
  }

  function drawAll() {
    if (typeof uPlot === "undefined") { return; }
    for (const figure of drawn.keys()) { if (!figure.isConnected) { drawn.delete(figure); } }
    document.querySelectorAll("figure[data-curve]").forEach(draw);
  }

  addEventListener("DOMContentLoaded", drawAll);
  addEventListener("resize", () => { clearTimeout(drawAll.later); drawAll.later = setTimeout(drawAll, 150); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  document.addEventListener("renewed", drawAll);
})();
