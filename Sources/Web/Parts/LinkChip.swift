import Markup
import Portfolio
import Store

extension Link {
    var healthWords: String {
        switch health {
        case .inSync: "In step"
        case .pending: "Pending"
        case .conflict: "Conflict"
        case .failed: "Needs attention"
        case .outside: state == .remoteDeleted ? "Deleted in Azure DevOps" : "Out of scope"
        case .disconnected: "Disconnected"
        }
    }

    /// `#1234 · Epic · Active`
    func workItemWords(isShort: Bool = false) -> String {
        let number = workItem.map { "#\($0)" } ?? (state == .creating ? "New" : nil)
        return [number, isShort ? nil : workItemType, remoteState].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// Whether what a person wants is on its way out.
    var isBeingWritten: Bool { health == .pending && (state == .creating || dirty != settled && cause.isByPerson) }
}

/// How an item stands with Azure DevOps: `#1234 · Epic · Active`, and its health as a colour and a word.
/// - Parameter isShort: for small places, without the type; the word of a healthy link is only heard.
func linkChip(_ link: Link?, isShort: Bool = false) -> Node {
    guard let link else { return span(.class("chip none")) { "Not linked" } }
    let name =
        switch link.health {
        case .inSync: "good"
        case .pending: "pending"
        case .conflict, .failed: "bad"
        case .outside, .disconnected: "outside"
        }
    let words = link.workItemWords(isShort: isShort)
    let title = [link.workItemWords(), link.healthWords].filter { !$0.isEmpty }.joined(separator: " · ")
    return span(.class("chip \(name)"), Attribute("title", title)) {
        span(.class("what")) {
            words
            span(.class(isShort && link.health == .inSync ? "sr" : "health")) { "\(words.isEmpty ? "" : " · ")\(link.healthWords)" }
        }
    }
}

func ragDot(_ light: RAG?) -> Node {
    guard let light else { return span(.class("muted")) { "–" } }
    return span(.class("rag \(light.rawValue)")) { light.title }
}
