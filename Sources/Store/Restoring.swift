import Database
import Portfolio

/// What a restored backup was kept from doing.
public struct Restoration: Hashable, Sendable {
    /// Integrations that no longer synchronise until somebody resumes them.
    public var paused: Int
    /// Bulk runs that were under way when the backup was made.
    public var stoppedRuns: Int
    /// Creations of work items of which the backup does not know how they ended.
    public var unknownCreations: Int
}

extension StoreTransaction {
    /// Makes a database safe that is older than what Azure DevOps has seen of it (`sync-protocol.md` A31): nothing is written until
    /// somebody resumes each integration, what was being created is looked for before it is created, and no bulk run goes on that may
    /// have ended since.
    @discardableResult
    public func noteRestored(at now: Instant) throws -> Restoration {
        var restoration = Restoration(paused: 0, stoppedRuns: 0, unknownCreations: 0)
        for integration in try integrations() where integration.state == .active {
            _ = try change(integration.id) { integration in
                integration.state = .paused
                integration.epoch += 1
            }
            restoration.paused += 1
        }
        for var run in try runningRuns() {
            // Whatever it had not done yet it may have done since: resumed, it would create work items a second time.
            let reason = "It may have been done since the backup was made."
            try sql.run(
                "UPDATE run_entry SET outcome = 'skipped', reason = $2 WHERE run_id = $1 AND outcome = 'waiting'",
                [.integer(run.id.number), .text(reason)])
            run.state = .failed
            run.finishedAt = now
            run.detail = "It was under way when the backup was made that has been restored. Look what it has done, then start a new one."
            try update(run)
            restoration.stoppedRuns += 1
        }
        try markSentAttemptsUnknown()
        let backedUpAt = Instant(milliseconds: try sql.row("SELECT max(at) FROM history")?.integer(0) ?? 0)
        let creating = try sql.rows(
            "SELECT id FROM link WHERE state = 'creating' AND NOT EXISTS (SELECT 1 FROM attempt WHERE link_id = link.id) ORDER BY id"
        ).compactMap { $0.integer(0) }
        for link in creating {
            let attempt = try begin(.create, of: Identifier(link), expecting: nil, pairs: [:], at: backedUpAt, deadline: now)
            try markUnknown(attempt.id)
            restoration.unknownCreations += 1
        }
        return restoration
    }

    /// Empties everything that was sealed under a key that is lost: tokens have to be entered again, and hooks are made anew with secrets of
    /// their own.
    public func forgetSecrets(at now: Instant) throws {
        try sql.run("UPDATE credential SET sealed = $1, rejected_at = $2", [.blob([]), .integer(now.milliseconds)])
        try sql.run("UPDATE hook SET status = 'disabled' WHERE status <> 'disabled'", [])
        for integration in try integrations() {
            _ = try change(integration.id) { integration in
                integration.hookState = .pending
                integration.epoch += 1
            }
        }
    }

    /// A credential with a secret, by which a key can be tried; `nil` when nothing is sealed yet.
    public func anySealedCredential() throws -> Credential? {
        try sql.row("SELECT instance_id FROM credential WHERE length(sealed) > 0 ORDER BY id LIMIT 1")?.integer(0).flatMap { instance in
            try credentials(of: Identifier(instance)).first { !$0.sealed.isEmpty }
        }
    }
}
