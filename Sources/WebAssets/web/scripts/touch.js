// A finger scrolls, and taps. One that rests on something for a moment takes hold of it, as a mouse does at once.

const REST = 400;
let isHolding = () => false;

/// Calls `begin` when the finger of a `pointerdown` has rested; until `holds` says no, moving it does not scroll the page.
export function whenRested(event, begin, holds) {
  const stopped = new AbortController();
  const stop = () => { clearTimeout(timer); stopped.abort(); };
  const timer = setTimeout(() => {
    stop();
    isHolding = holds;
    begin();
    navigator.vibrate?.(10);
  }, REST);
  const hasMoved = other => Math.hypot(other.clientX - event.clientX, other.clientY - event.clientY) > 8;
  addEventListener("pointermove", other => { if (hasMoved(other)) stop(); }, { signal: stopped.signal });
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, stop, { signal: stopped.signal });
}

/// The press that is under way, or has just ended, is no click on what it ends over: it was a drag. However late its end
/// comes: only the next press begins anew. A click by the keyboard or by a script (it has no count) is none of a press.
export function ignoreClick() {
  const over = new AbortController();
  document.addEventListener("click", event => {
    if (event.detail === 0) return;
    event.preventDefault();
    event.stopPropagation();
    over.abort();
  }, { capture: true, signal: over.signal });
  addEventListener("pointerdown", () => over.abort(), { capture: true, signal: over.signal });
}

document.addEventListener("touchmove", event => { if (isHolding() && event.cancelable) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", event => { if (isHolding()) event.preventDefault(); });
