import { hold, post, refresh, say } from "/assets/kiplot.js";
import { ignoreClick, whenRested } from "/assets/touch.js";

// Outcome planning: cards are dragged between teams, months and the tray, or moved with the keyboard; a click opens their dates.

const months = () => [...document.querySelectorAll("#plan .month")];
const count = () => Number(document.getElementById("plan")?.dataset.count ?? 0);

async function change(item, values) {
  const { ok, json } = await post(`/planning/${item}/move`, values);
  if (ok && json.saved) say(json.message ?? "Saved", { undo: json.undo });
  return ok;
}

const obstacle = bar => (bar.dataset.lock
  ? `${bar.dataset.key} cannot be moved. ${bar.dataset.lock}`
  : `${bar.dataset.key} is not yours to plan. Ask its owner to share it with you.`);

// Dragging with the pointer.

let drag = null;

document.addEventListener("pointerdown", event => {
  const bar = event.target.closest?.(".planning .bar");
  if (!bar || event.button !== 0 || event.ctrlKey || event.metaKey) return;
  if (event.pointerType === "touch") whenRested(event, () => { takeHold(event, bar); if (bar.dataset.movable !== undefined) lift(); }, () => drag !== null);
  else takeHold(event, bar);
});
function takeHold(event, bar) {
  const box = bar.getBoundingClientRect();
  drag = {
    bar, x: event.clientX, y: event.clientY, offsetX: event.clientX - box.left, offsetY: event.clientY - box.top,
    first: Number(bar.dataset.first ?? 0), last: Number(bar.dataset.last ?? 0), isLoose: bar.dataset.loose !== undefined,
    lengthens: bar.dataset.first !== undefined && event.clientX > box.right - 10, pointer: event.pointerId, at: event, isLifted: false };
  drag.grabbed = drag.isLoose ? 0 : column(event.clientX) - drag.first;
}

document.addEventListener("pointermove", event => {
  if (!drag || event.pointerId !== drag.pointer) return;
  if (!drag.isLifted) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 5) return;
    if (drag.bar.dataset.movable === undefined) { say(obstacle(drag.bar), { bad: true }); ignoreClick(); drag = null; return; }
    lift();
  }
  drag.at = event;
  event.preventDefault();
  follow();
});

document.addEventListener("pointerup", event => {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { isLifted, bar, place } = drag;
  const values = isLifted && place ? landing() : null;
  if (isLifted) ignoreClick();
  end(values !== null);
  if (values) change(bar.dataset.item, values).then(() => settle(bar));
});
document.addEventListener("pointercancel", () => { if (drag) end(false); });
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && drag?.isLifted) { event.preventDefault(); ignoreClick(); end(false); }
});

function lift() {
  drag.isLifted = true;
  // The page may have been brought up to date since the button went down.
  if (!drag.bar.isConnected) drag.bar = document.querySelector(`.planning [data-item="${drag.bar.dataset.item}"]`) ?? drag.bar;
  drag.release = hold();
  drag.bar.setPointerCapture(drag.pointer);
  drag.bar.classList.add("lifted");
  if (!drag.lengthens) {
    drag.carried = drag.bar.cloneNode(true);
    drag.carried.className = "bar carried";
    drag.carried.removeAttribute("href");
    document.body.append(drag.carried);
  }
  drag.scrolling = setInterval(scroll, 16);
}

function column(x) {
  const row = document.querySelector("#plan .plan-months");
  if (!row) return 0;
  const box = row.getBoundingClientRect();
  return Math.floor(((x - box.left) / box.width) * count());
}

function follow() {
  const { clientX: x, clientY: y } = drag.at;
  if (drag.carried) drag.carried.style.transform = `translate(${x - Math.min(drag.offsetX, 170)}px, ${y - drag.offsetY}px)`;
  const under = document.elementFromPoint(x, y);
  const target = drag.lengthens ? drag.bar.closest(".band") : under?.closest(".planning .band, .planning .tray");
  document.querySelectorAll(".planning .over").forEach(each => { if (each !== target) each.classList.remove("over"); });
  target?.classList.add("over");
  drag.preview?.remove();
  drag.place = null;
  if (!target) return;
  if (target.matches(".tray")) { drag.place = { tray: true }; return; }
  const at = Math.max(0, Math.min(count() - 1, column(x)));
  const first = drag.lengthens ? drag.first : at - drag.grabbed;
  const last = drag.lengthens ? Math.max(drag.first, at) : first + drag.last - drag.first;
  drag.place = { team: target.dataset.team, first, last };
  preview(target, first, last);
}

// Where the card would land, in the row that is nearest to the pointer.
function preview(band, first, last) {
  const [from, to] = [Math.max(0, first), Math.min(count() - 1, last)];
  if (from > to) return;
  const card = document.createElement("div");
  card.className = `bar preview c${from + 1} w${to - from + 1}`;
  const name = document.createElement("span");
  name.className = "bar-name";
  name.textContent = drag.bar.querySelector(".bar-name").textContent;
  const when = document.createElement("span");
  when.className = "bar-lens";
  const [begin, finish] = [months()[from].dataset.words, months()[to].dataset.words];
  when.textContent = begin === finish ? begin : `${begin} to ${finish}`;
  card.append(name, when);
  const lane = document.createElement("div");
  lane.className = "lane cells";
  lane.append(card);
  band.querySelector(".band-body").append(lane);
  drag.preview = lane;
}

