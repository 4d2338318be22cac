// The editor of formatted text, on ProseMirror. It knows the kinds of node that our own tree has; whatever else there is travels through
// it as a sealed piece. Every block that nobody has touched leaves as the very same elements that came.
import { pm, commands as lists } from "/assets/editor.js";

const { model, state: states, view: views, history, keymap, commands, tables } = pm;

const cell = { colspan: { default: 1 }, rowspan: { default: 1 }, colwidth: { default: null } };
const spans = dom => ({ colspan: Number(dom.getAttribute("colspan")) || 1, rowspan: Number(dom.getAttribute("rowspan")) || 1 });
const written = ({ attrs }) => ({ ...(attrs.colspan > 1 && { colspan: attrs.colspan }), ...(attrs.rowspan > 1 && { rowspan: attrs.rowspan }) });
const isAddress = text => /^(https?:\/\/|mailto:)/i.test(text ?? "");

// Sealed pieces (pictures, mentions, what is not known) by their own text, so that nodes compare as values.
const sealed = new Map();
function seal(element) {
  sealed.set(element.outerHTML, element);
  return element.outerHTML;
}
// From the clipboard only what these pieces need is taken.
function sealPasted(dom) {
  const clean = document.createElement(dom.localName);
  for (const name of ["data-source", "alt", "data-vss-mention"]) if (dom.hasAttribute(name)) clean.setAttribute(name, dom.getAttribute(name));
  if (dom.localName === "img") clean.className = "picture";
  else { clean.setAttribute("href", "#"); clean.textContent = dom.textContent; }
  return { html: seal(clean) };
}

