#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

enum ContinuousWallClock {
    static func millisecondsSinceEpoch() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