// What the server has to know of the place; `null` where nothing would change.
function landing() {
  const { place, bar } = drag;
  if (place.tray) return drag.isLoose ? null : { tray: "yes" };
  if (drag.isLoose) return { team: place.team, to: months()[place.first].dataset.start };
  const shift = place.first - drag.first;
  const stretch = place.last - drag.last - shift;
  const team = bar.closest(".band").dataset.team;
  if (!shift && !stretch && team === place.team) return null;
  return { ...(team === place.team ? {} : { team: place.team }), shift, stretch };
}

function end(isLanded) {
  clearInterval(drag.scrolling);
  drag.carried?.remove();
  document.querySelectorAll(".planning .over").forEach(each => each.classList.remove("over"));
  if (isLanded) waiting = drag.preview ?? null; else { drag.preview?.remove(); drag.bar.classList.remove("lifted"); }
  const { release } = drag;
  drag = null;
  release?.();
}

// The preview stands until the page shows the new plan.
let waiting = null;
function settle(bar) {
  const done = () => { waiting?.remove(); waiting = null; bar.classList.remove("lifted"); };
  document.addEventListener("kiplot:refreshed", done, { once: true });
  setTimeout(done, 3000);
}

function scroll() {
  const area = document.querySelector(".plan-scroll");
  if (!drag?.at || !area) return;
  const box = area.getBoundingClientRect();
  const near = (value, low, high) => (value < low + 40 ? -1 : value > high - 40 ? 1 : 0);
  const [x, y] = [near(drag.at.clientX, box.left, box.right), near(drag.at.clientY, box.top, box.bottom)];
  const isOver = drag.at.clientX > box.left && drag.at.clientX < box.right && drag.at.clientY > box.top && drag.at.clientY < box.bottom;
  if (isOver && !drag.lengthens && (x || y)) { area.scrollBy(x * 9, y * 9); follow(); }
}

// The keyboard: what the pointer does, step by step.

let focused = null;

document.addEventListener("keydown", event => {
  const bar = event.target.closest?.(".planning .bar");
  if (!bar || !event.altKey || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  if (bar.dataset.movable === undefined) { say(obstacle(bar), { bad: true }); return; }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const isLoose = bar.dataset.loose !== undefined;
  let values = null;
  if (step && isLoose) {
    const now = document.querySelector("#plan .month.now") ?? months()[0];
    values = { to: now.dataset.start };
  } else if (step && event.shiftKey) {
    if (Number(bar.dataset.last) + step >= Number(bar.dataset.first)) values = { stretch: step };
  } else if (step) {
    values = { shift: step };
  } else if (!isLoose) {
    const bands = [...document.querySelectorAll("#plan .band")];
    const next = bands[bands.indexOf(bar.closest(".band")) + (event.key === "ArrowUp" ? -1 : 1)];
    if (next) values = { team: next.dataset.team };
  }
  if (!values) return;
  focused = bar.dataset.item;
  change(bar.dataset.item, values);
});

document.addEventListener("kiplot:refreshed", () => {
  if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
  document.querySelector(`.planning [data-item="${focused}"]`)?.focus();
});
document.addEventListener("focusin", event => {
  const bar = event.target.closest?.(".planning .bar");
  focused = bar ? bar.dataset.item : event.target === document.body ? focused : null;
});

// The form of one outcome, fetched from its own page.

let dialog = null;

function fetchDocument(path) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", path);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error("unreachable"));
    request.send();
  });
}

document.addEventListener("click", async event => {
  const close = event.target.closest?.("dialog [data-close]");
  if (close) { event.preventDefault(); dialog.close(); return; }
  const bar = event.target.closest?.(".planning .bar");
  if (!bar || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const page = await fetchDocument(bar.getAttribute("href")).catch(() => null);
  const form = page?.getElementById("plan-form");
  if (!form) { location.assign(bar.getAttribute("href")); return; }
  if (!dialog) {
    dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.addEventListener("click", inner => { if (inner.target === dialog) dialog.close(); });
  }
  dialog.setAttribute("aria-label", `Plan ${bar.dataset.key}`);
  dialog.replaceChildren(document.importNode(form, true));
  dialog.showModal();
  dialog.querySelector("select, input:not([type=hidden])")?.focus();
});

document.addEventListener("submit", async event => {
  const form = event.target.closest("dialog form[data-plan]");
  if (!form) return;
  event.preventDefault();
  const { ok, json } = await post(form.getAttribute("action"), new FormData(form, event.submitter));
  if (!ok) return;
  dialog.close();
  say(json.message ?? "Saved", { undo: json.undo });
  refresh();
});
