import AzureDevOps
import JSON
import Portfolio
import Store

/// One of the two feeds in which Azure DevOps tells what changed: revisions, and links between work items, which make no revisions
/// (FACTS.md 1.1 and 17).
enum Feed: CaseIterable {
    case revisions
    case links

    /// Where it was read up to.
    var token: WritableKeyPath<Integration, String?> {
        switch self {
        case .revisions: \.revisionsToken
        case .links: \.linksToken
        }
    }

    /// Where the next pass that overlaps begins.
    var overlapToken: WritableKeyPath<Integration, String?> {
        switch self {
        case .revisions: \.overlapRevisionsToken
        case .links: \.overlapLinksToken
        }
    }

    /// A page of hints, and where the next one begins.
    struct Page: Sendable {
        var hints: [Hint]
        var token: String?
        var isLast: Bool
        var answeredAt: Instant?
    }

    /// That something about a work item changed.
    struct Hint: Sendable {
        var workItem: Int64
        /// `nil` where none was made.
        var revision: Int64?
        /// Whether it may carry a marker of ours.
        var isCandidate: Bool
    }

    func page(
        since start: AzureDevOpsClient.FeedStart, project: String, by client: AzureDevOpsClient
    ) async throws(AzureDevOpsError) -> Page {
        switch self {
        case .revisions:
            let page = try await client.revisions(since: start, project: project, fields: ["System.Rev", "System.HyperLinkCount"])
            let hints = page.entries.map {
                Hint(workItem: $0.id, revision: $0.revision, isCandidate: ($0.fields["System.HyperLinkCount"]?.integer ?? 0) > 0)
            }
            let answeredAt = page.answeredAt.map { Instant($0) }
            return Page(hints: hints, token: page.continuationToken, isLast: page.isLast, answeredAt: answeredAt)
        case .links:
            let page = try await client.links(since: start, project: project)
            // Only the lower end has a parent to look at.
            let hints = page.entries.filter { $0.kind.hasPrefix("System.LinkTypes.Hierarchy") }.map {
                Hint(workItem: $0.target, revision: nil, isCandidate: false)
            }
            return Page(hints: hints, token: page.continuationToken, isLast: page.isLast)
        }
    }
}
