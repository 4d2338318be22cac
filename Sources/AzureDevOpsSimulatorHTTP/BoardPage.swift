/// The page on which a person works on the Azure DevOps side of a demonstration.
enum BoardPage {
    static let html = #"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Azure DevOps (simulated)</title>
        <style>
        :root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 15%, Canvas); --soft: color-mix(in srgb, CanvasText 6%, Canvas); --blue: #0067b8 }
        * { box-sizing: border-box }
        body { margin: 0; font: 14px/1.45 "Segoe UI", system-ui, sans-serif; background: var(--soft); color: CanvasText }
        header { background: var(--blue); color: white; padding: 10px 20px; display: flex; gap: 16px; align-items: center; flex-wrap: wrap }
        header h1 { font-size: 16px; font-weight: 600; margin: 0 }
        header small { opacity: .85 }
        header label { margin-left: auto }
        select, input, textarea, button { font: inherit; color: inherit; background: Canvas; border: 1px solid var(--line); border-radius: 3px; padding: 4px 8px }
        header select { color: CanvasText }
        main { padding: 16px 20px }
        h2 { font-size: 15px; margin: 12px 0 }
        .tools { display: flex; gap: 8px; margin-bottom: 12px; flex-wrap: wrap }
        .columns { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(220px, 1fr); gap: 12px; overflow-x: auto; align-items: start }
        .column { background: Canvas; border: 1px solid var(--line); border-radius: 4px; padding: 8px; min-height: 120px }
        .column h3 { margin: 0 0 8px; font-size: 13px; font-weight: 600 }
        .card { border: 1px solid var(--line); border-left: 4px solid gray; border-radius: 3px; padding: 8px; margin-bottom: 8px; background: Canvas; display: block; width: 100%; text-align: left; cursor: pointer }
        .card.fresh { outline: 2px solid var(--blue); transition: outline-color 2s }
        .card small { color: color-mix(in srgb, CanvasText 65%, Canvas) }
        dialog { border: 1px solid var(--line); border-radius: 6px; width: min(560px, 94vw); background: Canvas; color: CanvasText }
        dialog form { display: grid; grid-template-columns: 110px 1fr; gap: 8px; align-items: center }
        dialog textarea { min-height: 80px }
        dialog footer { grid-column: 1 / -1; display: flex; gap: 8px; justify-content: flex-end }
        .primary { background: var(--blue); color: white; border-color: var(--blue) }
        #message { color: #c50f1f; min-height: 1.4em }
        </style>
        </head>
        <body>
        <header><h1>Azure DevOps</h1><small>simulated · <span id="project"></span></small>
        <label>You are <select id="me"></select></label></header>
        <main>
        <div class="tools">
        <select id="projects" aria-label="Project"></select><select id="type" aria-label="Work item type"></select>
        <input id="title" placeholder="New work item…" aria-label="Title of a new work item"><button id="add" class="primary">Add</button>
        </div>
        <p id="message" role="alert"></p>
        <div class="columns" id="board"></div>
        </main>
        <dialog id="editor"><h2 id="editing"></h2>
        <form method="dialog">
        <label for="f-title">Title</label><input id="f-title" required maxlength="255">
        <label for="f-state">State</label><select id="f-state"></select>
        <label for="f-assigned">Assigned to</label><select id="f-assigned"></select>
        <label for="f-start">Start date</label><input id="f-start" type="date">
        <label for="f-target">Target date</label><input id="f-target" type="date">
        <label for="f-effort">Effort</label><input id="f-effort" type="number" step="any">
        <label for="f-tags">Tags</label><input id="f-tags">
        <label for="f-parent">Parent</label><input id="f-parent" type="number">
        <label for="f-description">Description</label><textarea id="f-description"></textarea>
        <footer><button value="delete" id="delete">Delete</button><button value="cancel">Cancel</button><button value="save" class="primary" id="save">Save</button></footer>
        </form></dialog>
        <script>
        const $ = id => document.getElementById(id);
        let data = { projects: [], accounts: [] }, seen = {}, open = null;
        const me = () => $("me").value;
        async function call(method, path, body) {
          const answer = await fetch("/_simulator/" + path, { method, body: body && JSON.stringify(body) });
          const json = await answer.json();
          $("message").textContent = answer.ok ? "" : json.message;
          return answer.ok;
        }
        function fill(select, names) {
          if ([...select.options].map(o => o.value).join("|") === names.join("|")) return;
          const kept = select.value;
          select.replaceChildren(...names.map(n => new Option(n || "Unassigned", n)));
          if (names.includes(kept)) select.value = kept;
        }
        const current = () => data.projects.find(p => p.name === $("projects").value) || data.projects[0];
        async function load() {
          data = await (await fetch("/_simulator/board")).json();
          fill($("projects"), data.projects.map(p => p.name));
          fill($("me"), data.accounts.filter(a => a !== "Kiplot Service"));
          show();
        }
        function show() {
          const project = current();
          if (!project) return;
          $("project").textContent = project.name + " · " + project.process + " · " + project.total + " work items";
          fill($("type"), project.types.map(t => t.name));
          const type = project.types.find(t => t.name === $("type").value);
          $("board").replaceChildren(...type.states.map(state => {
            const column = document.createElement("section");
            column.className = "column";
            const items = project.items.filter(i => i.type === type.name && i.state === state);
            const head = document.createElement("h3");
            head.textContent = state + " · " + items.length;
            column.append(head, ...items.map(item => card(item, type)));
            column.ondragover = e => e.preventDefault();
            column.ondrop = e => { e.preventDefault(); call("PATCH", "work-items/" + e.dataTransfer.getData("id"), { as: me(), fields: { "System.State": state } }); };
            return column;
          }));
        }
        function card(item, type) {
          const button = document.createElement("button");
          button.className = "card";
          button.draggable = true;
          button.dataset.id = item.id;
          button.style.borderLeftColor = "#" + type.color;
          const small = document.createElement("small");
          small.textContent = "#" + item.id + " · rev " + item.rev + (item.assignedTo ? " · " + item.assignedTo : "") + (item.target ? " · due " + item.target.slice(0, 10) : "");
          button.append(item.title, document.createElement("br"), small);
          if (seen[item.id] && seen[item.id] !== item.rev) { button.classList.add("fresh"); setTimeout(() => button.classList.remove("fresh"), 2500); }
          seen[item.id] = item.rev;
          button.ondragstart = e => e.dataTransfer.setData("id", item.id);
          button.onclick = () => edit(item, type);
          return button;
        }
        function edit(item, type) {
          open = item;
          $("editing").textContent = item.type + " #" + item.id;
          fill($("f-state"), type.states);
          fill($("f-assigned"), ["", ...data.accounts]);
          $("f-title").value = item.title; $("f-state").value = item.state; $("f-assigned").value = item.assignedTo;
          $("f-start").value = item.start.slice(0, 10); $("f-target").value = item.target.slice(0, 10);
          $("f-effort").value = item.effort ?? ""; $("f-tags").value = item.tags; $("f-parent").value = item.parent ?? "";
          $("f-description").value = item.description;
          $("editor").showModal();
        }
        $("editor").onclose = () => {
          const choice = $("editor").returnValue, item = open;
          if (choice === "delete") return call("DELETE", "work-items/" + item.id + "?as=" + encodeURIComponent(me()));
          if (choice !== "save") return;
          const fields = {};
          const put = (name, now, before) => { if (now !== before) fields[name] = now; };
          put("System.Title", $("f-title").value, item.title);
          put("System.State", $("f-state").value, item.state);
          put("System.AssignedTo", $("f-assigned").value, item.assignedTo);
          put("Microsoft.VSTS.Scheduling.StartDate", $("f-start").value, item.start.slice(0, 10));
          put("Microsoft.VSTS.Scheduling.TargetDate", $("f-target").value, item.target.slice(0, 10));
          put("Microsoft.VSTS.Scheduling.Effort", $("f-effort").value === "" ? "" : Number($("f-effort").value), item.effort ?? "");
          put("System.Tags", $("f-tags").value, item.tags);
          put("System.Description", $("f-description").value, item.description);
          const body = { as: me(), fields };
          const parent = $("f-parent").value === "" ? null : Number($("f-parent").value);
          if (parent !== (item.parent ?? null)) body.parent = parent;
          call("PATCH", "work-items/" + item.id, body);
        };
        $("add").onclick = async () => {
          if (await call("POST", "work-items", { as: me(), project: current().name, type: $("type").value, fields: { "System.Title": $("title").value } })) $("title").value = "";
        };
        $("title").onkeydown = e => { if (e.key === "Enter") $("add").click(); };
        $("projects").onchange = $("type").onchange = show;
        new EventSource("/_simulator/events").onmessage = load;
        load();
        </script>
        </body>
        </html>
        """#
}
