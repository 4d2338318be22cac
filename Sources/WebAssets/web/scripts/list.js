// The lists: cells that are edited where they stand, a selection, and items that are added without leaving.
import { post, refresh, say, send } from "/assets/kiplot.js";

const frame = document.getElementById("list");
const bar = document.getElementById("selection");
const rows = () => [...document.querySelectorAll("#rows tr[data-item]")];

// The keyboard's place: one cell can be reached with Tab, the arrow keys go on from there.
let here = null;
const cellsOf = row => [...row.querySelectorAll("td[data-field], td.name, td[class^=c-]")];
const placeOf = cell => ({ item: cell.closest("tr").dataset.item, column: cellsOf(cell.closest("tr")).indexOf(cell) });
function cellAt(place) {
  const row = place && document.getElementById(`row-${place.item}`);
  return row ? cellsOf(row)[place.column] ?? null : null;
}
function enter(cell) {
  if (!cell) return;
  document.querySelectorAll("#rows td[tabindex='0']").forEach(other => { other.tabIndex = -1; });
  cell.tabIndex = 0;
  cell.classList.add("here");
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  here = placeOf(cell);
}
function makeReachable() {
  if (document.querySelector("#rows td[tabindex='0']")) return;
  const first = cellAt(here) ?? document.querySelector("#rows tr[data-item] td.name");
  if (first) first.tabIndex = 0;
}

// A cell that is edited: its form comes from the server with the newest value and version.
let editing = null;
const saving = new Map();

function fetchForm(item, field) {
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open("GET", `/items/${item}/cell/${field}`);
    request.responseType = "document";
    request.onload = () => resolve(request.response);
    request.onerror = () => resolve(null);
    request.send();
  });
}

async function edit(cell) {
  const item = cell.closest("tr")?.dataset.item, field = cell.dataset.field;
  if (!item || !field || cell === editing?.cell) return;
  if (editing) await close(true);
  if (editing) return;
  const place = placeOf(cell);
  await saving.get(`${item} ${field}`);
  const answer = await fetchForm(item, field);
  cell = cellAt(place);
  if (!cell || editing) return;
  const form = answer?.querySelector("form.cell");
  if (!form) {
    say(answer?.querySelector("#locked")?.textContent ?? "This value cannot be edited now. Reload the page and try again.", { bad: true });
    return;
  }
  const own = document.importNode(form, true);
  editing = { cell, form: own, place, before: [...cell.childNodes], data: String(new URLSearchParams(new FormData(own))) };
  cell.classList.add("editing");
  cell.replaceChildren(own);
  const control = own.querySelector("input:not([type=hidden]), select, textarea");
  control.focus();
  control.select?.();
  if (control.matches("select:not([multiple])")) try { control.showPicker(); } catch { /* the arrow keys choose as well */ }
}

function restore(children) {
  const { cell } = editing;
  // First of all: the control loses the focus when it goes, and that must not save.
  editing = null;
  cell.classList.remove("editing");
  cell.replaceChildren(...children);
}

// What the value will look like, until the page has followed.
function preview(form) {
  const control = form.querySelector("[name=value]");
  if (control.type === "checkbox") return control.checked ? "yes" : "";
  if (control.tagName === "SELECT") return [...control.selectedOptions].filter(option => option.value).map(option => option.textContent).join(", ");
  return control.type === "date" && control.valueAsDate ? control.valueAsDate.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }) : control.value;
}

/// Ends the editing of a cell. What is refused stays open, with the reason below it.
function close(saves, options) {
  const present = editing;
  if (!present || present.closing) return present?.closing;
  present.closing = finish(saves, options).finally(() => { present.closing = null; });
  return present.closing;
}

