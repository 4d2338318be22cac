// Wizards, the mapping editor and long work: pleasant with this script, complete without it.
import { say } from "/assets/kiplot.js";

// The answer to a form as a document: no string of HTML is ever put into this one.
function answer(form, submitter) {
  const data = new FormData(form, submitter);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "kiplot");
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response?.getElementById("main") ? resolve(request.response) : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error("unreachable"));
    request.send(new URLSearchParams(data).toString());
  });
}

const unreachable = () => say("That did not work. What you typed is still here; try again, or reload the page.", { bad: true });

function replace(id, fresh, root = document) {
  const own = root.getElementById ? root.getElementById(id) : root.querySelector(`#${id}`);
  const other = fresh.getElementById(id);
  if (own && other && !own.isEqualNode(other)) own.replaceWith(document.importNode(other, true));
}

// Work that takes more than a second says what it does, and cannot be started twice.
function showWorking(form, submitter) {
  const notice = form.querySelector(".working");
  if (notice) notice.hidden = false;
  else if (submitter && form.dataset.working) submitter.textContent = form.dataset.working;
  form.setAttribute("aria-busy", "true");
  return () => { if (notice) notice.hidden = true; form.removeAttribute("aria-busy"); };
}
document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.dataset.working || event.defaultPrevented) return;
  if (form.getAttribute("aria-busy")) { event.preventDefault(); return; }
  showWorking(form, event.submitter);
});
// Coming back by the browser's own button finds the form as it was.
addEventListener("pageshow", event => {
  if (event.persisted) document.querySelectorAll("form[aria-busy]").forEach(form => { form.removeAttribute("aria-busy"); form.querySelectorAll(".working").forEach(w => { w.hidden = true; }); });
});

// Lists that are narrowed down while somebody types.
document.addEventListener("input", event => {
  const id = event.target.dataset?.narrow;
  if (!id) return;
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of document.getElementById(id).querySelectorAll("[data-narrow-text], .choice")) {
    const text = (entry.dataset.narrowText ?? entry.textContent).toLowerCase();
    entry.hidden = !words.every(word => text.includes(word));
  }
});
// Enter in such a field is no reason to send the form.
document.addEventListener("keydown", event => {
  if (event.key === "Enter" && event.target.matches?.("[data-narrow]")) event.preventDefault();
});

// What is only asked for with some choices.
function showOnly(form) {
  for (const part of form.querySelectorAll("[data-only]")) {
    const isWanted = part.dataset.only.split(" ").some(pair => {
      const [name, value] = pair.split("=");
      return new FormData(form).get(name) === value;
    });
    part.hidden = !isWanted;
    part.querySelectorAll("input, select").forEach(field => { field.disabled = !isWanted; });
  }
}

