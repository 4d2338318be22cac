import AzureDevOps
import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine

/// What people do and what befalls the house. Each deed looks at what there is and takes one of it; where there is nothing, it is none.
extension Play {
    static let person = Actor.person(Identifier(1), name: "Ada")

    /// A link as the play's people see it.
    struct Pair {
        var link: Identifier<Link>
        var item: Identifier<Item>
        var workItem: Int64?
        var kind: ItemKind
    }

    func pairs() -> [Pair] {
        let rows = try? database.readNow { transaction in
            try transaction.rows(
                """
                SELECT link.id, link.item_id, link.work_item_id, item.kind FROM link JOIN item ON item.id = link.item_id
                WHERE link.is_live = TRUE AND link.integration_id = $1 ORDER BY link.id
                """, [.integer(integration.number)])
        }
        return (rows ?? []).compactMap { row in
            guard let link = row.integer(0), let item = row.integer(1), let kind = row.text(3).flatMap({ ItemKind(rawValue: $0) }) else {
                return nil
            }
            return Pair(link: Identifier(link), item: Identifier(item), workItem: row.integer(2), kind: kind)
        }
    }

    func perform(_ deed: Deed) {
        let pairs = pairs()
        func pair(_ number: Int) -> Pair? { pairs.isEmpty ? nil : pairs[number % pairs.count] }
        let workItems = world.workItemNumbers
        func workItem(_ number: Int) -> Int64? { workItems.isEmpty ? nil : workItems[number % workItems.count] }
        switch deed {
        case .editHere(let item, let field, let value): if let pair = pair(item) { editHere(pair, [field], value) }
        case .editSeveralHere(let item, let value): if let pair = pair(item) { editHere(pair, [.name, .description, .tags], value) }
        case .editThere(let number, let field, let value): if let id = workItem(number) { editThere(id, field, value) }
        case .editThereAsUs(let number, let field, let value):
            // Within two minutes of a write whose answer was lost, nobody could tell the two apart (docs/operate.md).
            if let id = workItem(number), !hasUnheardWrite(id) { editThere(id, field, value, by: World.serviceAccount) }
        case .editBoth(let item, let field, let here, let there):
            guard let pair = pair(item), let id = pair.workItem else { return }
            note(.editedAtOnce)
            editThere(id, field, there)
            editHere(pair, [field], here)
        case .pressRead(let item): if let pair = pair(item) { press(pair, .pull) }
        case .pressWrite(let item): if let pair = pair(item) { press(pair, .push) }
        case .settle(let conflict, let choice): settle(conflict, choice)
        case .addItemAndCreate(let value): addItem(value)
        case .addWorkItem(let value):
            world.control(
                "POST", "work-items",
                ["project": .string(projectName), "type": "Epic", "fields": ["System.Title": .string("born there \(value)")]], at: now)
            tell("Dana adds an Epic “born there \(value)”")
        case .linkAgain(let item, let number): link(item, workItem(number))
        case .unlink(let item): if let pair = pair(item) { unlink(pair) }
        case .pull: startRun(.pull)
        case .push: startRun(.push)
        case .pause: setPaused(true)
        case .resume: setPaused(false)
        case .changeMapping(let choice): changeMapping(choice)
        default: performThere(deed, pairs, workItem)
        }
        scheduleDeliveries()
    }

    private func hasUnheardWrite(_ workItem: Int64) -> Bool {
        evidence.calls.contains { $0.isPatch && $0.workItem == workItem && $0.status == nil && $0.sentAt > now - 120_000 }
    }

    // MARK: In Kiplot

    private func value(_ field: Deed.Field, _ number: Int, _ kind: ItemKind) -> (FieldKey, FieldValue?)? {
        switch field {
        case .name: (.name, .text(number.isMultiple(of: 3) ? "k\(number)  two blanks" : "k\(number)"))
        case .description: (.description, number.isMultiple(of: 7) ? nil : .richText(.html("<div>k\(number)</div>")))
        case .effort: kind == .initiative ? (.effort, .number(Double(number))) : nil
        case .tags: (.tags, .set(of: Self.tags(number)))
        case .stage: kind == .initiative && !stageIDs.isEmpty ? (.stage, .stage(stageIDs[number % stageIDs.count])) : nil
        }
    }

    private static func tags(_ number: Int) -> [String] { (0..<4).filter { number >> $0 & 1 == 1 }.map { "t\($0)" } }