async function finish(saves, { keepsFocus = false } = {}) {
  const { cell, form, place, before, data } = editing;
  if (!saves || String(new URLSearchParams(new FormData(form))) === data) {
    restore(before);
    if (keepsFocus) enter(cell);
    refresh();
    return;
  }
  if (!form.reportValidity()) return;
  const key = `${place.item} ${cell.dataset.field}`;
  const sent = save(form, cell);
  saving.set(key, sent);
  const refusal = await sent;
  saving.delete(key);
  if (editing?.form !== form) return;
  if (refusal) { explain(refusal); return; }
  const words = preview(form);
  const link = cell.matches(".name") ? before.find(node => node.nodeName === "A") : null;
  if (link) link.textContent = words;
  restore(link ? before : [words]);
  if (keepsFocus || document.activeElement === document.body) enter(cellAt(place) ?? cell);
  refresh();
}

async function save(form, cell) {
  const answer = await fetch(form.action, {
    method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Requested-With": "kiplot" }, redirect: "manual",
  }).catch(() => null);
  if (!answer) return "The server cannot be reached. Your change is not saved; try again.";
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) return [json.error?.message, json.error?.remedy].filter(Boolean).join(" ") || "That did not work.";
  const label = document.querySelector(`table.rows th.c-${CSS.escape(cell.dataset.field.replaceAll(".", "-"))}`)?.textContent ?? "Value";
  say(`${label} saved`, { undo: json.undo });
  return null;
}

function explain(words) {
  const { cell, form } = editing;
  cell.querySelector(".why")?.remove();
  const why = document.createElement("p");
  why.className = "why";
  why.id = "why";
  why.setAttribute("role", "alert");
  why.textContent = words;
  cell.append(why);
  const control = form.querySelector("[name=value]");
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", "why");
  control.focus();
}

document.addEventListener("click", event => {
  const cell = event.target.closest?.("#rows td");
  if (!cell || event.target.closest("a, input, select, label, button, form, .why") || String(getSelection())) return;
  enter(cell);
  if (cell.dataset.field) edit(cell);
});
document.addEventListener("submit", event => {
  if (!event.target.matches("#rows form.cell")) return;
  event.preventDefault();
  close(true, { keepsFocus: true });
});
document.addEventListener("change", event => {
  if (editing?.form.contains(event.target) && event.target.matches("select:not([multiple]), input[type=checkbox]")) close(true, { keepsFocus: true });
});
document.addEventListener("focusout", event => {
  if (!editing?.form.contains(event.target) || editing.cell.contains(event.relatedTarget)) return;
  // The window itself may have lost the focus: then nobody has left the cell.
  if (document.hasFocus()) close(true);
});

const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", event => {
  if (editing && event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(false, { keepsFocus: true }); return; }
  if (editing && event.key === "Tab") { tabOn(event); return; }
  const isTyping = event.target.matches?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (event.key === "n" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const name = document.querySelector("#creation input[name=name]");
    if (name) { event.preventDefault(); name.focus(); }
    return;
  }
  if (event.key === "Escape" && bar?.classList.contains("active") && !isTyping && !document.querySelector("details.popover[open]")) { select([]); return; }
  const cell = event.target.closest?.("#rows td");
  if (!cell || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (cell !== event.target) return;
  if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    if (event.shiftKey) cell.closest("tr").querySelector("td.name a")?.click();
    else if (cell.dataset.field) edit(cell);
    return;
  }
  if (event.key === " ") {
    const box = cell.closest("tr").querySelector("input[name=item]");
    if (box) { event.preventDefault(); box.click(); }
    return;
  }
  const cells = cellsOf(cell.closest("tr"));
  if (event.key === "Home" || event.key === "End") { event.preventDefault(); enter(event.key === "Home" ? cells[0] : cells.at(-1)); return; }
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const all = rows();
  const row = all[all.indexOf(cell.closest("tr")) + step[0]];
  if (row) enter(cellsOf(row)[cells.indexOf(cell) + step[1]]);
});

// Tab saves, and goes on to the next cell of the line.
async function tabOn(event) {
  event.preventDefault();
  const { place } = editing, step = event.shiftKey ? -1 : 1;
  await close(true, { keepsFocus: true });
  if (!editing) enter(cellAt({ item: place.item, column: place.column + step }) ?? cellAt(place));
}

