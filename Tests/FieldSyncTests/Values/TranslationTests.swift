import FieldSync
import JSON
import Portfolio
import Testing

/// Laws of the translations (`kiplot-domain.md` 13.2), for every pair of types that the mapping check allows.
@Suite("Translations between Kiplot and Azure DevOps")
struct TranslationTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        var kiplot: FieldType
        var azureDevOps: RemoteFieldType
        var testDescription: String { "\(kiplot) and \(azureDevOps)" }
        var translation: any Translation { SmallPortfolio.translation(kiplot, azureDevOps) }
    }

    private static func pairs(_ direction: Direction) -> [Pair] {
        SmallPortfolio.types.flatMap { type in
            RemoteFieldType.all.compactMap { remote in
                let target = FieldSchema(referenceName: "Custom.X", name: "X", type: remote)
                return MappingCheck.directions(of: SmallPortfolio.definition(type), with: target).contains(direction)
                    ? Pair(kiplot: type, azureDevOps: remote) : nil
            }
        }
    }

    private func each(_ body: (inout Dice) throws -> String?) {
        var failures: [String] = []
        for seed in 0..<600 {
            var dice = Dice(seed: seed)
            do {
                if let failure = try body(&dice), failures.count < 3 { failures.append("seed \(seed): \(failure)") }
            } catch {
                // An obstacle is an answer too: the field is held, and says why.
                if (error as? Obstacle).map({ $0.message.isEmpty || $0.remedy.isEmpty }) ?? true {
                    failures.append("seed \(seed): \(error)")
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("what is written reads back as a value that is written the same: no value swings to and fro", arguments: pairs(.both))
    func writtenAndRead(pair: Pair) {
        let translation = pair.translation
        each { dice in
            let value = dice.value(pair.kiplot, plainly: pair.azureDevOps == .plainText)
            let written = try translation.azureDevOps(from: value)
            let sent = CanonicalForm.json(writing: written, type: pair.azureDevOps)
            let returned = CanonicalForm.remoteValue(of: sent, type: pair.azureDevOps)
            guard returned == written else {
                return "\(String(describing: written)) is sent as \(sent.text), that is \(String(describing: returned))"
            }
            let read = try translation.kiplot(from: written)
            let again = try translation.azureDevOps(from: read)
            return again == written
                ? nil : "\(String(describing: value)) is written as \(String(describing: written)), then \(String(describing: again))"
        }
    }

    @Test("what can say all that Kiplot can comes back the same", arguments: pairs(.both))
    func lossless(pair: Pair) {
        // Whole numbers round, plain text has no formatting, a line has no line ends.
        if pair.azureDevOps == .integer || pair.azureDevOps == .plainText || pair.kiplot == .text { return }
        let translation = pair.translation
        each { dice in
            let value = dice.value(pair.kiplot)
            let read = try translation.kiplot(from: try translation.azureDevOps(from: value))
            return translation.isSame(read, value) ? nil : "\(String(describing: value)) comes back as \(String(describing: read))"
        }
    }

    @Test("reading is total: a value of any type is read or held with an obstacle that says what to do", arguments: pairs(.read))
    func readsAnything(pair: Pair) {
        let translation = pair.translation
        each { dice in
            let json = dice.json(dice.one(of: RemoteFieldType.all))
            for type in RemoteFieldType.all {
                let value = CanonicalForm.remoteValue(of: json, type: type)
                let read: FieldValue?
                do throws(Obstacle) {
                    read = try translation.kiplot(from: value)
                } catch {
                    if error.message.isEmpty || error.remedy.isEmpty { return "an obstacle without words" }
                    continue
                }
                guard translation.isSame(read, try translation.kiplot(from: value)) else { return "read in two ways" }
                if value == nil, read != nil { return "nothing reads as \(String(describing: read))" }
                // The words of a value are shown to people: they must exist for all of them.
                if let value, value.shortText.isEmpty, type == .integer || type == .double { return "\(value) has no words" }
            }
            return nil
        }
    }

    @Test("nothing is written as nothing, and a value of another type is not written", arguments: pairs(.write))
    func writesItsOwn(pair: Pair) throws {
        let translation = pair.translation
        if pair.kiplot != .flag { #expect(try translation.azureDevOps(from: nil) == nil) }
        for type in SmallPortfolio.types where !type.holdsTheSame(as: pair.kiplot) {
            var dice = Dice(seed: 1)
            guard let value = dice.value(type) else { continue }
            let written = try? translation.azureDevOps(from: value)
            // An empty flag is “no”: it has no other way to be nothing.
            let nothing: RemoteValue? = pair.kiplot == .flag ? try? translation.azureDevOps(from: nil) : nil
            #expect(written == nil || written == nothing, "\(value) is written as \(String(describing: written))")
        }
    }

    @Test("numbers keep to their range, whole fields round to the nearest")
    func numbers() throws {
        let percentage = SmallPortfolio.translation(.percentage, .double)
        #expect(try percentage.kiplot(from: .number(100)) == .number(100))
        #expect(throws: Obstacle.wrongType(value: "101", field: "X")) { try percentage.kiplot(from: .number(101)) }
        #expect(throws: Obstacle.wrongType(value: "-0.5", field: "X")) { try percentage.kiplot(from: .number(-0.5)) }
        let whole = SmallPortfolio.translation(.number, .integer)
        #expect(try whole.azureDevOps(from: .number(2.5)) == .number(3))
        #expect(CanonicalForm.json(writing: .number(8), type: .double) == .integer(8))
        #expect(CanonicalForm.json(writing: .number(8.25), type: .double) == .number(8.25))
        let words = SmallPortfolio.translation(.text, .double)
        #expect(try words.kiplot(from: .number(8)) == .text("8"))
        #expect(try words.kiplot(from: .number(0.5)) == .text("0.5"))
        #expect(try words.kiplot(from: .number(1e300)) == .text("1e+300"), "a number beyond 64 bits is a number too")
    }

    @Test("the midnight of a user anywhere from UTC-11 to UTC+12 is that user's day", arguments: -11...12)
    func midnights(offset: Int) throws {
        let dates = SmallPortfolio.translation(.date, .dateTime)
        for text in ["2026-03-29", "2024-02-29", "2026-12-31", "1999-01-01"] {
            let day = try #require(CalendarDate(text))
            let midnight = Instant(startOf: day).adding(.seconds(-offset * 3_600))
            #expect(try dates.kiplot(from: .instant(midnight)) == .date(day))
        }
    }

    @Test("a moment after the last day is held, not wrapped")
    func lastDay() {
        let dates = SmallPortfolio.translation(.date, .dateTime)
        let moment = Instant(iso8601: "9999-12-31T23:59:59Z")
        #expect(throws: Obstacle.wrongType(value: "9999-12-31T23:59:59.000Z", field: "X")) {
            try dates.kiplot(from: moment.map { .instant($0) })
        }
    }

    @Test("a person is found by address in any case, or by the table, and written by the name that Azure DevOps knows")
    func people() throws {
        let accounts = SmallPortfolio.translation(.account, .identity)
        func identity(_ name: String?) -> RemoteValue { .identity(RemoteIdentity(uniqueName: name, displayName: "Somebody")) }
        #expect(try accounts.kiplot(from: identity("ANN@contoso.com")) == .person(Identifier(1)))
        #expect(try accounts.kiplot(from: identity("CONTOSO\\Bob")) == .person(Identifier(2)))
        #expect(throws: Obstacle.self) { try accounts.kiplot(from: identity("eve@contoso.com")) }
        #expect(throws: Obstacle.self) { try accounts.kiplot(from: identity(nil)) }
        #expect(try accounts.azureDevOps(from: .person(Identifier(2))) == identity("contoso\\bob"))
        #expect(throws: Obstacle.personWithoutAccount(name: "Nobody")) { try accounts.azureDevOps(from: .person(Identifier(3))) }
        #expect(throws: Obstacle.unknownReference(value: "9", field: "X")) { try accounts.azureDevOps(from: .person(Identifier(9))) }
        #expect(try SmallPortfolio.translation(.account, .string).azureDevOps(from: .person(Identifier(1))) == .text("Ann"))
    }

    @Test("of several states that read as one stage the first is written, and none of them is an edit")
    func stages() throws {
        let stages = SmallPortfolio.translation(.stage, .string)
        #expect(try stages.kiplot(from: .text("resolved")) == .stage(Identifier(2)))
        #expect(try stages.azureDevOps(from: .stage(Identifier(2))) == .text("Active"))
        #expect(throws: Obstacle.unmapped(value: "Closed", field: "X")) { try stages.kiplot(from: .text("Closed")) }
        #expect(throws: Obstacle.self) { try stages.azureDevOps(from: .stage(Identifier(9))) }
    }

    @Test("an area path stands for the team that its last segment names, and is only written by the value map")
    func areas() throws {
        let teams = SmallPortfolio.translation(.team, .treePath)
        #expect(try teams.kiplot(from: .text("Fabrikam\\Mobile\\app")) == .team(Identifier(2)))
        #expect(try teams.azureDevOps(from: .team(Identifier(1))) == .text("Fabrikam\\Sites\\Web"))
        #expect(throws: Obstacle.unmapped(value: "App", field: "X")) { try teams.azureDevOps(from: .team(Identifier(2))) }
        let units = SmallPortfolio.translation(.businessUnit, .treePath)
        #expect(try units.kiplot(from: .text("Fabrikam\\Retail")) == .businessUnit(Identifier(1)))
    }

    @Test("a pick list takes the value that it offers, in the case in which it offers it; a line takes 255 letters")
    func pickLists() throws {
        let list = SmallPortfolio.translation(.text, .string, allowedValues: ["High", "Low"])
        #expect(try list.azureDevOps(from: .text(" high ")) == .text("High"))
        #expect(throws: Obstacle.unmapped(value: "none", field: "X")) { try list.azureDevOps(from: .text("none")) }
        let line = SmallPortfolio.translation(.text, .string)
        #expect(try line.azureDevOps(from: .text(String(repeating: "a", count: 255))) != nil)
        #expect(throws: Obstacle.self) { try line.azureDevOps(from: .text(String(repeating: "a", count: 256))) }
        #expect(try line.azureDevOps(from: .text(" \n ")) == nil)
    }

    @Test("flags: absent and no are one, and a text needs the value map")
    func flags() throws {
        let flags = SmallPortfolio.translation(.flag, .string)
        #expect(try flags.kiplot(from: .text("yes")) == .flag(true))
        #expect(try flags.kiplot(from: .text("No")) == nil)
        #expect(flags.isSame(nil, .flag(false)))
        #expect(throws: Obstacle.unmapped(value: "maybe", field: "X")) { try flags.kiplot(from: .text("maybe")) }
        let unmapped = Translations.translation(
            for: FieldMapping(field: FieldKey("x"), azureDevOpsField: "Custom.X"), definition: SmallPortfolio.definition(.flag),
            schema: FieldSchema(referenceName: "Custom.X", name: "X", type: .string), vocabulary: SmallPortfolio.vocabulary)
        #expect(throws: Obstacle.unmapped(value: "yes", field: "X")) { try unmapped.azureDevOps(from: .flag(true)) }
        #expect(throws: Obstacle.unmapped(value: "no", field: "X")) { try unmapped.azureDevOps(from: nil) }
    }

    @Test("options of a list are told by name in any case; an unknown one is held")
    func options() throws {
        let options = SmallPortfolio.translation(.list(multiple: true), .tags)
        #expect(try options.kiplot(from: .tags(RemoteTags(["LOW", "high"]))) == .choices(["High", "Low"]))
        #expect(throws: Obstacle.unmapped(value: "other", field: "X")) { try options.kiplot(from: .tags(RemoteTags(["other"]))) }
        let joined = SmallPortfolio.translation(.tags, .string)
        #expect(try joined.azureDevOps(from: .choices(["a", "b"])) == .text("a; b"))
        #expect(try joined.kiplot(from: .text("b; a;; ")) == .choices(["a", "b"]))
    }

    @Test("a parent is told by its words where it has to be")
    func parents() throws {
        #expect(try SmallPortfolio.translation(.parent, .integer).kiplot(from: .number(7)) == .text("7"))
    }

    @Test("formatted text is shortened to a line where only a line fits, and plain text becomes paragraphs")
    func texts() throws {
        let line = SmallPortfolio.translation(.longText, .string)
        let long = FieldValue.richText(.html("<div>\(String(repeating: "ab ", count: 100))</div><div>x</div>"))
        guard case .text(let text)? = try line.azureDevOps(from: long) else {
            Issue.record("it must be text")
            return
        }
        #expect(text.count <= 255 && !text.contains("\n"))
        let plain = SmallPortfolio.translation(.longText, .plainText)
        #expect(try plain.kiplot(from: .text("a <b\n\nc")) == .richText(.html("<div>a &lt;b</div><div><br></div><div>c</div>")))
        #expect(throws: Obstacle.self) { try plain.kiplot(from: .flag(true)) }
        let words = SmallPortfolio.translation(.text, .html)
        #expect(try words.kiplot(from: .richText(.html("<div>a</div><div><b>b</b></div>"))) == .text("a b"))
    }
}

extension FieldType {
    fileprivate func holdsTheSame(as other: FieldType) -> Bool {
        let numbers: [FieldType] = [.number, .percentage]
        let sets: [FieldType] = [.tags, .list(multiple: true)]
        return self == other || numbers.contains(self) && numbers.contains(other) || sets.contains(self) && sets.contains(other)
    }
}

extension Dice {
    /// A value that a field of this type may hold, or none.
    /// - Parameter plainly: without tables, code and blanks at line ends, whose white space plain text cannot keep.
    mutating func value(_ type: FieldType, plainly: Bool = false) -> FieldValue? {
        switch type {
        case .text, .parent: return .text(text().split(whereSeparator: \.isNewline).joined(separator: " "))
        case .longText:
            if plainly {
                let pieces = some(
                    0...8, of: ["a", "é b", "<b>b</b>", "<div>c</div>", "<br>", "<ul><li>d</li><li>e</li></ul>", "<div><br></div>"])
                return .richText(.html(pieces.joined()))
            }
            return .richText(.html(html()))
        case .number: return .number(one(of: [Double(number(-9...9)), 0.1, -2.5, 1e15, 1e300]))
        case .percentage: return .number(Double(number(0...200)) / 2)
        case .date: return .date(day())
        case .flag: return one(of: [nil, .flag(true), .flag(false)])
        case .list(multiple: false): return .choice(one(of: ["Low", "High"]))
        case .list(multiple: true): return .set(of: some(0...2, of: ["Low", "High"]))
        case .tags: return .set(of: some(0...4, of: ["a", "b c", "Ä", "é", "e\u{301}"]))
        case .account: return .person(Identifier(Int64(number(1...3))))
        case .stage: return .stage(Identifier(Int64(number(1...2))))
        case .rag: return .rag(one(of: RAG.allCases))
        case .businessUnit: return .businessUnit(Identifier(1))
        case .team: return .team(Identifier(Int64(number(1...2))))
        }
    }
}