const schema = new model.Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { group: "block", content: "inline*", parseDOM: [{ tag: "p" }, { tag: "div" }], toDOM: () => ["p", 0] },
    heading: {
      group: "block", content: "inline*", defining: true, attrs: { level: { default: 2 } },
      parseDOM: [1, 2, 3, 4, 5, 6].map(level => ({ tag: `h${level}`, attrs: { level } })), toDOM: node => [`h${node.attrs.level}`, 0],
    },
    bullets: { group: "block", content: "item+", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    numbers: { group: "block", content: "item+", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
    item: { content: "block+", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    quote: { group: "block", content: "block+", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    code_block: {
      group: "block", content: "text*", marks: "", code: true, defining: true,
      parseDOM: [{ tag: "pre", preserveWhitespace: "full" }], toDOM: () => ["pre", 0],
    },
    rule: { group: "block", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
    table: {
      group: "block", content: "row+", isolating: true, tableRole: "table", parseDOM: [{ tag: "table" }], toDOM: () => ["table", ["tbody", 0]],
    },
    row: { content: "(cell | head)*", tableRole: "row", parseDOM: [{ tag: "tr" }], toDOM: () => ["tr", 0] },
    cell: {
      content: "block+", isolating: true, tableRole: "cell", attrs: cell, parseDOM: [{ tag: "td", getAttrs: spans }],
      toDOM: node => ["td", written(node), 0],
    },
    head: {
      content: "block+", isolating: true, tableRole: "header_cell", attrs: cell, parseDOM: [{ tag: "th", getAttrs: spans }],
      toDOM: node => ["th", written(node), 0],
    },
    sealed_block: { group: "block", atom: true, attrs: { html: {} }, toDOM: node => sealed.get(node.attrs.html).cloneNode(true) },
    text: { group: "inline" },
    line_break: { group: "inline", inline: true, selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    sealed: {
      group: "inline", inline: true, atom: true, attrs: { html: {} },
      parseDOM: ["img[data-source]", "a[data-vss-mention]"].map(tag => ({ tag, priority: 70, getAttrs: sealPasted })),
      toDOM: node => sealed.get(node.attrs.html).cloneNode(true),
    },
  },
  marks: {
    link: {
      attrs: { href: {} }, inclusive: false,
      parseDOM: [{ tag: "a[href]", getAttrs: dom => isAddress(dom.getAttribute("href")) && { href: dom.getAttribute("href") } }],
      toDOM: mark => ["a", { href: mark.attrs.href, rel: "noopener noreferrer" }, 0],
    },
    strong: {
      parseDOM: [{ tag: "strong" }, { tag: "b", getAttrs: dom => dom.style.fontWeight !== "normal" && null }, { style: "font-weight", getAttrs: value => /^(bold(er)?|[6-9]\d{2})$/.test(value) && null }],
      toDOM: () => ["strong", 0],
    },
    em: { parseDOM: [{ tag: "em" }, { tag: "i" }, { style: "font-style=italic" }], toDOM: () => ["em", 0] },
    underline: { parseDOM: [{ tag: "u" }, { tag: "ins" }], toDOM: () => ["u", 0] },
    strike: { parseDOM: [{ tag: "s" }, { tag: "strike" }, { tag: "del" }], toDOM: () => ["s", 0] },
    sub: { excludes: "sup", parseDOM: [{ tag: "sub" }], toDOM: () => ["sub", 0] },
    sup: { excludes: "sub", parseDOM: [{ tag: "sup" }], toDOM: () => ["sup", 0] },
    code: { parseDOM: [{ tag: "code" }], toDOM: () => ["code", 0] },
  },
});
const { nodes: kinds, marks } = schema;
const markOf = { strong: marks.strong, b: marks.strong, em: marks.em, i: marks.em, u: marks.underline, s: marks.strike, strike: marks.strike, sub: marks.sub, sup: marks.sup, code: marks.code };
const blockNames = "p, div, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, pre, hr, table";

// MARK: From elements to nodes

/// Reads the elements that the server has made from its tree. Each node remembers the element that it came from.
function read(root) {
  const origins = new WeakMap();
  // Which marks stand in which others: ProseMirror keeps no order of marks, but the author had one.
  const nested = new Set();
  const from = (node, element) => { origins.set(node, element); return node; };

  function blocks(parent) {
    const result = [];
    let loose = [];
    const flush = () => {
      if (loose.length) result.push(kinds.paragraph.create(null, model.Fragment.fromArray(loose)));
      loose = [];
    };
    for (const child of parent.childNodes) {
      if (child.nodeType === 1 && (child.matches(blockNames) || child.querySelector(blockNames))) {
        flush();
        result.push(...block(child));
      } else {
        loose.push(...inline(child, []));
      }
    }
    flush();
    return result.length ? result : [kinds.paragraph.create()];
  }

  function block(element) {
    const name = element.localName;
    const words = () => model.Fragment.fromArray([...element.childNodes].flatMap(child => inline(child, [])));
    if (name === "p" || name === "div") return element.querySelector(blockNames) ? blocks(element) : [from(kinds.paragraph.create(null, words()), element)];
    if (/^h[1-6]$/.test(name) && !element.querySelector(blockNames)) return [from(kinds.heading.create({ level: Number(name[1]) }, words()), element)];
    if (name === "ul" || name === "ol") {
      const items = [...element.children].map(item => from(kinds.item.create(null, blocks(item)), item));
      if (items.length) return [from((name === "ul" ? kinds.bullets : kinds.numbers).create(null, items), element)];
    }
    if (name === "blockquote") return [from(kinds.quote.create(null, blocks(element)), element)];
    if (name === "pre") return [from(kinds.code_block.create(null, element.textContent ? schema.text(element.textContent) : null), element)];
    if (name === "hr") return [from(kinds.rule.create(), element)];
    if (name === "table") {
      const rows = [...element.querySelectorAll(":scope > tr, :scope > * > tr")].map(row => from(kinds.row.create(null, [...row.children].map(
        one => from((one.localName === "th" ? kinds.head : kinds.cell).create(spans(one), blocks(one)), one))), row));
      if (rows.length) return [from(kinds.table.create(null, rows), element)];
    }
    return [kinds.sealed_block.create({ html: seal(element) })];
  }

  function inline(node, around) {
    if (node.nodeType === 3) return node.data ? [schema.text(node.data, around)] : [];
    if (node.nodeType !== 1) return [];
    const inside = extra => [...node.childNodes].flatMap(child => inline(child, extra));
    const marked = mark => {
      for (const outer of around) nested.add(`${outer.type.name} ${mark.type.name}`);
      return inside(mark.addToSet(around));
    };
    if (node.localName === "br") return [kinds.line_break.create(null, null, around)];
    if (node.matches("a[href]:not([data-vss-mention])") && isAddress(node.getAttribute("href"))) {
      return marked(marks.link.create({ href: node.getAttribute("href") }));
    }
    if (markOf[node.localName]) return marked(markOf[node.localName].create());
    if (node.localName === "span" || node.localName === "font") return inside(around);
    return [kinds.sealed.create({ html: seal(node) }, null, around)];
  }

  return { doc: kinds.doc.create(null, blocks(root)), origins, nested };
}

// MARK: From nodes to elements

function write(doc, origins, nested) {
  const root = document.createElement("div");
  const make = (node, name, attributes = {}) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    node.forEach(child => element.append(one(child)));
    return element;
  };
  function one(node) {
    const origin = origins.get(node);
    if (origin) return origin.cloneNode(true);
    switch (node.type) {
      case kinds.paragraph: return flow("p", node);
      case kinds.heading: return flow(`h${node.attrs.level}`, node);
      case kinds.code_block: { const element = document.createElement("pre"); element.textContent = node.textContent; return element; }
      case kinds.bullets: return make(node, "ul");
      case kinds.numbers: return make(node, "ol");
      case kinds.item: return make(node, "li");
      case kinds.quote: return make(node, "blockquote");
      case kinds.rule: return document.createElement("hr");
      case kinds.table: return make(node, "table");
      case kinds.row: return make(node, "tr");
      case kinds.cell: return make(node, "td", written(node));
      case kinds.head: return make(node, "th", written(node));
      case kinds.line_break: return document.createElement("br");
      case kinds.text: return document.createTextNode(node.text);
      default: return sealed.get(node.attrs.html).cloneNode(true);
    }
  }
  function flow(name, node) {
    const element = document.createElement(name);
    const content = [];
    node.forEach(child => content.push(child));
    inline(element, content, []);
    return element;
  }
  // Of the marks that begin at a place the one that reaches furthest goes outside, as an author would nest them.
  function inline(parent, content, open) {
    for (let start = 0; start < content.length;) {
      let outermost = null, end = start;
      for (const mark of content[start].marks) {
        if (mark.isInSet(open)) continue;
        let reach = start + 1;
        while (reach < content.length && mark.isInSet(content[reach].marks)) reach += 1;
        const isOuter = reach === end && nested.has(`${mark.type.name} ${outermost?.type.name}`) && !nested.has(`${outermost?.type.name} ${mark.type.name}`);
        if (reach > end || isOuter) { outermost = mark; end = reach; }
      }
      if (!outermost) { parent.append(one(content[start])); start += 1; continue; }
      const element = document.createElement(outermost.type.name === "link" ? "a" : { strong: "b", em: "i", underline: "u", strike: "s" }[outermost.type.name] ?? outermost.type.name);
      if (outermost.type === marks.link) element.setAttribute("href", outermost.attrs.href);
      inline(element, content.slice(start, end), [...open, outermost]);
      parent.append(element);
      start = end;
    }
  }
  doc.forEach(node => root.append(one(node)));
  return root.innerHTML;
}

// MARK: Commands

const isIn = (state, kind) => { for (let depth = state.selection.$from.depth; depth > 0; depth -= 1) if (state.selection.$from.node(depth).type === kind) return depth; return 0; };
const list = name => (state, dispatch, view) => lists[name]("item")({ state, dispatch, view, tr: state.tr });
const lift = list("liftListItem"), sink = list("sinkListItem");

function split(state, dispatch) {
  const { $from, $to } = state.selection;
  const depth = isIn(state, kinds.item);
  if (!depth || $from.depth < 2 || !$from.sameParent($to) || depth !== $from.depth - 1) return false;
  if ($from.parent.content.size === 0) return lift(state, dispatch);
  if (dispatch) dispatch(state.tr.delete($from.pos, $to.pos).split($from.pos, 2).scrollIntoView());
  return true;
}

const toggleList = kind => (state, dispatch) => {
  const depth = isIn(state, kinds.item);
  if (depth) {
    const around = state.selection.$from.node(depth - 1);
    if (around.type === kind) return lift(state, dispatch);
    if (dispatch) dispatch(state.tr.setNodeMarkup(state.selection.$from.before(depth - 1), kind));
    return true;
  }
  const range = state.selection.$from.blockRange(state.selection.$to);
  if (!range) return false;
  const items = [];
  for (let index = range.startIndex; index < range.endIndex; index += 1) items.push(kinds.item.create(null, range.parent.child(index)));
  if (!range.parent.canReplaceWith(range.startIndex, range.endIndex, kind)) return false;
  if (dispatch) {
    const offset = state.selection.from - range.start;
    const tr = state.tr.replaceWith(range.start, range.end, kind.create(null, items));
    const end = range.start + tr.doc.nodeAt(range.start).nodeSize;
    const anchor = items.length === 1 ? tr.doc.resolve(range.start + offset + 2) : tr.doc.resolve(range.start + 3);
    dispatch(tr.setSelection(states.TextSelection.between(anchor, items.length === 1 ? anchor : tr.doc.resolve(end - 3))));
  }
  return true;
};

const toggleQuote = (state, dispatch) => (isIn(state, kinds.quote) ? commands.lift(state, dispatch) : commands.wrapIn(kinds.quote)(state, dispatch));
const toggleCode = (state, dispatch) => (state.selection.empty || !state.selection.$from.sameParent(state.selection.$to)
  ? commands.setBlockType(isIn(state, kinds.code_block) ? kinds.paragraph : kinds.code_block)(state, dispatch)
  : commands.toggleMark(marks.code)(state, dispatch));
function breakLine(state, dispatch) {
  if (dispatch) dispatch(state.tr.replaceSelectionWith(kinds.line_break.create()).scrollIntoView());
  return true;
}
function insertTable(state, dispatch) {
  if (tables.isInTable(state)) return false;
  const row = kind => kinds.row.create(null, [0, 1, 2].map(() => kind.createAndFill()));
  if (dispatch) {
    const at = state.selection.from;
    const tr = state.tr.replaceSelectionWith(kinds.table.create(null, [row(kinds.head), row(kinds.cell)]));
    dispatch(tr.setSelection(states.Selection.near(tr.doc.resolve(Math.min(at + 2, tr.doc.content.size)))).scrollIntoView());
  }
  return true;
}

const leave = (state, dispatch, view) => { view.dom.blur(); return true; };
const undo = history.undo, redo = history.redo;
const keys = {
  "Mod-b": commands.toggleMark(marks.strong), "Mod-i": commands.toggleMark(marks.em), "Mod-u": commands.toggleMark(marks.underline),
  "Mod-e": toggleCode, "Mod-Shift-8": toggleList(kinds.bullets), "Mod-Shift-7": toggleList(kinds.numbers), "Mod-Shift-9": toggleQuote,
  "Mod-Alt-0": commands.setBlockType(kinds.paragraph), "Mod-Alt-1": commands.setBlockType(kinds.heading, { level: 1 }),
  "Mod-Alt-2": commands.setBlockType(kinds.heading, { level: 2 }), "Mod-Alt-3": commands.setBlockType(kinds.heading, { level: 3 }),
  "Mod-z": undo, "Mod-Shift-z": redo, "Mod-y": redo, Enter: split, "Shift-Enter": commands.chainCommands(commands.exitCode, breakLine),
  // Where Tab has no meaning of its own it goes on to the next control, as everywhere.
  Tab: commands.chainCommands(tables.goToNextCell(1), sink), "Shift-Tab": commands.chainCommands(tables.goToNextCell(-1), lift),
  Escape: leave, "Mod-Enter": leave,
};

// MARK: Toolbar

const drawings = {
  bullets: "M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01", numbers: "M10 6h10M10 12h10M10 18h10M4 4.500h1.500V9M4 13h2.500L4 17h2.500",
  quote: "M5 7h5v6a4 4 0 01-4 4M14 7h5v6a4 4 0 01-4 4", code: "M8 7l-5 5 5 5M16 7l5 5-5 5", link: "M10 14l4-4M9 7l2-2a4.200 4.200 0 016 6l-2 2M15 17l-2 2a4.200 4.200 0 01-6-6l2-2",
  table: "M4 5h16v14H4zM4 10h16M4 14.500h16M12 5v14", undo: "M8 5L4 9l4 4M4 9h10a5.500 5.500 0 010 11h-3", redo: "M16 5l4 4-4 4M20 9H10a5.500 5.500 0 000 11h3",
};
function drawing(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "icon", width: 16, height: 16, viewBox: "0 0 24 24", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", drawings[name]);
  svg.append(path);
  return svg;
}

function toolbar(bar, view) {
  const isMac = /Mac|iP/.test(navigator.platform);
  const refreshers = [];
  const run = command => { command(view.state, view.dispatch, view); view.focus(); };
  function button(name, content, shortcut, command, isOn) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "quiet";
    one.append(content);
    one.setAttribute("aria-label", name);
    one.title = shortcut ? `${name} (${shortcut.replace("Mod", isMac ? "⌘" : "Ctrl").replaceAll("-", "+")})` : name;
    // The cursor stays in the text while the mouse presses a button.
    one.addEventListener("mousedown", event => event.preventDefault());
    one.addEventListener("click", () => run(command));
    if (isOn) refreshers.push(() => one.setAttribute("aria-pressed", String(Boolean(isOn(view.state)))));
    return one;
  }
  function words(text, tag) { const element = document.createElement(tag); element.textContent = text; return element; }
  function menu(name, options, chosen) {
    const select = document.createElement("select");
    select.setAttribute("aria-label", name);
    for (const option of options) select.add(new Option(option.words, option.value ?? option.words));
    select.addEventListener("change", () => { const option = options[select.selectedIndex]; if (option.command) run(option.command); update(); });
    refreshers.push(() => { if (document.activeElement !== select) select.selectedIndex = Math.max(0, options.findIndex(option => chosen(view.state, option))); });
    return select;
  }
  const gap = () => { const element = document.createElement("span"); element.className = "gap"; return element; };
  const hasMark = kind => state => (state.selection.empty ? kind.isInSet(state.storedMarks ?? state.selection.$from.marks()) : state.doc.rangeHasMark(state.selection.from, state.selection.to, kind));
  const style = menu("Style", [
    { words: "Text", command: commands.setBlockType(kinds.paragraph) },
    ...[1, 2, 3].map(level => ({ words: `Heading ${level}`, level, command: commands.setBlockType(kinds.heading, { level }) })),
  ], (state, option) => (state.selection.$from.parent.attrs.level ?? 0) === (option.level ?? 0));
  const tableMenu = menu("Table", [
    { words: "Table" }, { words: "Insert a table", command: insertTable }, { words: "Add a row below", command: tables.addRowAfter },
    { words: "Add a column after", command: tables.addColumnAfter }, { words: "Remove the row", command: tables.deleteRow },
    { words: "Remove the column", command: tables.deleteColumn }, { words: "Remove the table", command: tables.deleteTable },
  ], (state, option) => !option.command);
  bar.replaceChildren(
    style, gap(),
    button("Bold", words("B", "b"), "Mod-B", keys["Mod-b"], hasMark(marks.strong)), button("Italic", words("I", "i"), "Mod-I", keys["Mod-i"], hasMark(marks.em)),
    button("Underline", words("U", "u"), "Mod-U", keys["Mod-u"], hasMark(marks.underline)), gap(),
    button("List", drawing("bullets"), "Mod-Shift-8", toggleList(kinds.bullets), state => isIn(state, kinds.bullets)),
    button("Numbered list", drawing("numbers"), "Mod-Shift-7", toggleList(kinds.numbers), state => isIn(state, kinds.numbers)),
    button("Quote", drawing("quote"), "Mod-Shift-9", toggleQuote, state => isIn(state, kinds.quote)),
    button("Code", drawing("code"), "Mod-E", toggleCode, state => isIn(state, kinds.code_block) || hasMark(marks.code)(state)), gap(),
    button("Link", drawing("link"), "Mod-K", () => askLink(bar, view), hasMark(marks.link)), tableMenu, gap(),
    button("Undo", drawing("undo"), "Mod-Z", undo), button("Redo", drawing("redo"), "Mod-Shift-Z", redo));
  // The menus are no fields of the form around.
  bar.addEventListener("change", event => event.stopPropagation());
  // One stop of the Tab key, and arrows inside, as toolbars are.
  const controls = [...bar.querySelectorAll("button, select")];
  controls.forEach((control, index) => { control.tabIndex = index ? -1 : 0; });
  bar.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const index = controls.indexOf(event.target);
    if (event.key === "Escape") { view.focus(); event.stopPropagation(); return; }
    if (!step || index < 0) return;
    event.preventDefault();
    const next = controls[(index + step + controls.length) % controls.length];
    controls.forEach(control => { control.tabIndex = control === next ? 0 : -1; });
    next.focus();
  });
  const update = () => refreshers.forEach(refresh => refresh());
  update();
  return update;
}

