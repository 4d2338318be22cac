/// A moment in time: milliseconds since 1970-01-01T00:00:00Z, as both databases store it.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    public func adding(_ duration: Duration) -> Instant { Instant(milliseconds: milliseconds + duration.milliseconds) }

    public func duration(since earlier: Instant) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }

    /// The day in UTC.
    public var day: CalendarDate? {
        let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        return CalendarDate(daysSinceEpoch: Int(rest < 0 ? days - 1 : days))
    }

    /// Midnight in UTC of a day.
    public init(startOf day: CalendarDate) { self.init(milliseconds: Int64(day.daysSinceEpoch) * 86_400_000) }

    /// From ISO 8601 as Azure DevOps writes it: `2026-03-31T18:36:25.077Z`, with 0 to 7 fraction digits, `Z` or an offset.
    /// A date alone is midnight in UTC.
    public init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, let day = CalendarDate(text.prefix(10)) else { return nil }
        var milliseconds = Instant(startOf: day).milliseconds
        if bytes.count == 10 {
            self.init(milliseconds: milliseconds)
            return
        }
        var position = 11
        func digits(_ count: Int) -> Int64? {
            guard position + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[position..<position + count] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            position += count
            return value
        }
        func skip(_ byte: Character) -> Bool {
            guard position < bytes.count, bytes[position] == byte.asciiValue else { return false }
            position += 1
            return true
        }
        guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
            let hour = digits(2), hour < 24, skip(":"), let minute = digits(2), minute < 60
        else { return nil }
        milliseconds += (hour * 60 + minute) * 60_000
        if skip(":") {
            guard let second = digits(2), second < 61 else { return nil }
            milliseconds += second * 1_000
            if skip(".") {
                var scale: Int64 = 100
                let start = position
                while let digit = digits(1) {
                    milliseconds += digit * scale
                    scale /= 10
                }
                guard position > start else { return nil }
            }
        }
        if position == bytes.count || (skip("Z") && position == bytes.count) {
            self.init(milliseconds: milliseconds)
            return
        }
        let sign: Int64 = skip("+") ? -1 : skip("-") ? 1 : 0
        guard sign != 0, let offsetHour = digits(2), offsetHour < 24 else { return nil }
        _ = skip(":")
        guard let offsetMinute = digits(2), offsetMinute < 60, position == bytes.count else { return nil }
        self.init(milliseconds: milliseconds + sign * (offsetHour * 60 + offsetMinute) * 60_000)
    }

    /// `2026-03-31T18:36:25.077Z`
    public var description: String {
        let day = day?.description ?? "0001-01-01"
        let time = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
        func padded(_ number: Int64, to width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60].map { padded($0, to: 2) }.joined(separator: ":")
        return "\(day)T\(clock).\(padded(time % 1_000, to: 3))Z"
    }
}

extension Duration {
    public var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
