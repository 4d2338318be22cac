// The boards: cards are dragged, moved with the keys while Alt is held, or moved from a menu.
import { hold, post, refresh, say } from "/assets/kiplot.js";

const board = document.getElementById("board");
const cardsOf = place => [...place.querySelectorAll(":scope > [data-item]")];
const nameOf = card => card.querySelector(".card-name").textContent.trim();
// The places that cards can lie in: the list of each column, or of each column in each lane.
const placeOf = element => {
  const place = element?.closest?.(".column, .lane .cards");
  return place?.matches(".column") ? place.querySelector(":scope > .cards") : place ?? null;
};
const row = place => [...(place.closest(".columns-row")?.querySelectorAll(".cards") ?? [])];
const stageName = place => {
  const stage = place.dataset.stage;
  return document.querySelector(`.column[data-stage="${stage}"] .column-head .stage`)?.textContent.trim() ?? "the column";
};

// What this person has just moved, so that a refusal by Azure DevOps can bring it back.
const moved = new Map();
const returned = new Map();

async function move(card, place, before) {
  const from = placeOf(card), item = card.dataset.item;
  if (!place || !from || (before === card)) return;
  const changesStage = place.dataset.stage !== from.dataset.stage;
  if (changesStage && card.dataset.locked) { say(`The stage of ${card.dataset.key} is locked. ${card.dataset.locked}`, { bad: true }); return; }
  const others = cardsOf(place).filter(other => other !== card);
  const index = before ? others.indexOf(before) : others.length;
  const values = { item, stage: place.dataset.stage };
  if (others[index - 1]) values.after = others[index - 1].dataset.item;
  if (others[index]) values.before = others[index].dataset.item;
  if (place.dataset.lane && place.dataset.lane !== from.dataset.lane) values.lane = place.dataset.lane;
  const had = card.contains(document.activeElement);
  place.querySelector(":scope > .none")?.remove();
  if (before) before.before(card);
  else if (others.length) others.at(-1).after(card);
  else place.prepend(card);
  if (had) focusOn(card);
  returned.delete(item);
  const { ok, json } = await post(board.dataset.board, values);
  if (!ok) return;
  const lane = place.closest(".lane")?.querySelector("h2")?.firstChild.textContent.trim();
  say(`${nameOf(card)}: ${stageName(place)}${lane ? `, ${lane}` : ""}, place ${index + 1} of ${others.length + 1}`, { undo: json.undo });
  if (changesStage) moved.set(item, { undo: json.undo, from: stageName(from), to: stageName(place), at: Date.now() });
}

