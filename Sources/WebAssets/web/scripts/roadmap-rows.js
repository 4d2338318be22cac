import { chart, read, rows, scale, svgElement } from "/assets/roadmap-scale.js";

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
export function drawArrows() {
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

// Rows whose bar lies out of sight say on which side; a click on the arrow goes there.
const sides = new Map();
export function point() {
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
export function measure() {
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
export function stickHeads() {
  for (const head of document.querySelectorAll("#rm-periods .head")) {
    const hidden = chart.scrollLeft - Number(head.getAttribute("x"));
    const text = head.querySelector("text");
    text.setAttribute("x", Math.max(9, Math.min(hidden + 9, Number(head.getAttribute("width")) - text.textContent.length * 7 - 12)));
  }
}

chart?.addEventListener("scroll", () => { stickHeads(); point(); }, { passive: true });
addEventListener("resize", () => { if (chart) measure(); });
