/// What came of working on several things at once.
struct WorkedAtOnce<Element: Sendable, Result: Sendable>: Sendable {
    /// In the order in which they were ready.
    var results: [Result] = []
    /// What was not begun, because of `stop`.
    var untouched: ArraySlice<Element>
    /// Why nothing further was begun.
    var stop: LaneStop?
}

extension Array where Element: Sendable {
    /// Works on all elements, at most `limit` of them at a time. A `LaneStop` lets what has begun come to its end, and begins nothing else.
    /// - Throws: whatever else `body` throws; what has begun is cancelled then.
    func atOnce<Result: Sendable>(
        _ limit: Int, _ body: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> WorkedAtOnce<Element, Result> {
        var worked = WorkedAtOnce<Element, Result>(untouched: self[...])
        try await withThrowingTaskGroup(of: Swift.Result<Result, LaneStop>.self) { group in
            func begin() {
                guard worked.stop == nil, let next = worked.untouched.popFirst() else { return }
                group.addTask {
                    do {
                        return .success(try await body(next))
                    } catch let stop as LaneStop {
                        return .failure(stop)
                    }
                }
            }
            for _ in 0..<limit { begin() }
            while let result = try await group.next() {
                switch result {
                case .success(let result): worked.results.append(result)
                case .failure(let stop): worked.stop = worked.stop ?? stop
                }
                begin()
            }
        }
        return worked
    }
}
