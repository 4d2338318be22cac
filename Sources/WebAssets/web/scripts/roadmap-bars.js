import { hold, post, refresh, say } from "/assets/kiplot.js";
import { closeCard } from "/assets/roadmap-card.js";
import { chart, date, number, reveal, rows, scale, svgElement, words } from "/assets/roadmap-scale.js";
import { ignoreClick, whenRested } from "/assets/touch.js";

// Bars

const span = bar => ({ start: number(bar.dataset.start), end: number(bar.dataset.end) });
function place(bar, { start, end }) {
  const box = bar.querySelector(".b");
  box.setAttribute("x", Math.round(scale.x(start)));
  box.setAttribute("width", Math.max(6, Math.round(scale.x(end + 1) - scale.x(start))));
  for (const other of bar.parentElement.querySelectorAll(":scope > .beside, :scope > .mark")) other.setAttribute("visibility", "hidden");
}

async function plan(bar, next, before = span(bar)) {
  if (next.start === before.start && next.end === before.end) { place(bar, before); return refresh(); }
  place(bar, next);
  bar.dataset.start = date(next.start);
  bar.dataset.end = date(next.end);
  const answer = await post("/roadmap/plan", { item: bar.dataset.item, start: date(next.start), end: date(next.end) });
  if (answer.ok) return say(answer.json.message ?? "Saved", { undo: answer.json.undo });
  bar.dataset.start = date(before.start);
  bar.dataset.end = date(before.end);
  place(bar, before);
}

/// Where a span comes to lie when it is moved, or one of its ends is, by some days: on the edges of periods, unless days are asked for.
function moved(from, edge, days, isExact) {
  let { start, end } = from;
  // What reaches beyond the drawing has no period here to snap to.
  if (isExact || start < scale.periods[0].start || end > scale.periods.at(-1).end) {
    if (edge !== "end") start += days;
    if (edge !== "start") end += days;
  } else if (edge === "start") {
    start = nearestStart(start + days);
  } else if (edge === "end") {
    end = nearestEnd(end + days);
  } else {
    const first = scale.index(start), steps = scale.index(nearestStart(scale.at(first).start + days)) - first;
    start = scale.at(first + steps).start;
    end = scale.at(scale.index(end) + steps).end;
  }
  if (start > end) { if (edge === "start") start = isExact ? end : scale.at(scale.index(end)).start; else end = isExact ? start : scale.at(scale.index(start)).end; }
  return { start, end };
}
function nearestStart(dayNumber) {
  const index = scale.index(dayNumber), period = scale.at(index), next = scale.at(index + 1);
  return dayNumber - period.start > next.start - dayNumber ? next.start : period.start;
}
function nearestEnd(dayNumber) {
  const index = scale.index(dayNumber), period = scale.at(index), previous = scale.at(index - 1);
  return period.end - dayNumber > dayNumber - previous.end ? previous.end : period.end;
}

function edgeAt(bar, clientX) {
  const box = bar.querySelector(".g").getBoundingClientRect(), grip = Math.min(9, box.width / 3);
  return clientX - box.left < grip ? "start" : box.right - clientX < grip ? "end" : "both";
}

let drag = null;
document.addEventListener("pointermove", event => {
  if (drag) return dragging(event);
  const bar = event.target.closest?.(".bar");
  if (!bar || bar.hasAttribute("data-fixed") || event.pointerType === "touch") return;
  const isEnd = edgeAt(bar, event.clientX) !== "both";
  bar.classList.toggle("end", isEnd);
  bar.classList.toggle("grab", !isEnd);
});

document.addEventListener("pointerdown", event => {
  if (event.button !== 0) return;
  const bar = event.target.closest?.(".bar");
  const item = bar ? null : event.target.closest?.(".tray-item");
  if (!bar && (!item || event.target.closest("a.button"))) return;
  if (event.pointerType === "touch") whenRested(event, () => takeHold(event, bar, item), () => drag !== null);
  else takeHold(event, bar, item);
});
function takeHold(event, bar, item) {
  drag = { bar, item, x: event.clientX, y: event.clientY, scroll: chart.scrollLeft, edge: bar ? edgeAt(bar, event.clientX) : "both", from: bar ? span(bar) : null, release: hold() };
  if (event.pointerType === "touch") bar?.classList.add("dragged");
}
document.addEventListener("dragstart", event => { if (event.target.closest?.(".bar, .tray-item")) event.preventDefault(); });

