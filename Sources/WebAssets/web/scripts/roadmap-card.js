import { chart, read, reveal } from "/assets/roadmap-scale.js";

// The card: facts while the mouse rests on a bar or the focus is there; with all that can be done after “⋯”.

const isDragging = () => document.documentElement.classList.contains("dragging");
let card = null;
let peeking = null;
export function closeCard(returnsFocus = false) {
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
  if (!content || (isPeek && (isDragging() || (card && !card.isPeek)))) return;
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
  if (isDragging() || event.pointerType === "touch") return;
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

// What was done in the card shows in it, and its dates, too.
document.addEventListener("kiplot:refreshed", async () => {
  if (!card || card.isPeek) return;
  const open = card, fresh = await read(open.path), content = fresh?.getElementById("plan-card");
  if (card !== open || !content || open.box.contains(document.activeElement) && document.activeElement.matches("input")) return;
  const copy = document.importNode(content, true);
  copy.removeAttribute("data-part");
  const hadFocus = open.box.contains(document.activeElement);
  open.box.querySelector(".plan-card").replaceWith(copy);
  if (hadFocus && !open.box.contains(document.activeElement)) open.box.querySelector(".close").focus();
  const title = copy.querySelector("h1");
  if (title) title.replaceWith(cardTitle(title));
  placeCard();
});

chart?.addEventListener("scroll", () => { if (card?.isPeek) closeCard(); }, { passive: true });
document.addEventListener("keydown", event => { if (event.key === "Escape") closeCard(true); });
