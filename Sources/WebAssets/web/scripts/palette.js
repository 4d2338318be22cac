import { post, refresh, say, token } from "/assets/kiplot.js";

// The keys of every page, and the palette: search, commands and creation in one field.

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const go = path => location.assign(path);

/// Leaves the page by a form of ours, as a button would.
function submit(path, values = {}) {
  const form = make("form", { method: "post", action: path, hidden: "" });
  for (const [name, value] of Object.entries({ _csrf: token(), ...values })) form.append(make("input", { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
}

// Keys

const keys = [];
let strokes = [];
let forgetting = 0;

/// Gives a page a key of its own: `shortcut("e", "Edit the name", () => …)`. Several strokes stand apart: "g h". A later one of the same
/// keys counts. They rest while somebody types, and while a dialog is open; “?” lists them with their words.
export function shortcut(strokes, words, action) {
  keys.push({ strokes: strokes.split(" "), words, action, isOwn: isReady });
}
let isReady = false;

const rests = event =>
  event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]") !== null
  || event.target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", event => {
  // In a formatted text the same keys set a link; the editor has said so.
  if (!event.defaultPrevented && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (palette?.open) palette.close(); else openPalette();
    return;
  }
  if (rests(event) || event.key === "Shift") { if (event.key !== "Shift") strokes = []; return; }
  clearTimeout(forgetting);
  forgetting = setTimeout(() => { strokes = []; }, 1500);
  const starts = wanted => keys.filter(key => wanted.every((stroke, index) => key.strokes[index] === stroke));
  strokes.push(event.key);
  if (!starts(strokes).length) strokes = [event.key];
  const key = starts(strokes).findLast(candidate => candidate.strokes.length === strokes.length);
  if (!key) { if (!starts(strokes).length) strokes = []; return; }
  strokes = [];
  event.preventDefault();
  key.action();
});

const places = { h: "/", i: "/initiatives", o: "/outcomes", r: "/roadmap", b: "/board/initiatives", p: "/planning", t: "/teams", a: "/attention" };
const names = { h: "Home", i: "Initiatives", o: "Outcomes", r: "Roadmap", b: "Board", p: "Outcome planning", t: "Teams", a: "Attention" };
for (const [letter, path] of Object.entries(places)) shortcut(`g ${letter}`, names[letter], () => go(path));
const isSignedIn = () => token() !== "";
const mayCreate = () => document.querySelector("[data-palette]")?.dataset.palette === "create";
shortcut("c", "Create an initiative or an outcome", () => { if (mayCreate()) openPalette("create"); });
shortcut("/", "Go to the search of the page", () => {
  const field = document.querySelector("main input[type=search]");
  if (field) { field.focus(); field.select(); } else openPalette();
});
shortcut("?", "Show the keys", showKeys);
isReady = true;

let keyList = null;
function showKeys() {
  if (!isSignedIn()) return;
  keyList ??= document.body.appendChild(make("dialog", { class: "keys-dialog", "aria-labelledby": "keys-title" }));
  const list = entries => make("dl", {}, ...entries.flatMap(entry => [
    make("dt", {}, ...entry.strokes.map(stroke => make("kbd", {}, stroke))), make("dd", {}, entry.words)]));
  const unique = [...new Map(keys.map(key => [key.strokes.join(" "), key])).values()];
  const own = unique.filter(key => key.isOwn);
  const close = make("button", { class: "quiet", type: "button", autofocus: "" }, "Close");
  close.addEventListener("click", () => keyList.close());
  keyList.replaceChildren(
    make("div", { class: "card-head" }, make("h2", { id: "keys-title" }, "Keyboard shortcuts"), close),
    ...(own.length ? [make("h3", {}, "On this page"), list(own), make("h3", {}, "Everywhere")] : []),
    list([
      { strokes: ["Ctrl", "K"], words: "Search, and do anything by its name" }, ...unique.filter(key => !key.isOwn),
      { strokes: ["Ctrl", "Z"], words: "Take back what you just did" }, { strokes: ["Esc"], words: "Close what is open" },
    ]));
  keyList.showModal();
  if (document.querySelector('a[href="/tour/keys"]')) fetch("/tour/keys", { redirect: "manual" }).then(refresh).catch(() => {});
}

// Theme: kept in a cookie, so that the next page arrives in the right colours.

/// `light`, `dark`, or `device` for what the device prefers.
export function chooseTheme(theme) {
  const isFixed = theme === "light" || theme === "dark";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `kiplot-theme=${isFixed ? theme : ""}; Path=/; Max-Age=${isFixed ? 31536000 : 0}; SameSite=Lax${secure}`;
  if (isFixed) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
}

document.addEventListener("change", event => {
  if (event.target.closest("[data-theme-form]")) chooseTheme(event.target.value);
});

// Items that were looked at lately, in this browser only.