function focusOn(card) {
  card.querySelector(".card-name").focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// Another stage, or another order of them, makes another board; what changes within the columns is brought up to date part by part.
const stages = root => [...root.querySelectorAll(".column")].map(column => column.dataset.stage).join(" ");
document.addEventListener("kiplot:fresh", ({ detail: fresh }) => {
  const other = fresh.getElementById("board");
  if (other && stages(other) !== stages(board)) board.replaceChildren(...document.importNode(other, true).childNodes);
});

// Dragging
let dragged = null;
let release = () => {};
const line = document.createElement("div");
line.className = "drop-line";
let pointer = null;

document.addEventListener("dragstart", event => {
  dragged = event.target.closest?.(".board [data-item][draggable=true]") ?? null;
  if (!dragged) return;
  release = hold();
  event.dataTransfer.setData("text/plain", dragged.dataset.item);
  event.dataTransfer.effectAllowed = "move";
  requestAnimationFrame(() => dragged?.classList.add("dragged"));
});
function endDrag() {
  dragged?.classList.remove("dragged");
  dragged = null;
  pointer = null;
  line.remove();
  document.querySelectorAll(".board .target").forEach(target => target.classList.remove("target"));
  release();
}
document.addEventListener("dragend", endDrag);

/// The card that the dragged one would stand before, at this height.
function cardBelow(place, y) {
  return cardsOf(place).find(card => {
    if (card === dragged) return false;
    const box = card.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
}

document.addEventListener("dragover", event => {
  const place = dragged && placeOf(event.target);
  pointer = dragged ? { x: event.clientX, y: event.clientY } : null;
  if (pointer) scrollAlong();
  if (!place) { line.remove(); return; }
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  const target = place.closest(".column") ?? place;
  if (!target.classList.contains("target")) {
    document.querySelectorAll(".board .target").forEach(other => other.classList.remove("target"));
    target.classList.add("target");
  }
  if (place.closest(".folded")) { line.remove(); return; }
  const before = cardBelow(place, event.clientY), last = cardsOf(place).at(-1);
  line.style.top = `${before ? before.offsetTop - 4 : last ? last.offsetTop + last.offsetHeight + 4 : 6}px`;
  if (line.parentElement !== place) place.append(line);
});

// Near an edge the board scrolls along, the faster the nearer.
let isScrolling = false;
function scrollAlong() {
  if (isScrolling) return;
  isScrolling = true;
  const step = () => {
    if (!dragged || !pointer) { isScrolling = false; return; }
    const box = board.getBoundingClientRect(), reach = 56;
    const pull = (near, far) => (near < reach ? (near - reach) / 3 : far < reach ? (reach - far) / 3 : 0);
    board.scrollBy(pull(pointer.x - box.left, box.right - pointer.x), pull(pointer.y - box.top, Math.min(box.bottom, innerHeight) - pointer.y));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

document.addEventListener("drop", event => {
  const place = dragged && placeOf(event.target);
  if (!place) return;
  event.preventDefault();
  const card = dragged, before = place.closest(".folded") ? undefined : cardBelow(place, event.clientY);
  endDrag();
  move(card, place, before);
});

// Keys: the arrows go from card to card; with Alt they take the card along.
const byHand = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
document.addEventListener("keydown", event => {
  const step = byHand[event.key], card = event.target.closest?.(".board [data-item]");
  if (!step || !card || event.ctrlKey || event.metaKey || !(event.target.matches(".card-name, .move") || event.altKey)) return;
  event.preventDefault();
  const place = placeOf(card), cards = cardsOf(place), index = cards.indexOf(card);
  if (event.altKey && card.draggable) {
    if (step[1]) {
      const before = step[1] < 0 ? cards[index - 1] : cards[index + 2];
      if (step[1] < 0 ? index > 0 : index < cards.length - 1) move(card, place, before);
      else say(`${nameOf(card)} is the ${step[1] < 0 ? "first" : "last"} in ${stageName(place)}`);
    } else {
      const next = neighbour(place, step[0]);
      if (next) move(card, next, cardsOf(next)[0]);
      else say(`${stageName(place)} is the ${step[0] < 0 ? "first" : "last"} column`);
    }
    return;
  }
  if (event.altKey) return;
  let target = cards[index + step[1]];
  if (step[0]) {
    for (let next = neighbour(place, step[0]); next; next = neighbour(next, step[0])) {
      const there = cardsOf(next);
      if (there.length) { target = there[Math.min(index, there.length - 1)]; break; }
    }
  }
  if (target && target !== card) focusOn(target);
});
function neighbour(place, step) {
  const places = row(place);
  return places[places.indexOf(place) + step];
}

// The menu of a card
document.addEventListener("click", event => {
  const link = event.target.closest?.(".board .move");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openMenu(link);
});
function openMenu(link) {
  document.querySelector(".move-menu")?.remove();
  const card = link.closest("[data-item]"), place = placeOf(card), cards = cardsOf(place), index = cards.indexOf(card);
  const menu = document.createElement("div");
  menu.className = "move-menu panel";
  menu.popover = "auto";
  menu.setAttribute("role", "group");
  menu.setAttribute("aria-label", `Move ${card.dataset.key}`);
  const release = hold();
  menu.addEventListener("toggle", event => { if (event.newState === "closed") { release(); menu.remove(); } });
  const title = words => { const h = document.createElement("h3"); h.textContent = words; menu.append(h); };
  const entry = (words, act, isPresent = false) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.disabled = isPresent;
    button.addEventListener("click", () => { menu.hidePopover(); link.closest("[data-item]").querySelector(".card-name").focus(); act(); });
    menu.append(button);
  };
  title("Move to…");
  for (const other of row(place)) entry(stageName(other), () => move(card, other, cardsOf(other)[0]), other === place);
  title("In this column");
  entry("To the top", () => move(card, place, cards[0]), index === 0);
  entry("Up", () => move(card, place, cards[index - 1]), index === 0);
  entry("Down", () => move(card, place, cards[index + 2]), index === cards.length - 1);
  entry("To the bottom", () => move(card, place, undefined), index === cards.length - 1);
  document.body.append(menu);
  menu.showPopover();
  const box = link.getBoundingClientRect(), own = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.right - own.width, innerWidth - own.width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - own.height - 8))}px`;
  menu.querySelector("button:not(:disabled)")?.focus();
  menu.addEventListener("keydown", event => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Escape") link.focus();
    if (!step) return;
    event.preventDefault();
    const buttons = [...menu.querySelectorAll("button:not(:disabled)")];
    buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length)?.focus();
  });
}

// Forms of the columns
document.addEventListener("submit", async event => {
  const form = event.target;
  if (!form.matches(".board .fold, .board .limit form, .board .add")) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  if (form.matches(".add")) {
    form.elements.name.value = "";
    const { ok, json } = await post(form.getAttribute("action"), values);
    if (ok) say(json.message, { undo: json.undo }); else form.elements.name.value ||= values.name;
    return;
  }
  if (form.matches(".fold")) {
    const stage = form.closest(".column").dataset.stage;
    for (const part of document.querySelectorAll(`.column[data-stage="${stage}"], .lane .cards[data-stage="${stage}"]`)) part.classList.toggle("folded");
  } else form.closest("details").open = false;
  if (document.activeElement?.matches("input")) document.activeElement.blur();
  await post(form.getAttribute("action"), values);
});

// After the page has followed: the focus is where it was, what changed lights up, and what Azure DevOps refused goes back.
let here = null;
document.addEventListener("focusin", event => {
  const card = event.target.closest?.(".board [data-item]");
  here = card ? { id: card.id, isMenu: event.target.matches(".move") } : null;
});
const all = () => [...document.querySelectorAll(".board [data-item]")];
let versions = new Map(all().map(card => [card.id, card.dataset.version]));
document.addEventListener("kiplot:refreshed", () => {
  for (const card of all()) if (versions.has(card.id) && versions.get(card.id) !== card.dataset.version) card.classList.add("fresh");
  versions = new Map(all().map(card => [card.id, card.dataset.version]));
  if (here && document.activeElement === document.body) document.getElementById(here.id)?.querySelector(here.isMenu ? ".move" : ".card-name")?.focus({ preventScroll: true });
  for (const [item, words] of returned) explain(item, words);
  for (const [item, what] of moved) bringBack(item, what);
});

async function bringBack(item, what) {
  const card = document.getElementById(`card-${item}`);
  if (Date.now() - what.at > 60_000) { moved.delete(item); return; }
  if (!card?.dataset.refused) return;
  moved.delete(item);
  const words = `Azure DevOps refused “${what.to}”, so the card is back in ${what.from}. ${card.dataset.refused}`;
  returned.set(item, words);
  if ((await post(what.undo)).ok) say(`${nameOf(card)}: ${words}`, { bad: true });
}

function explain(item, words) {
  const card = document.getElementById(`card-${item}`);
  if (!card || card.querySelector(".notice")) return;
  const notice = document.createElement("div");
  notice.className = "notice warning";
  notice.setAttribute("role", "note");
  notice.append(words);
  const actions = document.createElement("div"), button = document.createElement("button");
  actions.className = "actions";
  button.type = "button";
  button.textContent = "Understood";
  button.addEventListener("click", () => { returned.delete(item); notice.remove(); });
  actions.append(button);
  notice.append(actions);
  card.append(notice);
}