// ---- Wizards: one step at a time, and nothing is lost on the way back. ----
function wizard(form) {
  const steps = [...form.querySelectorAll(".step")];
  const marks = [...form.querySelectorAll("[data-step]")];
  let current = Number(form.dataset.wizard) || 0;
  let furthest = current;

  function show(index, { isBack = false, focus = true } = {}) {
    current = Math.max(0, Math.min(index, steps.length - 1));
    furthest = Math.max(furthest, current);
    steps.forEach((step, i) => { step.hidden = i !== current; });
    marks.forEach((mark, i) => {
      if (i === current) mark.setAttribute("aria-current", "step"); else mark.removeAttribute("aria-current");
      mark.classList.toggle("done", i < furthest && i !== current);
      if (i > furthest) mark.setAttribute("aria-disabled", "true"); else mark.removeAttribute("aria-disabled");
    });
    showOnly(form);
    summarise();
    if (focus) steps[current].querySelector("h2")?.focus();
    if (!isBack) history.pushState({ step: current }, "");
    const test = steps[current].querySelector("[data-test]");
    if (test && focus && !isBack) test.click();
  }

  const isValid = step => [...step.querySelectorAll("input, select")].every(field => field.disabled || field.reportValidity());

  function next() { if (isValid(steps[current])) show(current + 1); }

  function summarise() {
    const data = new FormData(form);
    for (const place of form.querySelectorAll("[data-summary]")) {
      const name = place.dataset.summary;
      const field = form.querySelector(`input[name="${name}"]:checked`);
      const words = field?.closest("label")?.querySelector("strong")?.textContent ?? data.get(name) ?? "";
      const set = form.querySelector("select[name=set]");
      place.textContent = name === "mapping" && set && !set.disabled ? `${words}: ${set.selectedOptions[0]?.textContent ?? ""}` : words || "Not chosen yet";
    }
  }

  form.classList.add("stepped");
  form.querySelectorAll("[data-back], [data-next]").forEach(button => { button.hidden = false; });
  form.addEventListener("click", event => {
    if (event.target.closest("[data-back]")) show(current - 1);
    else if (event.target.closest("[data-next]")) next();
    else {
      const mark = event.target.closest("[data-step]");
      if (!mark) return;
      event.preventDefault();
      const wanted = Number(mark.dataset.step);
      if (wanted <= current || (wanted <= furthest && isValid(steps[current]))) show(wanted);
      else if (wanted === current + 1) next();
    }
  });
  form.addEventListener("change", () => { showOnly(form); summarise(); });
  form.addEventListener("submit", event => {
    if (event.submitter?.hasAttribute("data-test")) { event.preventDefault(); event.stopImmediatePropagation(); test(form, event.submitter, index => show(index)); return; }
    const wrong = steps.findIndex(step => [...step.querySelectorAll("input, select")].some(field => !field.disabled && !field.checkValidity()));
    if (current < steps.length - 1) { event.preventDefault(); event.stopImmediatePropagation(); next(); }
    else if (wrong >= 0) { event.preventDefault(); event.stopImmediatePropagation(); show(wrong); isValid(steps[wrong]); }
  });
  // A hidden step cannot show what is missing in it: the script does, step by step.
  form.noValidate = true;
  addEventListener("popstate", event => { if (event.state?.step !== undefined) show(event.state.step, { isBack: true }); });
  history.replaceState({ step: current }, "");
  show(current, { isBack: true, focus: false });
}

async function test(form, button, show) {
  const done = showWorking(form, button);
  form.querySelectorAll(".field-problem").forEach(problem => problem.remove());
  // A disabled button is not sent, so it is sent first.
  const asked = answer(form, button);
  button.disabled = true;
  try {
    const data = await asked;
    replace(button.dataset.test, data);
    const problems = [...data.querySelectorAll(".field-problem")];
    for (const problem of problems) {
      const field = form.querySelector(`#${problem.id.replace("-problem", "")}`);
      field?.after(document.importNode(problem, true));
    }
    const first = form.querySelector(".field-problem")?.closest(".step");
    if (first) show([...form.querySelectorAll(".step")].indexOf(first));
  } catch { unreachable(); }
  button.disabled = false;
  done();
}

document.querySelectorAll("form[data-wizard]").forEach(wizard);

