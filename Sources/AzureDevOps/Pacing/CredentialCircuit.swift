import Synchronization

/// Keeps a rejected token away from the service: who knocks again and again with a wrong one gets the identity behind it locked.
///
/// Open after the first rejection; then one probe goes out every five minutes, and the first that succeeds closes the circuit.
public final class CredentialCircuit: Sendable {
    /// How long a rejected token rests before one probe (`sync-protocol.md` 4.2).
    public static let rest = Duration.seconds(300)

    private let nextProbe = Mutex<Duration?>(nil)

    public init() {}

    /// Whether a request may go out; a probe is used up by asking.
    func mayTry(at now: Duration) -> Bool {
        nextProbe.withLock { nextProbe in
            guard let moment = nextProbe else { return true }
            guard moment <= now else { return false }
            nextProbe = now + Self.rest
            return true
        }
    }

    /// Takes what became of a request. Trouble on the way says nothing about the token.
    func note(_ failure: AzureDevOpsError?, at now: Duration) {
        switch failure {
        case .tokenRejected: nextProbe.withLock { $0 = now + Self.rest }
        case .unavailable, .throttled, .organisationStopped: break
        default: nextProbe.withLock { $0 = nil }
        }
    }
}
