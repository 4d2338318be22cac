import { hold, refresh, say, token } from "/assets/kiplot.js";

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
    say([json.error?.message, json.error?.remedy].filter(Boolean).join(" ") || "The card could not be moved.", { bad: true });
  }
  refresh();
}
let dragged = null;
let release = () => {};
document.addEventListener("dragstart", event => {
  dragged = event.target.closest?.("[data-item][draggable=true]") ?? null;
  if (dragged) { release = hold(); event.dataTransfer.setData("text/plain", dragged.dataset.item); event.dataTransfer.effectAllowed = "move"; }
});
document.addEventListener("dragend", () => { dragged = null; release(); });
document.addEventListener("dragover", event => { if (dragged && event.target.closest(".board .column")) event.preventDefault(); });
document.addEventListener("drop", event => {
  const column = event.target.closest(".board .column");
  if (!dragged || !column) return;
  event.preventDefault();
  const before = [...column.querySelectorAll("[data-item]")].find(c => c !== dragged && event.clientY < c.getBoundingClientRect().top + c.offsetHeight / 2);
  const card = dragged;
  dragged = null;
  release();
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

