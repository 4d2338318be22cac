import Portfolio

/// Wakes whoever waits for work. A ring that nobody hears is kept, so that none is lost.
actor Bell {
    private var isRung = false
    private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0

    func ring() {
        isRung = true
        for waiter in waiters.values { waiter.resume() }
        if !waiters.isEmpty { isRung = false }
        waiters = [:]
    }

    /// Returns at the next ring, or when the time is over, or when the task is cancelled.
    func wait(atMost duration: Duration, clock: any EngineClock) async {
        if isRung {
            isRung = false
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForRing() }
            group.addTask { try? await clock.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForRing() async {
        nextWaiter += 1
        let number = nextWaiter
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if isRung || Task.isCancelled {
                    isRung = false
                    continuation.resume()
                } else {
                    waiters[number] = continuation
                }
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    private func giveUp(_ number: Int) { waiters.removeValue(forKey: number)?.resume() }
}