function dragging(event) {
  if (!drag.started) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return;
    if ((drag.bar ?? drag.item).hasAttribute("data-fixed")) return refuse();
    drag.started = true;
    closeCard();
    document.documentElement.classList.add("dragging");
    getSelection()?.removeAllRanges();
    if (drag.bar) drag.bar.classList.add("dragged");
    if (drag.item) carry(drag.item);
    dropZone(true);
  }
  event.preventDefault();
  scrollAtEdges(event.clientX);
  drag.overTray = isOverTray(event);
  document.querySelectorAll(".drop, .tray").forEach(zone => zone.classList.toggle("over", drag.overTray && Boolean(drag.bar)));
  if (drag.bar) {
    const days = Math.round((event.clientX - drag.x + chart.scrollLeft - drag.scroll) / scale.day);
    drag.next = moved(drag.from, drag.edge, days, event.altKey);
    place(drag.bar, drag.next);
    tip(event, `${words(date(drag.next.start))} – ${words(date(drag.next.end))}`);
  } else {
    drag.carried.style.left = `${event.clientX + 10}px`;
    drag.carried.style.top = `${event.clientY + 6}px`;
    const box = chart.getBoundingClientRect();
    const isInside = !drag.overTray && event.clientX > box.left + scale.names && event.clientX < box.right && event.clientY > box.top && event.clientY < box.bottom;
    drag.next = isInside ? proposal(scale.dayAt(event.clientX)) : null;
    const name = drag.item.querySelector("a").textContent;
    drag.carried.textContent = drag.next ? `${name}: ${words(date(drag.next.start))} – ${words(date(drag.next.end))}` : name;
    ghost(drag.next, event);
  }
}

const notYours = "You may look at this one, but not move it. Ask its owner to share it with you.";
function refuse() {
  drag.release();
  drag = null;
  say(notYours, { bad: true });
  ignoreClick();
}

function finish(event, isCancelled) {
  const done = drag;
  drag = null;
  if (!done?.started) { done?.bar?.classList.remove("dragged"); return done?.release(); }
  document.documentElement.classList.remove("dragging");
  done.bar?.classList.remove("dragged", "end", "grab");
  done.carried?.remove();
  ghost(null);
  tip(null);
  dropZone(false);
  ignoreClick();
  // Until it is saved the page shows what was wanted: a reading from before would put the bar back for a moment.
  (isCancelled ? takeBack(done) : save(done)).finally(done.release);
}
async function takeBack({ bar, from }) {
  if (bar) place(bar, from);
}
async function save({ bar, item, from, next, overTray }) {
  if (bar && overTray) return park(bar.dataset.item);
  if (bar) return plan(bar, next ?? from, from);
  if (next) return planItem(item.dataset.item, next);
}
document.addEventListener("pointerup", event => finish(event, false));
document.addEventListener("pointercancel", event => finish(event, true));

async function park(item) {
  const answer = await post("/roadmap/plan", { item, parked: "yes" });
  if (answer.ok) say(answer.json.message, { undo: answer.json.undo });
}
async function planItem(item, next) {
  const answer = await post("/roadmap/plan", { item, start: date(next.start), end: date(next.end), parked: "no" });
  if (answer.ok) say(answer.json.message, { undo: answer.json.undo });
}