    private func editHere(_ pair: Pair, _ fields: [Deed.Field], _ number: Int) {
        var changes: [FieldKey: FieldValue?] = [:]
        for field in fields { if let (key, value) = value(field, number, pair.kind) { changes[key] = .some(value) } }
        let wanted = changes
        guard !wanted.isEmpty else { return }
        errand(on: anyNode()) { [self] node in
            let at = node.clock.now
            let written = try await node.store.write { transaction -> (before: Item?, after: Item) in
                let before = try transaction.item(pair.item)
                return (
                    before, try transaction.edit(pair.item, changes: wanted, origin: EditOrigin(actor: Self.person, cause: .edit, at: at))
                )
            }
            for (key, value) in wanted.sorted(by: { $0.key < $1.key }) where written.before?[key] != value {
                evidence.localEdits.append(Evidence.LocalEdit(item: pair.item, field: key, value: value, at: now))
                tell("Ada changes \(key.name) of item \(pair.item) to \(value?.json[1]?.text ?? "nothing")")
            }
            // A29: she sees what she wrote, or something newer.
            let seen = try await node.store.read { try $0.item(pair.item) }
            for (key, value) in wanted where seen?[key] != value && seen?.version(of: key) == written.after.version(of: key) {
                evidence.violations.append(Violation("A29", "item \(pair.item) shows another \(key.name) than was just saved"))
            }
        }
    }

    private func press(_ pair: Pair, _ movement: Movement) {
        errand(on: anyNode()) { [self] node in
            tell("Ada presses \(movement == .pull ? "Read" : "Write") on item \(pair.item)")
            _ = try await node.engine.items.synchronise(pair.link, movement, by: Self.person)
        }
    }

    private func settle(_ number: Int, _ choice: Int) {
        errand(on: anyNode()) { [self] node in
            let open = try await node.store.read { try $0.openConflicts() }
            guard !open.isEmpty else { return }
            let conflict = open[number % open.count]
            let wanted: ConflictChoice = choice.isMultiple(of: 2) ? .kiplot : .azureDevOps
            tell("Ada settles the conflict over \(conflict.field.name) of item \(conflict.item): \(wanted)")
            evidence.settlements.append(
                Evidence.Settlement(link: conflict.link.number, item: conflict.item, field: conflict.field, chosen: conflict.local, at: now)
            )
            _ = try await node.engine.items.settle(conflict.id, by: wanted, actor: Self.person)
        }
    }

    private func addItem(_ number: Int) {
        errand(on: anyNode()) { [self] node in
            let at = node.clock.now
            let item = try await node.store.write { transaction in
                try transaction.create(
                    .initiative, values: [.name: .text("born here \(number)")], origin: EditOrigin(actor: Self.person, cause: .edit, at: at)
                )
            }
            tell("Ada adds item \(item.id) “born here \(number)” and creates a work item for it")
            evidence.localEdits.append(Evidence.LocalEdit(item: item.id, field: .name, value: .text("born here \(number)"), at: now))
            _ = try await node.engine.items.createWorkItem(for: item.id, in: integration, by: Self.person)
        }
    }

    private func link(_ number: Int, _ workItem: Int64?) {
        guard let workItem else { return }
        errand(on: anyNode()) { [self] node in
            let items = try database.readNow { try $0.rows("SELECT id FROM item WHERE kind = 'initiative' ORDER BY id") }.compactMap {
                $0.integer(0)
            }
            guard !items.isEmpty else { return }
            let item = Identifier<Item>(items[number % items.count])
            tell("Ada links item \(item) to #\(workItem)")
            _ = try await node.engine.items.link(item, to: workItem, in: integration, source: nil, by: Self.person)
        }
    }

    private func unlink(_ pair: Pair) {
        errand(on: anyNode()) { [self] node in
            tell("Ada unlinks item \(pair.item)")
            try await node.engine.items.unlink(pair.link, by: Self.person)
        }
    }

    private func startRun(_ direction: Run.Direction) {
        errand(on: anyNode()) { [self] node in
            tell("Ada starts a bulk \(direction)")
            _ = try await node.engine.runs.start(direction, in: integration, createsItems: direction == .pull, by: "Ada")
        }
    }

    func setPaused(_ isPaused: Bool) {
        errand(on: anyNode()) { [self] node in
            tell(isPaused ? "the integration is paused" : "the integration is resumed")
            try await node.engine.integrations.setPaused(isPaused, integration)
        }
    }

    /// One field of the mapping gets another rule; the others must not notice (A33).
    private func changeMapping(_ choice: Int) {
        errand(on: anyNode()) { [self] node in
            let at = node.clock.now
            try await node.store.write { [integration] transaction in
                guard let found = try transaction.integration(integration), var set = try transaction.mappingSet(found.mappingSet),
                    let entity = set.mapping.entities.firstIndex(where: { $0.kind == .initiative }),
                    let field = set.mapping.entities[entity].fields.firstIndex(where: {
                        $0.field == (choice.isMultiple(of: 2) ? .effort : .stage)
                    })
                else { return }
                set.mapping.entities[entity].fields[field].isEnabled.toggle()
                _ = try transaction.save(set, at: at)
            }
            tell("the mapping is changed: \(choice.isMultiple(of: 2) ? "effort" : "stage") on or off")
        }
    }
}
