import Logging

/// What the engine logs, as a part of the story.
struct StoryLog: LogHandler {
    let play: Play
    let node: Int
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        play.tell("node \(node) logs: \(event.message) \(details)")
    }
}
