import Portfolio
import Store

/// Writes down how an instance and its credentials fare, so that the pages say it and the workers wait for it.
struct Health: Sendable {
    let store: Store
    let clock: any EngineClock

    /// How long a rejected credential rests before one probe.
    static let probeInterval = Duration.seconds(300)

    /// - Parameter epoch: in which the work began, where that is known. What a token met that has been replaced since says nothing of the
    ///   new one.
    func note(_ stop: LaneStop, of id: Identifier<Integration>, since epoch: Int64? = nil) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard let integration = try transaction.integration(id), epoch == nil || epoch == integration.epoch,
                var instance = try transaction.instance(integration.instance),
                var credential = try transaction.credential(integration.credential ?? instance.credential)
            else { return }
            instance.checkedAt = now
            instance.healthDetail = "\(stop.problem.message) \(stop.problem.remedy)"
            switch stop {
            case .credential:
                credential.rejectedAt = now
                try transaction.update(credential)
                instance.health = .credentialRejected
            case .later: instance.health = .unreachable
            case .unusable: return
            }
            try transaction.update(instance)
        }
    }

    func noteSuccess(of id: Identifier<Integration>) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard let integration = try transaction.integration(id), var instance = try transaction.instance(integration.instance),
                var credential = try transaction.credential(integration.credential ?? instance.credential)
            else { return }
            if credential.rejectedAt != nil {
                credential.rejectedAt = nil
                try transaction.update(credential)
            }
            guard instance.health != .healthy else { return }
            instance.health = .healthy
            instance.healthDetail = nil
            instance.checkedAt = now
            try transaction.update(instance)
        }
    }
}
