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
}

/// How an item stands with Azure DevOps, in a word.
func linkChip(_ link: Link?) -> Node {
    guard let link else { return span(.class("chip none")) { "Not linked" } }
    let name =
        switch link.health {
        case .inSync: "good"
        case .pending: "pending"
        case .conflict, .failed: "bad"
        case .outside, .disconnected: "outside"
        }
    return span(.class("chip \(name)")) {
        if let id = link.workItem { "#\(id) " }
        if let state = link.remoteState { "\(state) · " }
        link.healthWords
    }
}

func ragDot(_ light: RAG?) -> Node {
    guard let light else { return span(.class("muted")) { "–" } }
    return span(.class("rag \(light.rawValue)")) { light.title }
}