function askLink(bar, view) {
  bar.querySelector(".link-entry")?.remove();
  const { from, to, $from, empty } = view.state.selection;
  const present = marks.link.isInSet($from.marks()) ?? (empty ? undefined : marks.link.isInSet(view.state.doc.nodeAt(from)?.marks ?? []));
  const entry = document.createElement("div");
  entry.className = "link-entry";
  const input = document.createElement("input");
  Object.assign(input, { type: "url", value: present?.attrs.href ?? "", placeholder: "https://…" });
  input.setAttribute("aria-label", "Address of the link");
  // The focus goes back first: a field that vanishes with the focus in it looks as if the text had been left.
  const close = () => { view.focus(); entry.remove(); };
  const apply = () => {
    const href = input.value.trim();
    const tr = view.state.tr;
    if (href && !isAddress(href)) { input.setCustomValidity("An address starts with https://, http:// or mailto:"); input.reportValidity(); return; }
    if (empty && href && !present) tr.insert(from, schema.text(href, [marks.link.create({ href })]));
    else {
      // Without a selection the whole link that the cursor stands in is meant.
      let start = from, end = to;
      if (empty) $from.parent.forEach((child, offset) => {
        const at = $from.start() + offset;
        if (at <= from && from <= at + child.nodeSize && present?.isInSet(child.marks)) { start = at; end = at + child.nodeSize; }
      });
      tr.removeMark(start, end, marks.link);
      if (href) tr.addMark(start, end, marks.link.create({ href }));
    }
    view.dispatch(tr);
    close();
  };
  const done = document.createElement("button");
  Object.assign(done, { type: "button", textContent: present ? "Change the link" : "Set the link" });
  done.addEventListener("click", apply);
  input.addEventListener("input", () => input.setCustomValidity(""));
  // The form around is not sent by Enter, nor by what is typed here.
  entry.addEventListener("change", event => event.stopPropagation());
  entry.addEventListener("keydown", event => {
    if (event.key === "Enter") { event.preventDefault(); apply(); }
    if (event.key === "Escape") { event.stopPropagation(); close(); }
  });
  entry.append(input, done);
  bar.append(entry);
  input.focus();
}

