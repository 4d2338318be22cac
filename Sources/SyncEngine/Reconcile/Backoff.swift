import Portfolio

/// How long a link waits after failures in a row: two seconds, doubled up to a quarter of an hour, spread (`sync-protocol.md` 4.2).
enum Backoff {
    static func delay(after failures: Int, random: any EngineRandom) -> Duration {
        let doubled = Int64(2_000) << Int64(min(max(failures - 1, 0), 9))
        return random.jitter(.milliseconds(min(doubled, 900_000)))
    }
}
