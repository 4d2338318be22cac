import Foundation

/// Moments in the headers of HTTP (RFC 9110, 5.6.7): `Tue, 24 Nov 2026 04:46:37 GMT`.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// `nil` for anything else, and for a day or a time that there is not.
    static func date(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = number(words[1], 1...31), let month = months.firstIndex(of: String(words[2])),
            let year = number(words[3], 1...9_999)
        else { return nil }
        let time = words[4].split(separator: ":", omittingEmptySubsequences: false)
        // The 60th second is a leap second.
        guard time.count == 3, let hour = number(time[0], 0...23), let minute = number(time[1], 0...59),
            let second = number(time[2], 0...60),
            DateComponents(year: year, month: month + 1, day: day).isValidDate(in: calendar)
        else { return nil }
        return calendar.date(
            from: DateComponents(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second))
    }

    private static func number(_ word: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(word).flatMap { range.contains($0) ? $0 : nil }
    }
}

extension ServiceResponse {
    /// When the service says that it answered, by its own clock; `nil` where it does not say.
    public var answeredAt: Date? { self[header: "Date"].flatMap { HTTPDate.date($0) } }
}
