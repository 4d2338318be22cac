import FieldSync
import Markup
import Portfolio
import Testing

@testable import Web

@Suite("The web's own rules")
struct WebTests {
    @Test("every address has an access, and none is there twice")
    func routes() {
        let addresses = Routes.all.map { "\($0.method) \($0.pattern.map { $0.hasPrefix(":") ? ":" : $0 }.joined(separator: "/"))" }
        #expect(Set(addresses).count == addresses.count)
        let open = Routes.all.filter { if case .everybody = $0.access { true } else { false } }.map {
            "\($0.method) /\($0.pattern.joined(separator: "/"))"
        }
        #expect(
            Set(open) == [
                "GET /sign-in", "POST /sign-in", "GET /setup", "POST /setup", "GET /assets/:name", "GET /livez", "GET /readyz",
                "GET /metrics",
                "GET /api/v1/openapi.json",
            ])
    }

    @Test("forms are read as browsers send them")
    func forms() {
        let form = FormValues("a=1+2&b=%C3%A4&a=x&flag&broken=%zz")
        #expect(form["a"] == "x" && form.all("a") == ["1 2", "x"] && form["b"] == "ä" && form.flag("flag") && form["broken"] == nil)
    }

    @Test("a password is kept as a hash that only it fits")
    func passwords() async throws {
        let hash = try await Secrets.hash(password: "correct horse battery")
        #expect(!hash.contains("horse"))
        #expect(try await Secrets.verify(password: "correct horse battery", against: hash))
        #expect(try await !Secrets.verify(password: "Correct horse battery", against: hash))
        #expect(try await !Secrets.verify(password: "x", against: "damaged"))
    }

    @Test(
        "looking at formatted text and saving it loses nothing",
        arguments: [
            "<h2>Title</h2><p>One <b>two</b> <i>three</i></p>",
            "<table><tr><th colspan=\"2\">a</th></tr><tr><td>b</td><td>c</td></tr></table>",
            "<p><img src=\"https://dev.azure.com/c/_apis/wit/attachments/1?fileName=a.png\" alt=\"plan\"></p>",
            "<p>For <a href=\"#\" data-vss-mention=\"version:2.0,71bb54d8-d101-45b9-a34d-0bff90150280\">@Dana</a></p>",
            "<ul><li>a<ul><li>b</li></ul></li></ul><pre>x  y</pre><blockquote>q</blockquote>", "<p>a &lt;script&gt; b</p>",
        ])
    func editing(source: String) {
        let before = RichTextTree(html: source)
        let shown = nodes(of: .html(source)).map(\.html).joined()
        let after = FieldInput.richText(edited: shown)
        #expect(after?.source == before.html)
    }

    @Test("news stay until they have been there to be read for a day")
    func lastLook() {
        func hours(_ count: Int64) -> Instant { Instant(milliseconds: 1_760_000_000_000 + count * 3_600_000) }
        let first = LastLook(nil, now: hours(0))
        #expect(first.isNew && first.since == hours(-7 * 24))
        let later = LastLook(first.text, now: hours(23))
        #expect(!later.isNew && later.since == first.since)
        // A day later what was shown is old; what came after it is news, however long nobody looked.
        let weeks = LastLook(first.text, now: hours(400))
        #expect(weeks.isNew && weeks.since == hours(0))
        #expect(LastLook("nonsense", now: hours(0)).since == first.since)
    }

    @Test("periods follow one another without a gap, over the turn of a year")
    func periods() throws {
        let today = try #require(CalendarDate("2027-12-15"))
        let shown = PlanningPeriods(
            Timeline(length: .month, start: try #require(CalendarDate("2022-01-01"))), from: nil, count: 18, today: today)
        let periods = shown.periods
        #expect(periods.count == 18 && periods[0].start.description == "2027-11-01" && periods[3].end.description == "2028-02-29")
        for (one, next) in zip(periods, periods.dropFirst()) { #expect(one.end.adding(days: 1) == next.start) }
        #expect(shown.present == shown.first + 1 && shown.span?.upperBound.description == "2029-04-30")
    }
}
