import Portfolio
import Store

/// Health, figures, and the addresses that markers in Azure DevOps lead to.
enum OperationsPages {
    static let routes: [Route] = [
        Route("GET", "/livez", .everybody) { _ in .text("alive\n") },
        Route("GET", "/readyz", .everybody) { visit in
            do {
                _ = try await visit.store.read { try $0.setting("ready") }
                return .text("ready\n")
            } catch {
                return .text("the database cannot be read\n", status: 503)
            }
        },
        Route("GET", "/metrics", .everybody, metrics),
        Route("GET", "/l/:marker", .signedIn) { visit in
            let marker = visit.parameters["marker"] ?? ""
            guard let link = try await visit.store.read({ try $0.link(marker: marker) }) else { throw Refusal.notFound }
            return .seeOther("/items/\(link.item)")
        },
    ]

    @Sendable
    private static func metrics(_ visit: Visit) async throws -> Reply {
        let (counts, conflicts, runs, audits) = try await visit.store.read { transaction in
            (
                try transaction.integrations().map { (id: $0.id, counts: try transaction.linkCounts(of: $0.id)) },
                try transaction.openConflicts(limit: 10_000).count, try transaction.runningRuns().count,
                try transaction.integrations().compactMap { try transaction.lastAudit(of: $0.id) }
            )
        }
        var lines = [
            "# TYPE kiplot_open_conflicts gauge", "kiplot_open_conflicts \(conflicts)", "# TYPE kiplot_running_runs gauge",
            "kiplot_running_runs \(runs)",
        ]
        for name in ["links", "waiting", "failed"] {
            lines.append("# TYPE kiplot_\(name) gauge")
            for entry in counts {
                let number = name == "links" ? entry.counts.total : name == "waiting" ? entry.counts.waiting : entry.counts.failed
                lines.append("kiplot_\(name){integration=\"\(entry.id)\"} \(number)")
            }
        }
        lines.append("# TYPE kiplot_agreement gauge")
        for audit in audits {
            if let score = audit.score { lines.append("kiplot_agreement{integration=\"\(audit.integration)\"} \(score)") }
        }
        return .text(lines.joined(separator: "\n") + "\n")
    }
}