// ---- The mapping editor: checked while it is changed, tried on a work item, saved by one button. ----
function mappingEditor(form) {
  let isChanged = false;
  let timer;
  let latest = 0;

  function note() {
    isChanged = true;
    form.querySelectorAll(".unsaved").forEach(words => { words.hidden = false; });
  }

  async function ask(submitter, isWhole) {
    const mine = ++latest;
    form.setAttribute("aria-busy", "true");
    try {
      const fresh = await answer(form, submitter);
      if (mine !== latest && !isWhole) return;
      if (isWhole) {
        // Behind a row that is taken away the others have new places.
        const kept = submitter.value.startsWith("remove") ? "details[open][id].unmapped" : "details[open][id]";
        const open = new Set([...form.querySelectorAll(kept)].map(details => details.id));
        const focus = document.activeElement?.id;
        replace("mapping-editor", fresh);
        open.forEach(id => { const details = document.getElementById(id); if (details) details.open = true; });
        const rows = form.querySelectorAll(".map-row");
        (document.getElementById(focus) ?? (submitter.value.startsWith("suggestion") || submitter.value.startsWith("add") ? rows[rows.length - 1]?.querySelector("select") : null) ?? form.querySelector("#name"))?.focus({ preventScroll: true });
        if (isChanged) note();
      } else {
        fresh.querySelectorAll(".row-notes").forEach(notes => replace(notes.id, fresh));
        fresh.querySelectorAll(".map-row").forEach(row => document.getElementById(row.id)?.setAttribute("class", row.className));
      }
      replace("findings", fresh);
      const preview = fresh.getElementById("preview-result");
      if (preview) replace("preview-result", fresh);
      const number = fresh.getElementById("work-item");
      if (number && submitter.value.startsWith("preview")) document.getElementById("work-item").value = number.value;
    } catch { unreachable(); }
    form.removeAttribute("aria-busy");
  }

  const check = () => ask(form.querySelector("button[value=check]"), false);

  form.addEventListener("change", event => {
    if (event.target.matches("[data-narrow], #work-item")) return;
    if (event.target.matches("[data-direction]")) event.target.dataset.direction = event.target.value;
    note();
    clearTimeout(timer);
    timer = setTimeout(check, 300);
  });
  form.addEventListener("input", event => { if (event.target.id === "name") note(); });
  // Another type has other fields: the rows are drawn anew.
  form.addEventListener("change", event => {
    if (/^e\d+\.(kind|type)$/.test(event.target.name ?? "")) { clearTimeout(timer); ask(form.querySelector("button[value=check]"), true); }
    else if (/^e\d+\.f\d+\.(field|ado)$/.test(event.target.name ?? "")) { clearTimeout(timer); ask(form.querySelector("button[value=check]"), true); }
  });
  form.addEventListener("submit", event => {
    const button = event.submitter;
    if (button?.dataset.confirm && !window.confirm(button.dataset.confirm)) { event.preventDefault(); return; }
    if (button?.value === "save") { isChanged = false; return; }
    event.preventDefault();
    const isPreview = button?.value.startsWith("preview");
    const isCheck = !button || button.value === "check";
    if (!isPreview && !isCheck) note();
    ask(button ?? form.querySelector("button[value=check]"), !isPreview && !isCheck);
  });
  form.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.target.id !== "work-item") return;
    event.preventDefault();
    form.querySelector("button[value=preview]").click();
  });
  addEventListener("beforeunload", event => { if (isChanged) event.preventDefault(); });
}
document.querySelectorAll("form[data-mapping]").forEach(mappingEditor);

// ---- Bulk sync: how many items fit, while the filter is chosen. ----
function bulkForm(form) {
  const place = form.querySelector("[data-matching]");
  let latest = 0;
  async function count() {
    showOnly(form);
    const mine = ++latest;
    const values = new URLSearchParams(new FormData(form));
    values.delete("_csrf");
    const found = await fetch(`/bulk/matching?${values}`, { headers: { "X-Requested-With": "kiplot" } }).then(a => a.json()).catch(() => null);
    if (mine === latest && place) place.textContent = found?.words ?? "";
  }
  form.addEventListener("change", count);
  form.addEventListener("input", event => { if (event.target.name === "q") count(); });
  count();
}
document.querySelectorAll("form[data-bulk]").forEach(bulkForm);

// Details that are read when somebody opens them, or that the page opens.
function readDetails(details) {
  if (!details.open || details.dataset.read) return;
  details.dataset.read = "yes";
  const place = details.querySelector("[data-place]");
  const request = new XMLHttpRequest();
  request.open("GET", details.dataset.source);
  request.responseType = "document";
  request.onload = () => {
    const found = request.response?.getElementById("entry");
    if (found) place.replaceChildren(document.importNode(found, true));
    else place.textContent = "It could not be read; try again.";
  };
  request.onerror = () => { place.textContent = "The server cannot be reached; try again."; delete details.dataset.read; };
  request.send();
}
// A few are shown without being asked for, also where the page has grown by itself; who closes one keeps it closed.
const samples = new Set();
function readOpen() {
  for (const details of document.querySelectorAll("details[data-sample]")) {
    if (samples.has(details.dataset.source)) continue;
    samples.add(details.dataset.source);
    details.open = true;
  }
  document.querySelectorAll("details[data-source][open]").forEach(readDetails);
}
document.addEventListener("toggle", event => { if (event.target.matches?.("details[data-source]")) readDetails(event.target); }, true);
document.addEventListener("kiplot:refreshed", readOpen);
readOpen();

// A link to a row of the mapping opens what stands behind it.
function openTarget() {
  const row = location.hash.startsWith("#e") ? document.getElementById(location.hash.slice(1)) : null;
  const more = row?.querySelector(".more");
  if (more) { more.open = true; row.scrollIntoView({ block: "center" }); more.querySelector(".missing select, select")?.focus({ preventScroll: true }); }
}
addEventListener("hashchange", openTarget);
openTarget();
