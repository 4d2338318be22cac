import AzureDevOps
import Portfolio
import Store

/// Creates, watches and removes our service hooks.
struct HookSetup: Sendable {
    let store: Store
    let connections: Connections
    let vault: Vault
    let clock: any EngineClock
    let random: any EngineRandom
    let publicURL: String
    /// Saving an integration and its worker may both find that hooks are missing.
    let locks = Locks<Identifier<Integration>>()

    /// Makes sure that there is one hook for each kind of event. Where the token may not create them, the integration's page shows
    /// addresses and secrets to enter by hand.
    func establish(_ id: Identifier<Integration>) async throws {
        try await locks.holding([id]) { try await makeMissing(id) }
    }

    private func makeMissing(_ id: Identifier<Integration>) async throws {
        let connection = try await connections.connection(to: id, priority: .interactive)
        // It may have been removed while this waited for its turn.
        guard connection.integration.state == .active || connection.integration.state == .paused else { return }
        var hooks = try await store.read { try $0.hooks(of: id) }.filter { $0.status != .disabled }
        for kind in WorkItemEventKind.allCases where !hooks.contains(where: { $0.eventType == kind.rawValue }) {
            let hook = newHook(kind, id)
            try await store.write { try $0.add(hook) }
        }
        hooks = try await store.read { try $0.hooks(of: id) }.filter { $0.status != .disabled }
        var refusal: AzureDevOpsError?
        for var hook in hooks where hook.remoteID == nil {
            guard refusal == nil, let kind = WorkItemEventKind(rawValue: hook.eventType) else { continue }
            let secret = try secret(of: hook)
            let target = HookTarget(url: address(of: hook), userName: HookIntake.userName, password: Secret(secret))
            switch await Result(calling: { () async throws(AzureDevOpsError) in
                try await connection.client.createSubscription(for: kind, projectID: connection.integration.projectID, target: target)
            }) {
            case .success(let subscription):
                hook.remoteID = subscription.id
                hook.status = .active
            case .failure(let error):
                refusal = error
            }
            let changed = hook
            try await store.write { try $0.update(changed) }
        }
        try await conclude(id, refusal)
    }

    private func conclude(_ id: Identifier<Integration>, _ refusal: AzureDevOpsError?) async throws {
        try await store.write { transaction in
            if refusal?.isRefusal ?? false {
                for var hook in try transaction.hooks(of: id) where hook.remoteID == nil && hook.status == .pending {
                    hook.status = .manual
                    try transaction.update(hook)
                }
            }
            _ = try transaction.change(id) { integration in
                if let refusal, !refusal.isRefusal {
                    // It is tried again with the next look.
                    integration.hookState = .pending
                    integration.hookDetail = "\(refusal.message) \(refusal.remedy)"
                } else if let refusal {
                    integration.hookState = integration.hookState == .active && integration.lastEventAt != nil ? .active : .manual
                    integration.hookDetail = "\(refusal.message) \(refusal.remedy)"
                } else {
                    // What happened before they were there comes by no hook.
                    if integration.hookState != .active { integration.needsSweep = true }
                    integration.hookState = .active
                    integration.hookDetail = nil
                }
            }
        }
    }

    /// Looks whether Azure DevOps still delivers. What it has stopped is made anew, and sweeps find what was lost meanwhile.
    func inspect(_ id: Identifier<Integration>) async throws {
        let connection = try await connections.connection(to: id, priority: .sweep)
        // Azure DevOps could not be reached when the integration was saved.
        if connection.integration.hookState == .pending || connection.integration.hookState == .failing { return try await establish(id) }
        var isBroken = false
        for var hook in try await store.read({ try $0.hooks(of: id) }) {
            guard let remoteID = hook.remoteID else { continue }
            let answer = await Result(calling: { () async throws(AzureDevOpsError) in try await connection.client.subscription(remoteID) })
            switch answer {
            case .success(let subscription) where subscription.status == .enabled: continue
            case .success:
                try? await connection.client.deleteSubscription(remoteID)
            case .failure(let error):
                guard case .notFound = error else { continue }
            }
            isBroken = true
            hook.remoteID = nil
            hook.status = .pending
            let changed = hook
            try await store.write { try $0.update(changed) }
        }
        guard isBroken else { return }
        try await store.write { transaction in
            _ = try transaction.change(id) { integration in
                integration.hookState = .failing
                integration.hookDetail = "Azure DevOps had stopped our service hooks; they are being made anew."
                integration.needsSweep = true
            }
        }
        try await establish(id)
    }

    /// Removes our subscriptions. The rows stay, disabled, so that a late delivery is answered 410 and ends its subscription.
    /// Returns those that could not be removed, in words.
    func remove(_ id: Identifier<Integration>) async throws -> [String] {
        try await locks.holding([id]) { try await removeAll(id) }
    }

    private func removeAll(_ id: Identifier<Integration>) async throws -> [String] {
        var left: [String] = []
        let client = try? await connections.connection(to: id, priority: .interactive).client
        for var hook in try await store.read({ try $0.hooks(of: id) }) where hook.status != .disabled {
            if let remoteID = hook.remoteID {
                let answer: Result<Void, AzureDevOpsError>
                if let client {
                    answer = await Result(calling: { () async throws(AzureDevOpsError) in try await client.deleteSubscription(remoteID) })
                } else {
                    answer = .failure(.unreachable(reason: "there is no usable access token"))
                }
                if case .failure(let error) = answer { left.append("\(hook.eventType): \(error.message)") } else { hook.remoteID = nil }
            }
            hook.status = .disabled
            let changed = hook
            try await store.write { try $0.update(changed) }
        }
        return left
    }

    func address(of hook: Hook) -> String { "\(publicURL)/hooks/\(hook.publicID)" }

    func secret(of hook: Hook) throws -> String {
        String(decoding: try vault.open(hook.sealedSecret, for: Vault.purpose(ofHook: hook.publicID)), as: UTF8.self)
    }

    private func newHook(_ kind: WorkItemEventKind, _ id: Identifier<Integration>) -> Hook {
        let publicID = random.hexadecimal(bytes: 16)
        let secret = random.hexadecimal(bytes: 32)
        return Hook(
            publicID: publicID, integration: id, eventType: kind.rawValue, secretDigest: HookIntake.digest(ofSecret: secret),
            sealedSecret: vault.seal(Array(secret.utf8), for: Vault.purpose(ofHook: publicID)))
    }
}

extension AzureDevOpsError {
    /// Whether trying again leads to the same: somebody has to allow it, or to enter the hooks by hand.
    fileprivate var isRefusal: Bool {
        switch self {
        case .forbidden, .badRequest, .ruleViolation, .notFound, .projectMissing, .refusedAddress: true
        default: false
        }
    }
}