const recent = {
  name: "kiplot-recent",
  read() { try { return JSON.parse(localStorage.getItem(this.name)) ?? []; } catch { return []; } },
  write(items) { try { localStorage.setItem(this.name, JSON.stringify(items)); } catch { /* Private windows keep nothing. */ } },
  note() {
    const match = document.title.match(/^((?:INI|OUT)-\d+) (.*) · Kiplot$/);
    if (!/^\/items\/\d+$/.test(location.pathname) || !match) return;
    const path = location.pathname;
    this.write([{ path, key: match[1], name: match[2] }, ...this.read().filter(item => item.path !== path)].slice(0, 8));
  },
};
document.addEventListener("submit", event => {
  if (event.target.getAttribute("action") === "/sign-out") recent.write([]);
});

// Commands: what the sidebar offers, what the present page can do, and a few of their own.

function pageCommands() {
  const forms = [["/read", "Read from Azure DevOps"], ["/write", "Write to Azure DevOps"], ["/archive", "Archive this item"], ["/unarchive", "Bring this item back"]];
  // Looked for again when it is done: the page may have been brought up to date meanwhile.
  const form = end => [...document.querySelectorAll('main form[action^="/items/"]')].find(candidate => candidate.getAttribute("action").endsWith(end));
  const work = () => document.querySelector('main a[href*="/_workitems/edit/"]');
  const found = forms.filter(([end]) => form(end)).map(([end, name]) => ({ name, run: () => form(end)?.requestSubmit(form(end).querySelector("button")) }));
  if (work()) found.push({ name: "Open in Azure DevOps", run: () => work()?.click() });
  return found.map(command => ({ ...command, group: "This item" }));
}

function commands() {
  const hints = Object.fromEntries(Object.entries(places).map(([letter, path]) => [path, `g ${letter}`]));
  const words = { "/bulk": "Start a bulk sync", "/attention": "Open Attention" };
  const screens = [...document.querySelectorAll(".sidebar li a")].map(link => {
    const path = link.getAttribute("href");
    return { group: "Go to", name: words[path] ?? link.querySelector("span").textContent, path, keys: hints[path] };
  });
  const create = mayCreate()
    ? [["initiative", "Create an initiative…"], ["outcome", "Create an outcome…"]].map(([kind, name]) =>
      ({ group: "Do", name, stays: true, keys: kind === "initiative" ? "c" : undefined, run: () => openPalette("create", kind) }))
    : [];
  return [
    ...pageCommands(), ...screens, { group: "Go to", name: "Your account", also: "profile password token", path: "/profile" }, ...create,
    { group: "Do", name: "Light theme", also: "switch appearance", run: () => chooseTheme("light") },
    { group: "Do", name: "Dark theme", also: "switch appearance night", run: () => chooseTheme("dark") },
    { group: "Do", name: "Theme of the device", also: "switch appearance system", run: () => chooseTheme("device") },
    { group: "Do", name: "Show keyboard shortcuts", keys: "?", run: showKeys },
    { group: "Do", name: "Show the tour", also: "first steps help", run: async () => { if ((await post("/tour/show")).ok) go("/"); } },
    { group: "Do", name: "Sign out", also: "log off leave", run: () => { recent.write([]); submit("/sign-out"); } },
  ];
}

// The palette itself: a field that names an option of the list below it, as the pattern of a combobox wants it.

let palette = null;
let field, list;
let entries = [];
let chosen = 0;
let mode = "search";
let kind = "initiative";
let found = [];
let asked = "";
let asking = null;

function build() {
  field = make("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", autocomplete: "off",
    spellcheck: "false", maxlength: "200", id: "palette-field" });
  list = make("div", { class: "palette-list", role: "listbox", id: "palette-list", "aria-label": "Results" });
  const foot = make("div", { class: "palette-foot" },
    make("span", {}, make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"), " choose"), make("span", {}, make("kbd", {}, "Enter"), " go"),
    make("span", {}, make("kbd", {}, "Esc"), " close"));
  palette = make("dialog", { class: "palette", "aria-label": "Search and commands" }, make("div", { class: "palette-field" }, field), list, foot);
  document.body.append(palette);
  field.addEventListener("input", () => { chosen = 0; ask(); render(); });
  field.addEventListener("keydown", onKey);
  palette.addEventListener("click", event => { if (event.target === palette) palette.close(); });
  list.addEventListener("mousemove", event => {
    const option = event.target.closest("[role=option]");
    if (option && Number(option.dataset.index) !== chosen) { chosen = Number(option.dataset.index); mark(); }
  });
  list.addEventListener("click", event => {
    const option = event.target.closest("[role=option]");
    if (option) take(Number(option.dataset.index));
  });
}

function openPalette(wanted = "search", wantedKind) {
  if (!isSignedIn()) return;
  if (!palette) build();
  mode = wanted;
  kind = wantedKind ?? (/outcomes|planning/.test(location.pathname) ? "outcome" : "initiative");
  field.value = "";
  found = [];
  asked = "";
  chosen = 0;
  const words = mode === "create" ? `Name of the new ${kind}` : "Search, or type what you want to do";
  field.placeholder = mode === "create" ? `${words}…` : `${words}…`;
  field.setAttribute("aria-label", words);
  render();
  if (!palette.open) palette.showModal();
  field.focus();
}

