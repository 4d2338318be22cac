import { refresh, say, send } from "/assets/kiplot.js";

// The name is one line, though it may wrap: Enter saves it, Escape takes it back.
document.addEventListener("keydown", event => {
  const title = event.target.closest?.("textarea.title");
  if (!title) return;
  if (event.key === "Enter") { event.preventDefault(); title.blur(); }
  if (event.key === "Escape") { title.value = title.defaultValue; title.blur(); }
});
const grow = title => { title.style.height = "auto"; title.style.height = `${title.scrollHeight + 2}px`; };
if (!CSS.supports("field-sizing", "content")) {
  const growAll = () => document.querySelectorAll("textarea.title").forEach(grow);
  document.addEventListener("input", event => { if (event.target.matches("textarea.title")) grow(event.target); });
  document.addEventListener("kiplot:refreshed", growAll);
  growAll();
}

document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const address = new URL(button.dataset.copy, location.href).href;
  button.closest("details")?.removeAttribute("open");
  try {
    await navigator.clipboard.writeText(address);
    say("Link copied");
  } catch {
    say(`The browser does not let the page copy. The link is ${address}`, { bad: true });
  }
});

// On a narrow screen the tabs scroll; the present one is in sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// What was saved is told at its field for a moment; then the server's own word on Azure DevOps stands there.
const saved = new Map();
function tellSaved() {
  for (const [id, until] of saved) {
    if (until < Date.now()) { saved.delete(id); continue; }
    const state = document.querySelector(`[data-state="${CSS.escape(id)}"]`);
    if (!state || state.querySelector(".notice, .saved, .differs, .saving")) continue;
    const words = document.createElement("span");
    words.className = "saved";
    words.textContent = "✓ Saved";
    state.replaceChildren(words);
    setTimeout(() => words.remove(), until - Date.now());
  }
}
document.addEventListener("kiplot:saved", event => {
  const form = event.detail;
  if (form.dataset.reset !== undefined) form.reset();
  const control = form.querySelector("[id^='f-']");
  if (!control) return;
  saved.set(control.id, Date.now() + 4000);
  tellSaved();
});
document.addEventListener("kiplot:refreshed", tellSaved);

// The editor of formatted text is fetched when somebody starts to write, and never before. Without it the browser's own remains.
document.addEventListener("focusin", async event => {
  const text = event.target.closest?.("[data-rich] [contenteditable]");
  const rich = text?.closest("[data-rich]");
  if (!rich || rich.dataset.editor !== undefined || rich.dataset.loading !== undefined) return;
  rich.dataset.loading = "";
  const before = text.innerHTML;
  try {
    const { edit } = await import("/assets/richtext.js");
    if (text.isConnected) start(rich, text, before, edit);
  } catch (error) {
    console.info("The editor is not there; the browser's own is used.", error);
  }
  delete rich.dataset.loading;
});

function start(rich, text, before, edit) {
  const form = rich.closest("form");
  const input = rich.querySelector("input[name=value]");
  const editor = edit(rich, text, { wasTouched: text.innerHTML !== before, changed: () => { rich.dataset.unsaved = ""; } });
  rich.dataset.editor = "";
  const leave = async () => {
    if (rich.dataset.unsaved === undefined) return;
    const sent = editor.version();
    input.value = editor.html();
    input.disabled = false;
    if (form.dataset.auto === "submit") return;
    if (input.value.length < 20_000) rich.dataset.saving = "";
    const isSaved = await send(form);
    delete rich.dataset.saving;
    if (isSaved && editor.version() === sent) delete rich.dataset.unsaved;
    if (!isSaved) keepText(rich);
    if (isSaved) { rich.parentElement.querySelector(".unsaved")?.remove(); refresh(); }
  };
  rich.addEventListener("focusout", event => { if (!rich.contains(event.relatedTarget)) leave(); });
  // Whoever closes the page in the middle of a sentence is asked first; a short text that is on its way arrives without the page.
  window.addEventListener("beforeunload", event => {
    if (rich.isConnected && rich.dataset.unsaved !== undefined && rich.dataset.saving === undefined) event.preventDefault();
  });
  document.addEventListener("kiplot:refreshed", function gone() {
    if (rich.isConnected) return;
    editor.close();
    document.removeEventListener("kiplot:refreshed", gone);
  });
}

// A text that could not be saved stays where it was typed, until its author gives it up.
function keepText(rich) {
  if (rich.parentElement.querySelector(".unsaved")) return;
  const notice = document.createElement("div");
  notice.className = "notice error unsaved";
  notice.setAttribute("role", "alert");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Discard my text";
  button.addEventListener("click", () => { delete rich.dataset.unsaved; notice.remove(); refresh(); });
  notice.append("Not saved. Your text is still here: copy what you need, or change it again and leave the field. ", button);
  rich.after(notice);
}