// MARK: The editor

/// Where the cursor stands, in letters from the beginning.
function cursor(text) {
  const selection = document.getSelection();
  if (!selection.rangeCount || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) return null;
  const letters = (node, offset) => { const range = document.createRange(); range.setStart(text, 0); range.setEnd(node, offset); return range.toString().length; };
  return [letters(selection.anchorNode, selection.anchorOffset), letters(selection.focusNode, selection.focusOffset)];
}
function place(doc, letters) {
  let rest = letters, found = null;
  doc.descendants((node, position) => {
    if (found !== null) return false;
    const length = node.isText ? node.text.length : node.isAtom && node.type === kinds.sealed ? sealed.get(node.attrs.html).textContent.length : 0;
    if (node.isText && rest <= length) found = position + rest;
    rest -= length;
    return true;
  });
  return doc.resolve(found ?? doc.content.size);
}

/// Takes over an element with formatted text. Returns what it holds, as HTML for the server; a count of its changes; and its end.
export function edit(rich, text, { wasTouched, changed }) {
  const { doc, origins, nested } = read(text.cloneNode(true));
  const letters = cursor(text);
  let version = wasTouched ? 1 : 0;
  if (wasTouched) changed();
  const bar = rich.querySelector("[role=toolbar]");
  let update = () => {};
  const state = states.EditorState.create({
    doc, plugins: [history.history(), keymap.keymap({ ...keys, "Mod-k": () => { askLink(bar, view); return true; } }), keymap.keymap(commands.baseKeymap)],
  });
  const isBlank = ({ doc }) => doc.childCount === 1 && doc.firstChild.type === kinds.paragraph && doc.firstChild.content.size === 0;
  const view = new views.EditorView({ mount: text }, {
    state,
    attributes: state => ({ class: isBlank(state) ? "blank" : "filled" }),
    dispatchTransaction(transaction) {
      view.updateState(view.state.apply(transaction));
      if (transaction.docChanged) { version += 1; changed(); }
      update();
    },
    handleDOMEvents: { change: () => false },
  });
  if (letters && doc.content.size > 2) {
    const [anchor, head] = letters.map(count => place(view.state.doc, count));
    view.dispatch(view.state.tr.setSelection(states.TextSelection.between(anchor, head)));
  }
  if (document.activeElement !== text && rich.contains(document.activeElement)) view.focus();
  update = toolbar(bar, view);
  return { html: () => (isBlank(view.state) ? "" : write(view.state.doc, origins, nested)), version: () => version, close: () => view.destroy() };
}
