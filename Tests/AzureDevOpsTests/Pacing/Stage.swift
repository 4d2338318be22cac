import AzureDevOps
import Foundation
import JSON

/// Time, the network and every step of the tasks in the hands of a test: nothing happens but when the test says so, and once it has
/// said so, everything that can happen has happened. So a test can tell that something does *not* start.
///
/// `@unchecked Sendable`: everything happens on the thread of the test.
final class Stage: TaskExecutor, ServiceClock, Transport, @unchecked Sendable {
    private struct Sleeper {
        var wakes: Duration
        var number: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct Request {
        var id: Int64
        var continuation: CheckedContinuation<Result<ServiceResponse, TransportError>, Never>
    }

    private var jobs: [UnownedJob] = []
    private var sleepers: [Sleeper] = []
    private var sleeperNumber = 0
    private var requests: [Request] = []

    private(set) var elapsed = Duration.seconds(1_000)
    /// Every request that has gone out, with its moment.
    private(set) var started: [(id: Int64, at: Duration)] = []
    /// The most that were on the wire at one time.
    private(set) var mostOnTheWire = 0
    /// What became of the calls that are over; `nil` for a success.
    private(set) var outcomes: [Int64: AzureDevOpsError?] = [:]

    var onTheWire: [Int64] { requests.map(\.id) }
    var isAnybodyAsleep: Bool { !sleepers.isEmpty }
    var startedIDs: [Int64] { started.map(\.id) }

    // MARK: What a test does

    func client(pacer: RequestPacer, circuit: CredentialCircuit = CredentialCircuit(), organisation: String = "contoso") throws
        -> AzureDevOpsClient
    {
        AzureDevOpsClient(
            organisation: try OrganisationURL("https://dev.azure.com/\(organisation)", policy: AddressPolicy()),
            personalAccessToken: Secret("pat"), transport: self, pacer: pacer, circuit: circuit)
    }

    /// Asks for a work item, which stands for any request.
    @discardableResult
    func ask(_ id: Int64, _ priority: RequestPriority, _ client: AzureDevOpsClient) -> Task<Void, Never> {
        let task = Task(executorPreference: self) {
            do throws(AzureDevOpsError) {
                _ = try await client.with(priority: priority).workItem(id)
                self.outcomes[id] = .some(nil)
            } catch {
                self.outcomes[id] = error
            }
        }
        settle()
        return task
    }

    /// Answers a request that is on the wire.
    func answer(_ id: Int64, status: Int = 200, _ headers: [(name: String, value: String)] = []) {
        let body: JSONValue = status == 200 ? ["id": .integer(id), "rev": 1, "fields": [:]] : ["message": "no"]
        finish(id, .success(ServiceResponse(status: status, headers: headers, body: body.bytes)))
    }

    func loseAnswer(_ id: Int64) { finish(id, .failure(.answerLost(reason: "the connection broke"))) }

    func advance(by duration: Duration) {
        let end = elapsed + duration
        while let next = sleepers.filter({ $0.wakes <= end }).min(by: { ($0.wakes, $0.number) < ($1.wakes, $1.number) }) {
            elapsed = max(elapsed, next.wakes)
            wake(next.number)
            settle()
        }
        elapsed = end
    }

    func cancel(_ task: Task<Void, Never>) {
        task.cancel()
        settle()
    }

    private func finish(_ id: Int64, _ result: Result<ServiceResponse, TransportError>) {
        guard let index = requests.firstIndex(where: { $0.id == id }) else { return }
        requests.remove(at: index).continuation.resume(returning: result)
        settle()
    }

    private func settle() {
        while !jobs.isEmpty { jobs.removeFirst().runSynchronously(on: asUnownedTaskExecutor()) }
    }

    // MARK: What the client sees

    func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

    func sleep(for duration: Duration) async throws {
        sleeperNumber += 1
        let number = sleeperNumber
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                sleepers.append(Sleeper(wakes: elapsed + duration, number: number, continuation: continuation))
            }
        } onCancel: {
            wake(number)
        }
        try Task.checkCancellation()
    }

    private func wake(_ number: Int) {
        guard let index = sleepers.firstIndex(where: { $0.number == number }) else { return }
        sleepers.remove(at: index).continuation.resume()
    }

    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        let id = request.url.prefix { $0 != "?" }.split(separator: "/").last.flatMap { Int64($0) } ?? 0
        started.append((id, elapsed))
        let result = await withCheckedContinuation { continuation in
            requests.append(Request(id: id, continuation: continuation))
            mostOnTheWire = max(mostOnTheWire, requests.count)
        }
        return try result.get()
    }
}
