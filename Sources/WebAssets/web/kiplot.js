// Makes pages live. Everything works without it, but for drag and drop and formatted text.
"use strict";

const token = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

function say(words, isBad = false) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  toast.textContent = words;
  toast.className = isBad ? "shown bad" : "shown";
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.className = ""; }, isBad ? 9000 : 4000);
}

// The page again, as a document: no string of HTML is ever put into this one.
function fetchPage() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error("unreachable"));
    request.send();
  });
}

const isBusy = part => part.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");

// The innermost parts that hold what a person is typing are left alone; everything around them is brought up to date.
function replaceParts(fresh) {
  const parts = [...document.querySelectorAll("[data-part]")];
  for (const part of parts) {
    if (!part.isConnected) continue;
    const other = fresh.getElementById(part.id);
    if (!other) { if (!isBusy(part)) part.remove(); continue; }
    if (part.querySelector("[data-part]") && isBusy(part)) continue;
    if (isBusy(part)) continue;
    if (part.isEqualNode(other)) continue;
    const open = [...part.querySelectorAll("details")].map(d => d.open);
    const checked = new Set([...part.querySelectorAll("input[name=item]:checked")].map(i => i.value));
    const copy = document.importNode(other, true);
    part.replaceWith(copy);
    [...copy.querySelectorAll("details")].forEach((d, i) => { d.open = open[i] ?? d.open; });
    copy.querySelectorAll("input[name=item]").forEach(i => { i.checked = checked.has(i.value); });
    copy.classList.add("fresh");
    setTimeout(() => copy.classList.remove("fresh"), 1200);
  }
  const title = fresh.querySelector("title");
  if (title) document.title = title.textContent;
  const count = fresh.querySelector(".sidebar"), own = document.querySelector(".sidebar");
  if (count && own && !own.isEqualNode(count)) own.replaceWith(document.importNode(count, true));
}

let pending = null;
let again = false;
let dragged = null;
async function refresh() {
  // A card that is being dragged must stay the element that it is.
  if (pending || dragged) { again = true; return; }
  pending = fetchPage().then(fresh => { if (dragged) again = true; else replaceParts(fresh); }).catch(() => {});
  await pending;
  pending = null;
  if (again && !dragged) { again = false; setTimeout(refresh, 150); }
}

function listen() {
  const topics = (document.getElementById("main")?.dataset.live ?? "").split(" ").filter(Boolean);
  if (!topics.length || !token()) return;
  const source = new EventSource("/live");
  // Whatever happened before the connection stood is not told any more, so the page is looked at once.
  source.onopen = () => { refresh(); document.documentElement.dataset.connected = "yes"; };
  source.onerror = () => { document.documentElement.dataset.connected = "no"; };
  source.onmessage = event => {
    const touched = event.data.split(" ");
    const concerns = topic => (topic.endsWith("*") ? touched.some(other => other.startsWith(topic.slice(0, -1))) : touched.includes(topic));
    if (touched.includes("everything") || touched.includes("attention") || topics.some(concerns)) refresh();
  };
}

// Edits of one field go out one after the other, each from the version that the one before has made: whoever types faster than the
// page follows is not told that somebody else was there.
const queues = new Map();
const versions = new Map();
function send(form, submitter) {
  const data = new URLSearchParams(new FormData(form, submitter));
  const sending = (queues.get(form.action) ?? Promise.resolve()).then(() => {
    if (data.has("version")) data.set("version", Math.max(Number(data.get("version")), versions.get(form.action) ?? 0));
    return sendNow(form, submitter, data);
  });
  queues.set(form.action, sending);
  return sending;
}

async function sendNow(form, submitter, data) {
  const answer = await fetch(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.action, {
    method: "POST", body: data, headers: { "X-Requested-With": "kiplot" }, redirect: "manual",
  }).catch(() => null);
  if (!answer) { say("The server cannot be reached. Your change is not saved; try again.", true); return false; }
  if (answer.type === "opaqueredirect") { refresh(); return true; }
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    say([json.error?.message, json.error?.remedy].filter(Boolean).join(" ") || "That did not work.", true);
    document.activeElement?.blur?.();
    refresh();
    return false;
  }
  if (json.version) versions.set(form.action, json.version);
  say(json.message ?? "Saved");
  refresh();
  return true;
}

