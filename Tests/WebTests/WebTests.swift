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
}