function onKey(event) {
  const last = entries.length - 1;
  const moves = { ArrowDown: () => (chosen < last ? chosen + 1 : 0), ArrowUp: () => (chosen > 0 ? chosen - 1 : last), PageDown: () => Math.min(last, chosen + 8), PageUp: () => Math.max(0, chosen - 8) };
  if (moves[event.key]) {
    event.preventDefault();
    chosen = Math.max(0, moves[event.key]());
    mark();
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    take(chosen);
  } else if (event.key === "Backspace" && mode === "create" && field.value === "") {
    event.preventDefault();
    openPalette();
  }
}

// Items, people and teams come from the server while one types; an answer to older words is not listened to.
function ask() {
  const words = field.value.trim();
  clearTimeout(ask.timer);
  if (mode !== "search" || words === asked) return;
  asking?.abort();
  if (!words) { asked = ""; found = []; return; }
  ask.timer = setTimeout(async () => {
    asking = new AbortController();
    const answer = await fetch(`/search.json?q=${encodeURIComponent(words)}`, { signal: asking.signal }).catch(() => null);
    if (!answer?.ok || field.value.trim() !== words) return;
    asked = words;
    found = (await answer.json()).found;
    render();
  }, 90);
}

function wantedEntries() {
  const text = field.value.trim();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (mode === "create") {
    const kinds = kind === "initiative" ? ["initiative", "outcome"] : ["outcome", "initiative"];
    return text ? kinds.map(each => ({ group: "Create", name: `Create the ${each} “${text}”`, run: () => submit(`/${each}s`, { name: text }) })) : [];
  }
  const all = commands();
  if (!words.length) {
    const visited = recent.read().filter(item => item.path !== location.pathname).map(item => ({ group: "Recent", name: item.name, more: item.key, path: item.path }));
    return [...visited.slice(0, 5), ...all];
  }
  const fits = command => words.every(word => `${command.group} ${command.name} ${command.also ?? ""}`.toLowerCase().includes(word));
  const fitting = all.filter(fits);
  const paths = new Set(fitting.map(command => command.path));
  const results = found.filter(entry => !paths.has(entry.path)).map(entry => ({ group: entry.group, name: entry.name, more: [entry.key, entry.hint].filter(Boolean).join(" · "), path: entry.path }));
  return [...fitting, ...results, { group: "Search", name: `Search everything for “${text}”`, path: `/search?q=${encodeURIComponent(text)}` }];
}

function render() {
  entries = wantedEntries();
  chosen = Math.min(chosen, Math.max(0, entries.length - 1));
  const groups = new Map();
  entries.forEach((entry, index) => {
    if (!groups.has(entry.group)) groups.set(entry.group, []);
    groups.get(entry.group).push(index);
  });
  // Shown in groups, and so counted.
  entries = [...groups.values()].flat().map(index => entries[index]);
  let index = 0;
  list.replaceChildren(...[...groups].map(([name, members]) => make("div", { role: "group", "aria-label": name },
    make("div", { class: "group-name", "aria-hidden": "true" }, name), ...members.map(() => option(entries[index], index++)))));
  if (!entries.length) list.append(make("div", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "nothing" }, mode === "create" ? "Type a name, then Enter." : "Nothing found."));
  mark();
}

function option(entry, index) {
  return make("div", { role: "option", id: `palette-${index}`, "data-index": String(index), "aria-selected": "false" },
    make("span", { class: "what" }, entry.name), ...(entry.more ? [make("span", { class: "more" }, entry.more)] : []),
    ...(entry.keys ? [make("kbd", { "aria-hidden": "true" }, entry.keys)] : []));
}

function mark() {
  for (const each of list.querySelectorAll("[data-index]")) {
    const isChosen = Number(each.dataset.index) === chosen;
    each.setAttribute("aria-selected", String(isChosen));
    if (isChosen) each.scrollIntoView({ block: chosen === 0 ? "end" : "nearest" });
  }
  if (entries.length) field.setAttribute("aria-activedescendant", `palette-${chosen}`); else field.removeAttribute("aria-activedescendant");
}

function take(index) {
  const entry = entries[index];
  if (!entry) return;
  if (!entry.stays) palette.close();
  if (entry.path) go(entry.path); else entry.run();
}

document.addEventListener("click", event => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const opener = event.target.closest?.("[data-palette], [data-create]");
  if (opener) {
    if (opener.dataset.create !== undefined && !mayCreate()) return;
    event.preventDefault();
    if (opener.dataset.create === undefined) openPalette(); else openPalette("create", opener.dataset.create);
  } else if (event.target.closest?.('a[href="/tour/keys"]')) {
    event.preventDefault();
    showKeys();
  }
});

recent.note();
