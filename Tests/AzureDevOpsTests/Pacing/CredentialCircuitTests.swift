import AzureDevOps
import Testing

@Suite("The circuit of one credential")
struct CredentialCircuitTests {
    private static let rest = CredentialCircuit.rest

    /// A client whose first request was rejected, when the rest that follows is over.
    private static func rested() throws -> (stage: Stage, client: AzureDevOpsClient) {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage), circuit: CredentialCircuit())
        stage.ask(1, .interactive, client)
        stage.answer(1, status: 401)
        stage.advance(by: rest)
        return (stage, client)
    }

    @Test("a rejected token goes out once, then every five minutes, however often it is asked for: a day of it is 289 requests")
    func neverHammers() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage), circuit: CredentialCircuit())
        for second in Int64(0)..<86_400 where second % 10 == 0 {
            stage.ask(second, RequestPriority.allCases[Int(second / 10 % 4)], client)
            stage.answer(second, status: 401)
            #expect(stage.outcomes[second] == .some(.tokenRejected(code: nil)))
            stage.advance(by: .seconds(10))
        }
        #expect(stage.started.count <= 289)
        let pauses = zip(stage.started.dropFirst(), stage.started).map { $0.at - $1.at }
        #expect(pauses.allSatisfy { $0 >= Self.rest })
    }

    @Test("one probe at a time: while it is under way nobody else goes out")
    func oneProbe() throws {
        let (stage, client) = try Self.rested()
        stage.ask(2, .bulk, client)
        stage.ask(3, .interactive, client)
        #expect(stage.startedIDs == [1, 2])
        #expect(stage.outcomes[3] == .some(.tokenRejected(code: nil)))
    }

    @Test("a probe that succeeds, or that is answered with another refusal, closes the circuit", arguments: [200, 403, 404])
    func closes(status: Int) throws {
        let (stage, client) = try Self.rested()
        stage.ask(2, .interactive, client)
        stage.answer(2, status: status)
        stage.ask(3, .interactive, client)
        #expect(stage.startedIDs == [1, 2, 3])
    }

    @Test("a probe that meets trouble on the way says nothing about the token: five minutes more", arguments: [429, 500])
    func troubleOnTheWay(status: Int) throws {
        let (stage, client) = try Self.rested()
        stage.ask(2, .interactive, client)
        stage.answer(2, status: status)
        stage.advance(by: .seconds(299))
        stage.ask(3, .interactive, client)
        #expect(stage.startedIDs == [1, 2])
        stage.advance(by: .seconds(1))
        stage.ask(4, .interactive, client)
        #expect(stage.startedIDs.last == 4)
    }

    @Test("work that was taken back does not use the probe up")
    func fencedProbe() throws {
        let (stage, client) = try Self.rested()
        stage.ask(2, .interactive, client.fenced { false })
        #expect(stage.outcomes[2] == .some(.superseded))
        stage.ask(3, .interactive, client)
        #expect(stage.startedIDs == [1, 3])
    }

    @Test("another credential of the same identity goes on, and shares its budget")
    func otherCredential() throws {
        let stage = Stage()
        let pacer = RequestPacer(clock: stage)
        let rejected = try stage.client(pacer: pacer, circuit: CredentialCircuit())
        let accepted = try stage.client(pacer: pacer, circuit: CredentialCircuit())
        stage.ask(1, .interactive, rejected)
        stage.answer(1, status: 401)
        stage.ask(2, .interactive, accepted)
        #expect(stage.startedIDs == [1, 2])
        stage.answer(2, [("Retry-After", "10")])
        stage.ask(3, .interactive, accepted)
        #expect(stage.startedIDs == [1, 2])
    }

    @Test("a sign-in page in place of an answer is a rejection too")
    func signInPage() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage), circuit: CredentialCircuit())
        stage.ask(1, .interactive, client)
        stage.answer(1, status: 302)
        stage.ask(2, .interactive, client)
        #expect(stage.startedIDs == [1])
        #expect(stage.outcomes[2] == .some(.tokenRejected(code: nil)))
    }
}