function isOverTray(event) {
  const zones = [...document.querySelectorAll(".drop, .tray")];
  return zones.some(zone => { const box = zone.getBoundingClientRect(); return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom; });
}
function dropZone(isShown) {
  document.querySelector(".drop")?.remove();
  document.querySelectorAll(".tray").forEach(tray => tray.classList.remove("over"));
  if (!isShown || !drag?.bar || document.querySelector(".tray")) return;
  const zone = document.createElement("div");
  zone.className = "drop";
  zone.textContent = "Drop here to park";
  document.getElementById("planner").append(zone);
}
function carry(item) {
  drag.carried = document.createElement("div");
  drag.carried.className = "carried";
  drag.carried.textContent = item.querySelector("a").textContent;
  document.body.append(drag.carried);
}
function tip(event, text) {
  let box = document.querySelector(".carried.tip");
  if (!event) return box?.remove();
  if (!box) { box = document.createElement("div"); box.className = "carried tip"; document.body.append(box); }
  box.textContent = text;
  box.style.left = `${event.clientX + 12}px`;
  box.style.top = `${event.clientY + 18}px`;
}
function scrollAtEdges(clientX) {
  const box = chart.getBoundingClientRect();
  if (clientX > box.right - 36 && clientX < box.right) chart.scrollLeft += 14;
  else if (clientX > box.left + scale.names && clientX < box.left + scale.names + 36) chart.scrollLeft -= 14;
}

/// Three months from the period of a day on, or one longer period: as the server proposes it.
export function proposal(dayNumber) {
  const first = scale.index(dayNumber), period = scale.at(first);
  return { start: period.start, end: scale.at(first + (period.end - period.start < 40 ? 2 : 0)).end };
}
function ghost(next, event) {
  document.querySelectorAll(".ghost").forEach(old => old.closest("svg").classList.contains("ghost-layer") ? old.closest("svg").remove() : old.remove());
  if (!next) return;
  const layer = svgElement("svg", { class: "arrows-overlay ghost-layer", width: 1, height: 1 });
  const top = event.clientY - rows.getBoundingClientRect().top - 13;
  layer.append(svgElement("rect", { class: "ghost", x: scale.names + scale.x(next.start), y: top, width: scale.x(next.end + 1) - scale.x(next.start), height: 26, rx: 6 }));
  rows.parentElement.append(layer);
}

// Keyboard: arrows move a bar by a period, with Shift its end, with Alt by a day; up and down go to the next bar.
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && drag) finish(event, true);
  const bar = event.target.closest?.(".bar");
  if (!bar) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const bars = [...rows.querySelectorAll(".bar")];
    const next = bars[bars.indexOf(bar) + (event.key === "ArrowUp" ? -1 : 1)];
    if (next) { event.preventDefault(); next.focus({ preventScroll: true }); reveal(next); }
    return;
  }
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  if (bar.hasAttribute("data-fixed")) return say(notYours, { bad: true });
  const step = event.key === "ArrowLeft" ? -1 : 1, from = span(bar), edge = event.shiftKey ? "end" : "both";
  const next = event.altKey ? moved(from, edge, step, true) : stepped(from, edge, step);
  queue(bar, from, next);
});
function stepped(from, edge, step) {
  if (from.start < scale.periods[0].start || from.end > scale.periods.at(-1).end) return moved(from, edge, step * 30, true);
  const end = scale.at(scale.index(from.end) + step).end;
  if (edge === "end") return { start: from.start, end: end < from.start ? from.end : end };
  return { start: scale.at(scale.index(from.start) + step).start, end };
}
// Several presses in a row are one change: it is sent when the keys rest.
let waiting = null;
function queue(bar, from, next) {
  if (waiting && waiting.bar !== bar) flush();
  waiting ??= { bar, from, release: hold() };
  clearTimeout(waiting.timer);
  place(bar, next);
  bar.dataset.start = date(next.start);
  bar.dataset.end = date(next.end);
  waiting.next = next;
  waiting.timer = setTimeout(flush, 350);
  reveal(bar);
}
function flush() {
  if (!waiting) return;
  const { bar, from, next, release, timer } = waiting;
  waiting = null;
  clearTimeout(timer);
  // Until it is saved the page shows what was wanted: a reading from before would put the bar back, under the next key.
  plan(bar, next, from).finally(release);
}
addEventListener("pagehide", flush);
