/// Uses batches in their order, and reads the next ones meanwhile.
///
/// - Parameters:
///   - depth: how many batches are read or wait to be used, at most.
///   - next: what to read next; `nil` at the end.
///   - read: may run several times at once.
///   - use: `false` to end here.
/// - Throws: what any of them throws; what is being read is cancelled then.
func readingAhead<Request: Sendable, Batch: Sendable>(
    _ depth: Int, next: () async throws -> Request?, read: @escaping @Sendable (Request) async throws -> Batch,
    use: (Request, Batch) async throws -> Bool
) async throws {
    try await withThrowingTaskGroup(of: (number: Int, batch: Batch).self) { group in
        var requests: [Int: Request] = [:]
        var batches: [Int: Batch] = [:]
        var begun = 0
        var isAtEnd = false
        var number = 0
        while true {
            while !isAtEnd, begun - number < depth {
                guard let request = try await next() else {
                    isAtEnd = true
                    break
                }
                let mine = begun
                requests[mine] = request
                group.addTask { (mine, try await read(request)) }
                begun += 1
            }
            while batches[number] == nil, let done = try await group.next() { batches[done.number] = done.batch }
            guard let request = requests.removeValue(forKey: number), let batch = batches.removeValue(forKey: number) else { return }
            guard try await use(request, batch) else {
                group.cancelAll()
                return
            }
            number += 1
        }
    }
}
