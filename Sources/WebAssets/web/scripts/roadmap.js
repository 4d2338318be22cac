import { post, say } from "/assets/kiplot.js";
import { proposal } from "/assets/roadmap-bars.js";
import { drawArrows, measure, stickHeads } from "/assets/roadmap-rows.js";
import { chart, date, number, reveal, scale, svgElement } from "/assets/roadmap-scale.js";

// The roadmap: bars are dragged, resized and moved with the keyboard; rows open; what is unplanned is dragged in. Everything here can
// also be done with the page behind “⋯”, without a script.

// A new initiative: in the last row, from the period that was clicked on.

function toNew() {
  const name = document.getElementById("new-name");
  if (!name) return false;
  reveal(name);
  name.focus({ preventScroll: true });
  return true;
}
function newSpan(next) {
  const form = document.getElementById("new-form");
  if (next) { form.elements.start.value = date(next.start); form.elements.end.value = date(next.end); }
  const track = document.querySelector("#rm-new .track");
  track.replaceChildren();
  const start = number(form.elements.start.value), end = number(form.elements.end.value);
  track.append(svgElement("rect", { class: "ghost", x: scale.x(start), y: 6, width: scale.x(end + 1) - scale.x(start), height: 26, rx: 6 }));
}
document.addEventListener("click", event => {
  if (event.target.closest("#to-new")) { event.preventDefault(); toNew(); }
  if (event.target.closest("#to-today")) { event.preventDefault(); toToday("smooth"); }
  if (event.target.closest("#rm-new .track")) { newSpan(proposal(scale.dayAt(event.clientX))); document.getElementById("new-name").focus({ preventScroll: true }); }
});
document.addEventListener("focusin", event => { if (event.target.id === "new-name") newSpan(); });
document.addEventListener("focusout", event => { if (event.target.id === "new-name" && !event.target.value) document.querySelector("#rm-new .track")?.replaceChildren(); });
document.addEventListener("submit", async event => {
  if (event.target.id !== "new-form") return;
  event.preventDefault();
  const { name, start, end } = event.target.elements;
  const typed = name.value.trim();
  if (!typed) return;
  name.value = "";
  const answer = await post("/roadmap/create", { name: typed, start: start.value, end: end.value });
  if (answer.ok) say(answer.json.message, { undo: answer.json.undo }); else name.value = typed;
});

document.addEventListener("keydown", event => {
  const isTyping = document.activeElement?.matches("input, select, textarea, [contenteditable]");
  if (event.key === "n" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && toNew()) event.preventDefault();
});

// Where the reader was: the day in the middle survives a reload and another zoom.
function toToday(behavior = "auto") {
  const visible = chart.clientWidth - scale.names;
  chart.scrollTo({ left: Math.max(0, Number(chart.dataset.today) - visible * 0.28), behavior });
}
const middle = () => scale.origin + (chart.scrollLeft + (chart.clientWidth - scale.names) / 2) / scale.day;
function start() {
  scale.read();
  let place = null;
  try { place = JSON.parse(sessionStorage.getItem("kiplot-roadmap")); } catch { /* A fresh visit. */ }
  if (place && Date.now() - place.at < 1_800_000) {
    chart.scrollLeft = (place.day - scale.origin) * scale.day - (chart.clientWidth - scale.names) / 2;
    chart.scrollTop = place.top;
  } else toToday();
  stickHeads();
  measure();
  addEventListener("pagehide", () => { sessionStorage.setItem("kiplot-roadmap", JSON.stringify({ day: middle(), top: chart.scrollTop, at: Date.now() })); });
  drawArrows();
  if (location.hash === "#new-name") toNew();
}

// Pictures

document.getElementById("export-menu")?.addEventListener("click", event => { if (event.target.closest(".panel > *")) event.currentTarget.open = false; });
document.getElementById("export-png")?.addEventListener("click", async () => {
  const picture = new Image();
  picture.src = document.getElementById("export-svg").getAttribute("href");
  await picture.decode().catch(() => null);
  if (!picture.naturalWidth) return say("The drawing could not be made. Reload the page and try again.", { bad: true });
  // Sharp on a slide, within what a canvas can hold.
  const factor = Math.min(2, 16_000 / picture.naturalWidth, 16_000 / picture.naturalHeight);
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth * factor;
  canvas.height = picture.naturalHeight * factor;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob(blob => {
    if (!blob) return say("The picture is too large. Filter the roadmap, or take the drawing (SVG).", { bad: true });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "roadmap.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    say("The picture is in your downloads");
  });
});
document.getElementById("export-print")?.addEventListener("click", async () => {
  document.querySelector(".sheets")?.remove();
  const sheets = document.createElement("div");
  sheets.className = "sheets";
  const path = new URL(document.getElementById("export-svg").getAttribute("href"), location.href);
  for (let page = 1; page <= Math.min(60, Number(chart.dataset.sheets)); page += 1) {
    const picture = new Image();
    path.searchParams.set("page", page);
    picture.src = path.href;
    picture.alt = `The roadmap, sheet ${page}`;
    sheets.append(picture);
  }
  await Promise.all([...sheets.children].map(picture => picture.decode().catch(() => null)));
  document.getElementById("main").append(sheets);
  document.documentElement.classList.add("printing");
  print();
});
addEventListener("afterprint", () => document.documentElement.classList.remove("printing"));

if (chart) start();
