import AzureDevOps
import JSON
import Testing

/// Answers what it is told, and keeps what was asked.
private actor Script {
    var answers: [ServiceResponse]
    var requests: [ServiceRequest] = []

    init(_ answers: [ServiceResponse]) { self.answers = answers }

    func next(_ request: ServiceRequest) -> ServiceResponse {
        requests.append(request)
        return answers.count > 1 ? answers.removeFirst() : answers[0]
    }
}

private struct ScriptedTransport: Transport {
    let script: Script
    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse { await script.next(request) }
}

@Suite("The Azure DevOps client")
struct AzureDevOpsTests {
    private func client(_ script: Script) throws -> AzureDevOpsClient {
        AzureDevOpsClient(
            organisation: try OrganisationURL("https://dev.azure.com/contoso", policy: AddressPolicy()), personalAccessToken: Secret("pat"),
            transport: ScriptedTransport(script: script), pacer: RequestPacer())
    }

    private func answer(_ status: Int, _ body: String, _ type: String = "application/json") -> ServiceResponse {
        ServiceResponse(status: status, headers: [(name: "Content-Type", value: type)], body: Array(body.utf8))
    }

    @Test("a page of HTML is a rejected token, never success (FACTS.md 1.19)", arguments: [200, 203, 302])
    func signInPage(status: Int) async throws {
        let script = Script([answer(status, "<html>Sign in</html>", "text/html")])
        await #expect(throws: AzureDevOpsError.tokenRejected(code: nil)) { _ = try await client(script).projects() }
    }

    @Test(
        "errors are told apart by code and key",
        arguments: [
            (412, "TF26071: changed", AzureDevOpsError.Disposition.refresh), (409, "TF26071: changed", .refresh),
            (401, "", .renewCredential),
            (429, "TF400733: blocked", .retryLater), (503, "x", .retryLater), (500, "TF401349: unexpected", .retryLater),
            (503, "TF24668: stopped", .permanent), (404, "TF401232: gone", .permanent), (403, "no", .permanent),
        ])
    func errors(status: Int, message: String, disposition: AzureDevOpsError.Disposition) async throws {
        let script = Script([answer(status, "{\"message\":\"\(message)\",\"typeKey\":\"X\"}")])
        do {
            _ = try await client(script).update(1, WorkItemPatch(expecting: 3))
            Issue.record("it must fail")
        } catch let error as AzureDevOpsError {
            #expect(error.disposition == disposition)
            #expect(!error.message.isEmpty && !error.remedy.isEmpty)
        }
        #expect(await script.requests.count == 1, "a write is never repeated by itself")
    }

    @Test("a body with a byte order mark is read (recordings/errors-service-unavailable.json)")
    func byteOrderMark() async throws {
        let body = [0xEF, 0xBB, 0xBF] + Array("{\"message\":\"TF24668: stopped\",\"typeKey\":\"VssServiceException\"}".utf8)
        let script = Script([ServiceResponse(status: 503, headers: [], body: body)])
        await #expect(throws: AzureDevOpsError.organisationStopped) { _ = try await client(script).workItem(1) }
    }

    @Test("every patch begins with the revision, sets a field once, and cannot touch what nobody may write (A15)")
    func patch() async throws {
        let script = Script([answer(200, "{\"id\":1,\"rev\":4,\"fields\":{\"System.Title\":\"x\"}}")])
        var patch = WorkItemPatch(expecting: 3)
        patch.set("System.Title", to: "a")
        patch.set("System.Title", to: "b")
        patch.set("System.Tags", to: "x; y")
        patch.set("System.Rev", to: 9)
        patch.set("../rev", to: 9)
        _ = try await client(script).update(1, patch)
        let request = try #require(await script.requests.first)
        let operations = try #require(try JSONValue(parsing: request.body ?? []).array)
        #expect(operations.count == 3)
        #expect(operations[0] == ["op": "test", "path": "/rev", "value": 3])
        #expect(operations[1]["value"] == "b" && operations[2]["op"] == "replace")
        #expect(request.headers.contains { $0.name == "X-TFS-FedAuthRedirect" && $0.value == "Suppress" })
    }

    @Test("addresses of Services and Server are read; others are refused with what to type instead")
    func addresses() throws {
        let policy = AddressPolicy(allowedHosts: [AddressPolicy.AllowedHost("tfs.corp:8443")].compactMap { $0 })
        #expect(try OrganisationURL(" https://dev.azure.com/contoso/ ", policy: policy).base == "https://dev.azure.com/contoso")
        #expect(try OrganisationURL("https://contoso.visualstudio.com", policy: policy).deployment == .services)
        #expect(try OrganisationURL("https://tfs.corp:8443/tfs/DefaultCollection", policy: policy).deployment == .server)
        for text in [
            "http://dev.azure.com/contoso", "https://dev.azure.com", "https://dev.azure.com/contoso/project",
            "https://user@dev.azure.com/x",
            "https://127.0.0.1/x", "https://0x7f000001/x", "https://evil.example/x", "https://dev.azure.com.evil.example/x",
            "https://tfs.corp/x", "ftp://x", "",
        ] {
            #expect(throws: OrganisationURL.Problem.self, "\(text)") { try OrganisationURL(text, policy: policy) }
        }
    }

    @Test("addresses of private networks are told from public ones")
    func networks() {
        for text in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "172.31.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1"] {
            #expect(NetworkAddress(ipv4: text)?.isPublic == false, "\(text)")
        }
        #expect(NetworkAddress(ipv4: "13.107.42.20")?.isPublic == true)
        #expect(NetworkAddress(bytes: [UInt8](repeating: 0, count: 15) + [1])?.isPublic == false)
    }

    @Test("the id of an updated event is the number of the update, not of the work item (FACTS.md 1.3)")
    func event() throws {
        let json = try JSONValue(parsing: #"{"id":"e","eventType":"workitem.updated","resource":{"id":2,"workItemId":13,"rev":5}}"#)
        let event = try WorkItemEvent(json: json)
        #expect(event.workItem == 13 && event.revision == 5)
    }

    @Test("a secret shows itself nowhere")
    func secret() {
        let secret = Secret("very secret")
        #expect(!"\(secret) \(String(reflecting: secret)) \(Mirror(reflecting: secret).children.map(\.value))".contains("very"))
    }
}