document.addEventListener("change", event => {
  const form = event.target.closest("form[data-auto]");
  if (!form || form.dataset.auto === "submit") return;
  if (form.method === "get") form.requestSubmit();
  else if (form.reportValidity()) {
    // The version of the field is the one that the page shows; the answer brings the next one.
    send(form);
  }
});

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (!form.hasAttribute("data-auto") || form.method === "get") return;
  event.preventDefault();
  collect(form);
  const button = event.submitter;
  if (button) button.disabled = true;
  send(form, button).finally(() => { if (button) button.disabled = false; });
});

document.addEventListener("change", event => {
  if (!event.target.matches("[data-all]")) return;
  event.target.closest("form").querySelectorAll(`input[name=${event.target.dataset.all}]`).forEach(i => { i.checked = event.target.checked; });
});

// Formatted text: what is shown is edited, and the server rebuilds it from its own tree.
function collect(form) {
  form.querySelectorAll("[data-rich]").forEach(rich => {
    rich.querySelector("input[name=value]").value = rich.querySelector("[contenteditable]").innerHTML;
  });
}
document.addEventListener("focusin", event => {
  if (event.target.matches("[contenteditable]")) event.target.dataset.before = event.target.innerHTML;
});
document.addEventListener("focusout", event => {
  const text = event.target;
  if (!text.matches?.("[contenteditable]") || text.dataset.before === text.innerHTML) return;
  if (event.relatedTarget?.closest("[data-rich]") === text.closest("[data-rich]") && event.relatedTarget) return;
  const form = text.closest("form[data-auto]");
  if (!form) return;
  collect(form);
  send(form);
});
document.addEventListener("mousedown", event => {
  const button = event.target.closest("[data-command]");
  if (!button) return;
  event.preventDefault();
  document.execCommand(button.dataset.command);
});

// The board: cards are dragged, or moved with the arrow keys while Alt is held.
async function move(card, column, before) {
  const board = card.closest("[data-board]");
  const data = new URLSearchParams({ item: card.dataset.item, stage: column.dataset.stage, _csrf: token() });
  const cards = [...column.querySelectorAll("[data-item]")].filter(c => c !== card);
  const index = before ? cards.indexOf(before) : cards.length;
  if (cards[index - 1]) data.set("after", cards[index - 1].dataset.item);
  if (cards[index]) data.set("before", cards[index].dataset.item);
  column.insertBefore(card, before ?? null);
  const answer = await fetch(board.dataset.board, { method: "POST", body: data, headers: { "X-Requested-With": "kiplot" } }).catch(() => null);
  if (!answer?.ok) {
    const json = answer ? await answer.json().catch(() => ({})) : {};
    say([json.error?.message, json.error?.remedy].filter(Boolean).join(" ") || "The card could not be moved.", true);
  }
  refresh();
}
document.addEventListener("dragstart", event => {
  dragged = event.target.closest?.("[data-item][draggable=true]") ?? null;
  if (dragged) { event.dataTransfer.setData("text/plain", dragged.dataset.item); event.dataTransfer.effectAllowed = "move"; }
});
document.addEventListener("dragend", () => { dragged = null; if (again) { again = false; refresh(); } });
document.addEventListener("dragover", event => { if (dragged && event.target.closest(".board .column")) event.preventDefault(); });
document.addEventListener("drop", event => {
  const column = event.target.closest(".board .column");
  if (!dragged || !column) return;
  event.preventDefault();
  const before = [...column.querySelectorAll("[data-item]")].find(c => c !== dragged && event.clientY < c.getBoundingClientRect().top + c.offsetHeight / 2);
  const card = dragged;
  dragged = null;
  move(card, column, before);
});
document.addEventListener("keydown", event => {
  const card = event.target.closest?.(".board [data-item][draggable=true]");
  if (!card || !event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  const columns = [...document.querySelectorAll(".board .column")];
  const column = columns[columns.indexOf(card.closest(".column")) + (event.key === "ArrowLeft" ? -1 : 1)];
  if (column) move(card, column, column.querySelector("[data-item]"));
});

document.documentElement.classList.add("scripted");
listen();
