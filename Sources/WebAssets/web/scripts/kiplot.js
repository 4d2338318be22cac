// Makes pages live. Everything works without it, but for drag and drop and formatted text.

export const token = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

// What takes the last change back: paths to post to, and whether it is more than that.
let undoing = { paths: [], isChoice: false };

/// Tells something in a corner. `undo` offers to take it back: one path to post to, or several; `undoWords` says what that does.
export function say(words, { bad = false, undo = [], undoWords = "Undo" } = {}) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  const text = document.createElement("span");
  text.textContent = words;
  toast.replaceChildren(text);
  undo = [undo].flat().filter(Boolean);
  if (undo.length) {
    undoing = { paths: undo, isChoice: undoWords !== "Undo" };
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = undoWords;
    button.addEventListener("click", takeBack);
    toast.append(button);
  }
  toast.className = bad ? "shown bad" : "shown";
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.className = ""; }, bad || undo.length ? 9000 : 4000);
}

async function takeBack() {
  const { paths, isChoice } = undoing;
  undoing = { paths: [], isChoice };
  let answer = null;
  for (const path of paths) {
    answer = await post(path);
    if (!answer.ok) return;
  }
  if (answer) say(isChoice ? answer.json.message : "Taken back");
}

// Changes of this person that are on their way, and how many there ever were.
let underway = 0;
let changes = 0;
/// Sends a change, and tells when the server cannot be reached: the answer is `null` then.
async function change(path, data) {
  underway += 1;
  changes += 1;
  try {
    return await fetch(path, {
      method: "POST", body: data, headers: { "X-Requested-With": "kiplot" }, redirect: "manual",
      // What was done last arrives even when the page is left in the same moment; browsers promise that up to 64 kB.
      keepalive: data.toString().length < 60_000,
    });
  } catch {
    say("The server cannot be reached. Your change is not saved; try again.", { bad: true });
    return null;
  } finally {
    underway -= 1;
  }
}

/// Posts values to a path of ours, tells what goes wrong, and brings the page up to date. Returns `{ ok, json }`.
export async function post(path, values = {}) {
  const data = new URLSearchParams(values);
  data.set("_csrf", token());
  const answer = await change(path, data);
  if (!answer) return { ok: false, json: {} };
  const json = await answer.json().catch(() => ({}));
  const ok = answer.ok || answer.type === "opaqueredirect";
  if (!ok) say([json.error?.message, json.error?.remedy].filter(Boolean).join(" ") || "That did not work.", { bad: true });
  refresh();
  return { ok, json };
}

// Moments in the reader's own zone and words. Days without a time are days everywhere, and are never touched.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
function localise(root) {
  const today = day.format(new Date());
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!time.dateTime.includes("T") || Number.isNaN(moment.getTime())) continue;
    const date = day.format(moment);
    time.textContent = `${date === today ? "Today" : date} ${clock.format(moment)}`;
    time.title = full.format(moment);
  }
}

// In a page that is read without being shown, what stands in for scripts is part of it: controls that would be sent along.
function withoutFallbacks(root) {
  root.querySelectorAll("noscript").forEach(part => part.remove());
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

const isBusy = part => part.querySelector("[data-unsaved]") || (part.contains(document.activeElement)
  && !document.activeElement.isSettled && (document.activeElement.matches("input:not([type=checkbox]), select, textarea, [contenteditable]") || document.activeElement.closest("[data-rich]")));

// The innermost parts that hold what a person is typing are left alone; everything around them is brought up to date.
function replaceParts(fresh) {
  localise(fresh);
  withoutFallbacks(fresh);
  // A screen that keeps its place better than by parts takes what it needs from the fresh page itself.
  document.dispatchEvent(new CustomEvent("kiplot:fresh", { detail: fresh }));
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
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.replaceWith(copy);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
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
let holds = 0;
/// Brings every part of the page up to date, without losing the reader's place.
export async function refresh() {
  if (pending || holds || underway) { again = true; return; }
  const before = changes;
  // A page that was asked for before this person changed something shows what was before it: what they moved would jump back.
  pending = fetchPage().then(fresh => { if (holds || changes !== before) again = true; else replaceParts(fresh); }).catch(() => {});
  await pending;
  pending = null;
  document.dispatchEvent(new Event("kiplot:refreshed"));
  if (again && !holds) { again = false; setTimeout(refresh, 150); }
}

/// While something is dragged it must stay the element that it is: nothing is replaced until the returned function is called.
export function hold() {
  let isHeld = true;
  holds += 1;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holds -= 1;
    if (!holds && again) { again = false; refresh(); }
  };
}

// What a person presses must still be there when they let go: an element that is replaced meanwhile gets no click.
addEventListener("pointerdown", () => {
  const release = hold(), over = new AbortController();
  const end = () => { over.abort(); setTimeout(release); };
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, end, { capture: true, signal: over.signal });
  addEventListener("blur", end, { signal: over.signal });
}, true);

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
export function send(form, submitter) {
  const data = new URLSearchParams(new FormData(form, submitter));
  const sending = (queues.get(form.action) ?? Promise.resolve()).then(() => {
    if (data.has("version")) data.set("version", Math.max(Number(data.get("version")), versions.get(form.action) ?? 0));
    return sendNow(form, submitter, data);
  }).then(isSaved => {
    if (isSaved) document.dispatchEvent(new CustomEvent("kiplot:saved", { detail: form }));
    return isSaved;
  });
  queues.set(form.action, sending);
  return sending;
}

