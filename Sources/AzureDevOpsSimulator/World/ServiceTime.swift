/// Time as Azure DevOps keeps it: milliseconds since 1970 on the ticks of SQL's `datetime`, 1/300 of a second (FACTS.md 1.12).
struct ServiceTime: Hashable, Comparable, Sendable {
    let milliseconds: Int64

    /// The nearest tick: the milliseconds end in 0, 3 or 7.
    init(rounding milliseconds: Int64) {
        let tick = (milliseconds * 3 + 5) / 10
        self.milliseconds = (tick * 10 + 1) / 3
    }

    /// The tick after this one.
    var next: ServiceTime { ServiceTime(rounding: milliseconds + 4) }

    static func < (left: ServiceTime, right: ServiceTime) -> Bool { left.milliseconds < right.milliseconds }

    /// `2026-03-31T18:36:26.23Z`: zeros at the end of the fraction are dropped, a whole second has none.
    var text: String {
        let (date, clock) = parts
        var fraction = Int(milliseconds % 1_000)
        // Written digit by digit: a simulation prints millions of these.
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var position = 0
            func put(_ byte: UInt8) {
                buffer[position] = byte
                position += 1
            }
            func put(_ number: Int, _ width: Int) {
                for place in 0..<width {
                    var digit = number
                    for _ in 0..<(width - 1 - place) { digit /= 10 }
                    put(0x30 + UInt8(digit % 10))
                }
            }
            put(date.year, 4)
            put(UInt8(ascii: "-"))
            put(date.month, 2)
            put(UInt8(ascii: "-"))
            put(date.day, 2)
            put(UInt8(ascii: "T"))
            put(clock.hour, 2)
            put(UInt8(ascii: ":"))
            put(clock.minute, 2)
            put(UInt8(ascii: ":"))
            put(clock.second, 2)
            if fraction != 0 {
                put(UInt8(ascii: "."))
                var width = 3
                while fraction % 10 == 0 { (fraction, width) = (fraction / 10, width - 1) }
                put(fraction, width)
            }
            put(UInt8(ascii: "Z"))
            return position
        }
    }

    /// `1/10/2025 12:13:35 PM`, as the recycle bin shows it (`recordings/work-item-delete.json`).
    var americanText: String {
        let (date, clock) = parts
        let hour = clock.hour % 12 == 0 ? 12 : clock.hour % 12
        return
            "\(date.month)/\(date.day)/\(date.year) \(hour):\(padded(clock.minute, 2)):\(padded(clock.second, 2)) \(clock.hour < 12 ? "AM" : "PM")"
    }

    /// `Tue, 24 Nov 2026 04:46:37 GMT`, as the header `Date` has it (RFC 9110, 5.6.7).
    var httpText: String {
        let (date, clock) = parts
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(milliseconds.quotient(floor: 86_400_000) % 7)]
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][date.month - 1]
        return
            "\(weekday), \(padded(date.day, 2)) \(month) \(date.year) \(padded(clock.hour, 2)):\(padded(clock.minute, 2)):\(padded(clock.second, 2)) GMT"
    }

    /// The text of an ISO 8601 moment or day; `nil` for anything else.
    static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var number = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            return number
        }
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), let year = number(0..<4),
            let month = number(5..<7), let day = number(8..<10), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = daysSinceEpoch(year, month, day)
        guard bytes.count > 10 else { return days * 86_400_000 }
        guard bytes.count >= 16, let hour = number(11..<13), let minute = number(14..<16), hour < 24, minute < 60 else { return nil }
        var milliseconds = days * 86_400_000 + Int64(hour) * 3_600_000 + Int64(minute) * 60_000
        var position = 16
        if bytes.count > 16, bytes[16] == UInt8(ascii: ":") {
            guard let second = number(17..<19), second < 60 else { return nil }
            milliseconds += Int64(second) * 1_000
            position = 19
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            var scale: Int64 = 100
            position += 1
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                milliseconds += Int64(bytes[position] - 0x30) * scale
                scale /= 10
                position += 1
            }
        }
        if position == bytes.count || (position == bytes.count - 1 && bytes[position] == UInt8(ascii: "Z")) { return milliseconds }
        let rest = String(decoding: bytes[position...], as: UTF8.self)
        guard rest.count == 6, let hours = Int(rest.dropFirst().prefix(2)), let minutes = Int(rest.suffix(2)) else { return nil }
        let offset = Int64(hours * 60 + minutes) * 60_000
        return rest.hasPrefix("+") ? milliseconds - offset : milliseconds + offset
    }

    /// The day in UTC.
    var date: (year: Int, month: Int, day: Int) { parts.date }

    /// Midnight of a day; months beyond the year and days beyond the month run over.
    static func start(year: Int, month: Int, day: Int) -> Int64 {
        let months = year * 12 + month - 1
        let (wholeYear, wholeMonth) = (months >= 0 ? months / 12 : (months - 11) / 12, ((months % 12) + 12) % 12 + 1)
        return (daysSinceEpoch(wholeYear, wholeMonth, 1) + Int64(day - 1)) * 86_400_000
    }

    private var parts: (date: (year: Int, month: Int, day: Int), clock: (hour: Int, minute: Int, second: Int)) {
        let day = milliseconds.quotient(floor: 86_400_000)
        let seconds = Int((milliseconds - day * 86_400_000) / 1_000)
        return (Self.date(day), (seconds / 3_600, seconds / 60 % 60, seconds % 60))
    }

    /// Howard Hinnant's civil calendar algorithms.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    private static func date(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civil = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civil <= 2 ? 1 : 0), civil, day)
    }
}

extension Int64 {
    fileprivate func quotient(floor divisor: Int64) -> Int64 { self >= 0 ? self / divisor : (self - divisor + 1) / divisor }
}

func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
