import { hold, post, refresh, say } from "/assets/kiplot.js";

// The roadmap: bars are dragged, resized and moved with the keyboard; rows open; what is unplanned is dragged in. Everything here can
// also be done with the page behind “⋯”, without a script.

const chart = document.getElementById("chart");
const rows = document.getElementById("rows");
const day = 86_400_000;
const number = date => Math.round(Date.parse(`${date}T00:00:00Z`) / day);
const date = number => new Date(number * day).toISOString().slice(0, 10);
const words = text => new Date(`${text}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const svgElement = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

// The scale, as the server has drawn it.
const scale = {
  get origin() { return Number(chart.dataset.origin); },
  get day() { return Number(chart.dataset.day); },
  get names() { return rows.parentElement.querySelector(".grid-lines").getBoundingClientRect().left - rows.getBoundingClientRect().left; },
  x(dayNumber) { return (dayNumber - this.origin) * this.day; },
  dayAt(clientX) { return Math.floor((clientX - document.getElementById("rm-grid").getBoundingClientRect().left) / this.day) + this.origin; },
  read() { this.periods = [...document.querySelectorAll("#rm-periods .period")].map(p => ({ start: number(p.dataset.start), end: number(p.dataset.end) })); },
  /// The period of a day; those beyond the edge of the drawing count as the last one there.
  index(dayNumber) {
    let low = 0, high = this.periods.length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (this.periods[middle].start <= dayNumber) low = middle; else high = middle - 1; }
    return low;
  },
  at(index) { return this.periods[Math.min(Math.max(index, 0), this.periods.length - 1)]; },
};

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
  if (isExact) {
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
  if (event.button !== 0 || event.pointerType === "touch") return;
  const bar = event.target.closest?.(".bar");
  const item = bar ? null : event.target.closest?.(".tray-item");
  if (!bar && (!item || event.target.closest("a.button"))) return;
  if ((bar ?? item).hasAttribute("data-fixed")) return;
  drag = { bar, item, x: event.clientX, y: event.clientY, scroll: chart.scrollLeft, edge: bar ? edgeAt(bar, event.clientX) : "both", from: bar ? span(bar) : null, release: hold() };
});
document.addEventListener("dragstart", event => { if (event.target.closest?.(".bar, .tray-item")) event.preventDefault(); });

function dragging(event) {
  if (!drag.started) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return;
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
    ghost(drag.next, event);
  }
}

function finish(event, isCancelled) {
  const done = drag;
  drag = null;
  if (!done?.started) return done?.release();
  document.documentElement.classList.remove("dragging");
  done.bar?.classList.remove("dragged", "end", "grab");
  done.carried?.remove();
  ghost(null);
  tip(null);
  dropZone(false);
  suppressClick();
  done.release();
  if (isCancelled) { if (done.bar) place(done.bar, done.from); return refresh(); }
  if (done.bar && done.overTray) return park(done.bar.dataset.item);
  if (done.bar) return plan(done.bar, done.next ?? done.from, done.from);
  if (done.next) return planItem(done.item.dataset.item, done.next);
}
document.addEventListener("pointerup", event => finish(event, false));
document.addEventListener("pointercancel", event => finish(event, true));

/// A drag ends with a click on what lies below: that one does not count.
function suppressClick() {
  const stop = event => { event.preventDefault(); event.stopPropagation(); };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 60);
}

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
function proposal(dayNumber) {
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
  tip(event, `${words(date(next.start))} – ${words(date(next.end))}`);
}

// Keyboard: arrows move a bar by a period, with Shift its end, with Alt by a day; up and down go to the next bar.
document.addEventListener("keydown", event => {
  if (event.key === "Escape") { if (drag) finish(event, true); closeCard(true); }
  const isTyping = document.activeElement?.matches("input, select, textarea, [contenteditable]");
  if (event.key === "n" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) { if (toNew()) event.preventDefault(); return; }
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
  if (bar.hasAttribute("data-fixed")) return say("You may look at this one, but not move it. Ask its owner to share it with you.", { bad: true });
  const step = event.key === "ArrowLeft" ? -1 : 1, from = span(bar), edge = event.shiftKey ? "end" : "both";
  const next = event.altKey ? moved(from, edge, step, true) : stepped(from, edge, step);
  queue(bar, from, next);
});
function stepped(from, edge, step) {
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
  release();
  plan(bar, next, from);
}
addEventListener("pagehide", flush);

/// Scrolls no further than needed; names stay at the left by themselves.
function reveal(target) {
  const frame = chart.getBoundingClientRect(), row = target.closest(".row").getBoundingClientRect(), top = frame.top + 56;
  if (row.top < top) chart.scrollTop -= top - row.top;
  else if (row.bottom > frame.bottom - 16) chart.scrollTop += row.bottom - frame.bottom + 16;
  const box = target.querySelector(".g")?.getBoundingClientRect(), left = frame.left + scale.names;
  if (box && (box.left < left || box.left > frame.right - 60)) chart.scrollLeft += box.left - left - 60;
}

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

// Rows open and close; the address remembers it.
document.addEventListener("click", async event => {
  const fold = event.target.closest?.(".fold");
  if (!fold || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const row = fold.closest(".row"), isOpen = fold.getAttribute("aria-expanded") === "true", id = row.id.slice(1);
  fold.setAttribute("aria-expanded", String(!isOpen));
  const address = new URL(location.href);
  const opened = (address.searchParams.get("expand") ?? "").split(",").filter(other => other && other !== id);
  if (!isOpen) opened.push(id);
  if (opened.length) address.searchParams.set("expand", opened.join(",")); else address.searchParams.delete("expand");
  history.replaceState(null, "", address.href.replaceAll("%2C", ","));
  let next = row.nextElementSibling;
  while (next?.matches(".outcome")) { const old = next; next = next.nextElementSibling; old.remove(); }
  if (!isOpen) {
    const path = new URL("/roadmap/rows", location.href);
    for (const [name, value] of address.searchParams) path.searchParams.append(name, value);
    for (const [name, value] of Object.entries({ of: id, origin: chart.dataset.origin, width: chart.dataset.width })) path.searchParams.set(name, value);
    const fresh = await read(path.href);
    if (fresh && fold.getAttribute("aria-expanded") === "true") row.after(...[...fresh.querySelectorAll(".rows > li")].map(other => document.importNode(other, true)).filter(other => !document.getElementById(other.id)));
  }
  relink();
  measure();
  drawArrows();
});
/// The links of all rows say what the address says now, as the server would write them.
function relink() {
  const address = new URL(location.href);
  const opened = (address.searchParams.get("expand") ?? "").split(",").filter(Boolean);
  for (const fold of rows.querySelectorAll(".fold")) {
    const id = fold.closest(".row").id.slice(1);
    const target = new URL(fold.href);
    const list = opened.includes(id) ? opened.filter(other => other !== id) : [...opened, id];
    if (list.length) target.searchParams.set("expand", list.join(",")); else target.searchParams.delete("expand");
    fold.setAttribute("href", target.pathname + target.search);
  }
  for (const link of document.querySelectorAll(".page-head a[href^='/roadmap'], .side-slot a[href^='/roadmap?']")) {
    const target = new URL(link.href);
    if (opened.length) target.searchParams.set("expand", opened.join(",")); else target.searchParams.delete("expand");
    link.setAttribute("href", target.pathname + target.search);
  }
  const filters = document.querySelector("form.filters");
  let field = filters?.querySelector("input[name=expand]");
  if (filters && !field) { field = document.createElement("input"); field.type = "hidden"; field.name = "expand"; filters.prepend(field); }
  if (field) { field.value = opened.join(","); field.disabled = !opened.length; }
}
function read(path) {
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open("GET", path);
    request.responseType = "document";
    request.onload = () => resolve(request.status === 200 ? request.response : null);
    request.onerror = () => resolve(null);
    request.send();
  });
}

// What changed somewhere else: only rows that differ are replaced, so that place, focus and open rows stay.
document.addEventListener("kiplot:fresh", event => merge(event.detail));
function merge(fresh) {
  const other = fresh.getElementById("chart"), list = fresh.getElementById("rows");
  if (!other || !list) return;
  const focus = remember();
  const before = { day: scale.origin + chart.scrollLeft / scale.day, top: chart.scrollTop };
  const isShifted = chart.dataset.origin !== other.dataset.origin || chart.dataset.day !== other.dataset.day;
  for (const name of ["origin", "width", "day", "today", "sheets"]) chart.dataset[name] = other.dataset[name];
  for (const id of ["rm-periods", "rm-grid"]) {
    const old = document.getElementById(id), next = fresh.getElementById(id);
    old?.querySelectorAll(".head > text").forEach(text => text.setAttribute("x", "9"));
    if (old && next && !old.isEqualNode(next)) old.replaceWith(document.importNode(next, true));
  }
  scale.read();
  document.getElementById("planner").className = fresh.getElementById("planner").className;
  const kept = new Set();
  let cursor = rows.firstElementChild;
  for (const next of [...list.children]) {
    kept.add(next.id);
    let old = document.getElementById(next.id);
    if (old && old.parentElement !== rows) old = null;
    old?.classList.remove("off-left", "off-right");
    const isTyped = old?.id === "rm-new" && old.contains(document.activeElement);
    const isSame = old && (isTyped || old.isEqualNode(next));
    const placed = isSame ? old : document.importNode(next, true);
    if (old && !isSame) {
      if (cursor === old) cursor = old.nextElementSibling;
      replaceRow(old, placed, isShifted);
    }
    if (placed === cursor) cursor = cursor.nextElementSibling;
    else rows.insertBefore(placed, cursor);
  }
  for (const old of [...rows.children]) if (!kept.has(old.id)) old.remove();
  if (isShifted) chart.scrollLeft = (before.day - scale.origin) * scale.day;
  chart.scrollTop = before.top;
  stickHeads();
  measure();
  restore(focus);
}
// The list of dependencies has been replaced by then.
document.addEventListener("kiplot:refreshed", drawArrows);
function replaceRow(old, next, isShifted) {
  const from = old.querySelector(".bar .b"), to = next.querySelector(".bar .b");
  old.replaceWith(next);
  next.classList.add("changed");
  setTimeout(() => { next.classList.remove("changed"); if (!next.classList.length) next.removeAttribute("class"); }, 1400);
  if (!from || !to || isShifted) return;
  // The bar glides from where it was.
  const target = { x: to.getAttribute("x"), width: to.getAttribute("width") };
  to.setAttribute("x", from.getAttribute("x"));
  to.setAttribute("width", from.getAttribute("width"));
  to.getBoundingClientRect();
  to.setAttribute("x", target.x);
  to.setAttribute("width", target.width);
}
function remember() {
  const active = document.activeElement, row = active?.closest?.("#rows > li");
  return row ? { id: row.id, kind: ["bar", "fold", "title", "more"].find(kind => active.classList.contains(kind)) } : null;
}
function restore(focus) {
  if (!focus?.kind || document.activeElement?.isConnected && document.activeElement !== document.body) return;
  document.getElementById(focus.id)?.querySelector(`.${focus.kind}`)?.focus({ preventScroll: true });
}

// Dependencies, from the list below the drawing. An outcome whose row is closed is its initiative.
function drawArrows() {
  if (!rows) return;
  rows.parentElement.querySelector(".arrows-overlay:not(.ghost-layer)")?.remove();
  const list = document.querySelectorAll("#arrows [data-from]");
  if (!list.length) return;
  const layer = svgElement("svg", { class: "arrows-overlay", width: 1, height: 1, "aria-hidden": "true" });
  const anchor = (id, parent) => {
    const row = document.getElementById(`r${id}`) ?? document.getElementById(`r${parent}`);
    const bar = row?.querySelector(".bar");
    if (!bar) return null;
    const box = bar.querySelector(".b"), track = row.querySelector(".track");
    const top = row.offsetTop + (row.clientHeight - track.clientHeight) + track.clientHeight / 2;
    const left = scale.names + Number(box.getAttribute("x"));
    return { id: row.id, left, right: left + Number(box.getAttribute("width")), y: top };
  };
  for (const line of list) {
    const from = anchor(line.dataset.from, line.dataset.fromParent), to = anchor(line.dataset.to, line.dataset.toParent);
    if (!from || !to || from.id === to.id) continue;
    const reach = Math.min(60, Math.max(24, Math.abs(to.left - from.right) / 2)), x = to.left - 2;
    const path = `M${from.right} ${from.y}C${from.right + reach} ${from.y} ${x - reach} ${to.y} ${x} ${to.y}M${x - 7} ${to.y - 4.5}L${x} ${to.y}L${x - 7} ${to.y + 4.5}`;
    layer.append(svgElement("path", { d: path, class: line.className, "data-arrow": `${line.dataset.from}-${line.dataset.to}` }));
  }
  rows.before(layer);
}

// The card: facts while the mouse rests on a bar or the focus is there; with all that can be done after “⋯”.

let card = null;
let peeking = null;
function closeCard(returnsFocus = false) {
  clearTimeout(peeking);
  if (!card) return;
  const { box, opener, isPeek } = card;
  card = null;
  box.remove();
  if (returnsFocus && !isPeek) opener?.focus?.({ preventScroll: true });
}
/// The page has a title already: that of a card is one below it.
function cardTitle(title) {
  const other = document.createElement("h2");
  other.className = "card-title";
  other.append(...title.childNodes);
  return other;
}
async function openCard(path, opener, isPeek) {
  const fresh = await read(path);
  const content = fresh?.getElementById("plan-card");
  if (!content || (isPeek && (drag?.started || (card && !card.isPeek)))) return;
  closeCard();
  const box = document.createElement("div");
  box.className = isPeek ? "floating peek" : "floating";
  const copy = document.importNode(content, true);
  if (isPeek) { copy.removeAttribute("id"); copy.removeAttribute("data-part"); copy.querySelectorAll(".plan-forms").forEach(part => part.remove()); box.setAttribute("aria-hidden", "true"); copy.querySelectorAll("a").forEach(link => link.setAttribute("tabindex", "-1")); }
  else {
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", copy.querySelector("h1")?.textContent ?? "Plan");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "quiet square close";
    close.setAttribute("aria-label", "Close");
    close.textContent = "✕";
    close.addEventListener("click", () => closeCard(true));
    box.append(close);
    copy.removeAttribute("data-part");
  }
  const title = copy.querySelector("h1");
  if (title) title.replaceWith(cardTitle(title));
  box.append(copy);
  document.body.append(box);
  card = { box, opener, isPeek, path };
  placeCard();
  if (!isPeek) (box.querySelector("input[type=date]") ?? box.querySelector("button, a"))?.focus({ preventScroll: true });
}
/// Below its opener, or above it where there is no room below.
function placeCard() {
  const { box, opener } = card;
  if (!opener.isConnected) { box.style.top = `${Math.max(8, Math.min(box.offsetTop, innerHeight - box.offsetHeight - 8))}px`; return; }
  const target = (opener.querySelector?.(".g") ?? opener).getBoundingClientRect(), size = box.getBoundingClientRect();
  const left = Math.min(Math.max(12, Math.max(target.left, chart.getBoundingClientRect().left)), innerWidth - size.width - 12);
  const below = target.bottom + 8, above = target.top - size.height - 8;
  const top = below + size.height < innerHeight - 8 ? below : above > 8 ? above : Math.max(8, innerHeight - size.height - 8);
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}
const peek = (bar, delay) => { clearTimeout(peeking); peeking = setTimeout(() => { if (bar.isConnected) openCard(`/roadmap/items/${bar.dataset.item}`, bar, true); }, delay); };
document.addEventListener("pointerover", event => {
  if (drag || event.pointerType === "touch") return;
  const bar = event.target.closest?.(".bar");
  if (bar && card?.opener !== bar) peek(bar, 260);
  else if (!bar && card?.isPeek) closeCard();
  else if (!bar) clearTimeout(peeking);
});
document.addEventListener("focusin", event => {
  const bar = event.target.closest?.(".bar");
  if (bar?.matches(":focus-visible")) { reveal(bar); peek(bar, 400); }
  else if (card?.isPeek) closeCard();
});
document.addEventListener("click", event => {
  const more = event.target.closest?.(".chart .more, .tray-item .plan, #arrows a, .floating .found a");
  if (more && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); openCard(more.getAttribute("href"), more, false); return; }
  if (card && !card.box.contains(event.target)) closeCard();
});
chart?.addEventListener("scroll", () => {
  if (card?.isPeek) closeCard();
  stickHeads();
  point();
}, { passive: true });
addEventListener("resize", () => { if (chart) measure(); });
// What was done in the card shows in it, and its dates, too.
document.addEventListener("kiplot:refreshed", async () => {
  if (!card || card.isPeek) return;
  const open = card, fresh = await read(open.path), content = fresh?.getElementById("plan-card");
  if (card !== open || !content || open.box.contains(document.activeElement) && document.activeElement.matches("input")) return;
  const copy = document.importNode(content, true);
  copy.removeAttribute("data-part");
  open.box.querySelector(".plan-card").replaceWith(copy);
  const title = copy.querySelector("h1");
  if (title) title.replaceWith(cardTitle(title));
  placeCard();
});

// Where the reader was: the day in the middle survives a reload and another zoom.
function toToday(behavior = "auto") {
  const visible = chart.clientWidth - scale.names;
  chart.scrollTo({ left: Math.max(0, Number(chart.dataset.today) - visible * 0.28), behavior });
}
const middle = () => scale.origin + (chart.scrollLeft + (chart.clientWidth - scale.names) / 2) / scale.day;
// Rows whose bar lies out of sight say on which side; a click on the arrow goes there.
const sides = new Map();
function point() {
  const left = chart.scrollLeft, right = left + chart.clientWidth - names;
  for (const [row, bar] of spans) {
    const side = bar.right < left + 4 ? "off-left" : bar.left > right - 4 ? "off-right" : "";
    if (sides.get(row.id) === side && (!side || row.classList.contains(side))) continue;
    row.classList.remove("off-left", "off-right");
    if (side) row.classList.add(side);
    sides.set(row.id, side);
  }
}
let spans = [];
let names = 0;
function measure() {
  names = scale.names;
  spans = [...rows.querySelectorAll(".bar .b")].map(box => [box.closest(".row"), { left: Number(box.getAttribute("x")), right: Number(box.getAttribute("x")) + Number(box.getAttribute("width")) }]);
  point();
}
document.addEventListener("click", event => {
  const name = event.target.closest?.(".row.off-left > .name, .row.off-right > .name");
  if (!name || event.target !== name || event.clientX < name.getBoundingClientRect().right && names > 0) return;
  const box = name.parentElement.querySelector(".bar .b");
  chart.scrollTo({ left: Number(box.getAttribute("x")) - 60, behavior: "smooth" });
});

/// The name of a year or a group stays in sight while any of it is.
function stickHeads() {
  for (const head of document.querySelectorAll("#rm-periods .head")) {
    const hidden = chart.scrollLeft - Number(head.getAttribute("x"));
    const text = head.querySelector("text");
    text.setAttribute("x", Math.max(9, Math.min(hidden + 9, Number(head.getAttribute("width")) - text.textContent.length * 7 - 12)));
  }
}
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