async function sendNow(form, submitter, data) {
  const answer = await change(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.action, data);
  if (!answer) return false;
  if (answer.type === "opaqueredirect") { refresh(); return true; }
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    say([json.error?.message, json.error?.remedy].filter(Boolean).join(" ") || "That did not work.", { bad: true });
    document.activeElement?.blur?.();
    refresh();
    return false;
  }
  if (json.version) versions.set(form.action, json.version);
  say(json.message ?? "Saved", { undo: json.undo, undoWords: json.undoWords });
  refresh();
  return true;
}

document.addEventListener("change", event => {
  const form = event.target.closest("form[data-auto]");
  if (!form || form.dataset.auto === "submit") return;
  // Several values of a facet are chosen before the menu is closed.
  if (event.target.closest(".facet")) { event.target.closest(".facet").dataset.changed = ""; return; }
  if (form.method === "get") form.requestSubmit();
  else if (form.reportValidity()) {
    // The version of the field is the one that the page shows; the answer brings the next one.
    send(form);
  }
});

document.addEventListener("toggle", event => {
  const facet = event.target;
  if (facet.matches?.(".facet[data-changed]") && !facet.open) facet.closest("form").requestSubmit();
}, true);

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (form.method === "get" && form.matches(".filters")) {
    // Addresses stay short: what is empty says nothing.
    form.querySelectorAll("input[name]").forEach(input => { if (!input.value) input.disabled = true; });
  }
  if (!form.hasAttribute("data-auto") || form.method === "get") return;
  event.preventDefault();
  collect(form);
  const button = event.submitter;
  // The value of a pressed button belongs to what is sent, and a disabled one has none.
  const sending = send(form, button);
  if (button) button.disabled = true;
  sending.finally(() => { if (button) button.disabled = false; });
});

document.addEventListener("change", event => {
  if (!event.target.matches("[data-all]")) return;
  event.target.closest("form").querySelectorAll(`input[name=${event.target.dataset.all}]`).forEach(i => { i.checked = event.target.checked; });
});

// Formatted text: what is shown is edited, and the server rebuilds it from its own tree.
function collect(form) {
  form.querySelectorAll("[data-rich]").forEach(rich => {
    // An editor that has been loaded keeps the value itself (richtext.js).
    if (rich.dataset.editor !== undefined) return;
    const input = rich.querySelector("input[name=value]");
    input.value = rich.querySelector("[contenteditable]").innerHTML;
    input.disabled = false;
  });
}
document.addEventListener("focusin", event => {
  if (event.target.matches("[contenteditable]")) event.target.dataset.before = event.target.innerHTML;
});
document.addEventListener("focusout", event => {
  const text = event.target;
  if (!text.matches?.("[contenteditable]") || text.closest("[data-editor]") || text.dataset.before === text.innerHTML) return;
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

document.addEventListener("keydown", event => {
  if (event.key === "Escape") document.querySelectorAll("details.popover[open]").forEach(menu => { menu.open = false; menu.querySelector("summary").focus(); });
  const isTyping = document.activeElement?.matches("input, select, textarea, [contenteditable]");
  if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !isTyping && undoing.paths.length) { event.preventDefault(); takeBack(); }
});
document.addEventListener("click", event => {
  document.querySelectorAll("details.popover[open]").forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
});

document.documentElement.classList.add("scripted");
withoutFallbacks(document);
localise(document);
// Not before the scripts of the screen listen too: what they have to bring up to date would be missed.
document.addEventListener("DOMContentLoaded", listen);