// The selection: single lines, a range with Shift, the page, or everything that fits the filter.
const boxes = () => [...document.querySelectorAll("#rows input[name=item]")];
let last = null;
function select(items) {
  boxes().forEach(box => { box.checked = items.includes(box.value); });
  bar.elements.everything.value = "";
  count();
}
function count() {
  if (!bar) return;
  const all = boxes(), chosen = all.filter(box => box.checked);
  const total = Number(document.getElementById("selected").dataset.total);
  const page = document.getElementById("select-page");
  if (chosen.length < all.length) bar.elements.everything.value = "";
  const isEverything = bar.elements.everything.value === "yes";
  bar.classList.toggle("active", chosen.length > 0);
  document.getElementById("selected").textContent = chosen.length ? `${isEverything ? `All ${total.toLocaleString("en")}` : chosen.length} selected` : "";
  document.getElementById("select-everything").hidden = isEverything || chosen.length < all.length || total <= all.length;
  if (page) {
    page.checked = chosen.length > 0 && chosen.length === all.length;
    page.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
}
document.addEventListener("click", event => {
  const box = event.target;
  if (!box.matches?.("#rows input[name=item]")) return;
  const all = boxes();
  const from = all.findIndex(other => other.value === last), to = all.indexOf(box);
  if (event.shiftKey && from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(other => { other.checked = box.checked; });
  last = box.value;
  count();
});
document.getElementById("select-page")?.addEventListener("change", event => select(event.target.checked ? boxes().map(box => box.value) : []));
document.getElementById("select-everything")?.addEventListener("click", () => { bar.elements.everything.value = "yes"; count(); });
document.getElementById("clear-selection")?.addEventListener("click", () => select([]));
bar?.addEventListener("submit", async event => {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  bar.querySelectorAll("details[open]").forEach(menu => { menu.open = false; });
  if (await send(bar, event.submitter) && event.submitter.name === "do") select([]);
});

// Adding: Enter adds and stays, the button and Shift+Enter open what was made.
const creation = document.getElementById("creation");
let opens = false;
creation?.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  if (!creation.reportValidity()) return;
  if (event.shiftKey) { opens = true; creation.requestSubmit(); } else add();
});
async function add() {
  const name = creation.elements.name, values = Object.fromEntries(new FormData(creation));
  name.value = "";
  const { ok, json } = await post(creation.getAttribute("action"), values);
  if (!ok) { name.value ||= values.name; return; }
  const address = new URL(location.href);
  address.searchParams.append("new", json.id);
  history.replaceState(null, "", address);
  say(json.message, { undo: json.undo });
  frame.scrollTop = 0;
  refresh();
}

// Columns are put in order here, and kept by the button below them.
document.addEventListener("click", event => {
  const button = event.target.closest?.(".columns-menu button[name=earlier], .columns-menu button[name=later]");
  if (!button) return;
  event.preventDefault();
  const line = button.closest("li");
  if (button.name === "earlier") line.previousElementSibling?.before(line); else line.nextElementSibling?.after(line);
  button.focus();
});

// After the page has followed: the focus is where it was, and what changed lights up for a moment.
let versions = new Map(rows().map(row => [row.id, row.dataset.version]));
document.addEventListener("kiplot:refreshed", () => {
  for (const row of rows()) if (versions.has(row.id) && versions.get(row.id) !== row.dataset.version) row.classList.add("fresh");
  versions = new Map(rows().map(row => [row.id, row.dataset.version]));
  const total = document.querySelector("#list-foot .total")?.textContent.replace(/\D/g, "");
  if (bar && total) document.getElementById("selected").dataset.total = total;
  makeReachable();
  if (here && document.activeElement === document.body) { const cell = cellAt(here); if (cell && !editing) { cell.tabIndex = 0; cell.classList.add("here"); cell.focus({ preventScroll: true }); } }
  count();
});
document.addEventListener("focusin", event => {
  const cell = event.target.closest?.("#rows td");
  here = cell && cell === event.target ? placeOf(cell) : editing ? here : null;
});
makeReachable();
count();
