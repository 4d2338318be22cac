import AzureDevOps
import Foundation
import Testing

@Suite("Small forms on the wire")
struct WireTests {
    private func date(_ text: String) -> Date? {
        ServiceResponse(status: 200, headers: [("Date", text)], body: []).answeredAt
    }

    @Test(
        "dates of HTTP (RFC 9110, 5.6.7) are read",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 31 Dec 1999 23:59:59 GMT", 946_684_799), ("Tue, 24 Nov 2026 04:46:37 GMT", 1_795_495_597),
            // A leap second is the second after.
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        ])
    func dates(text: String, seconds: Int) {
        #expect(date(text)?.timeIntervalSince1970 == Double(seconds))
    }

    @Test(
        "what is no such date is none, and is not bent into another",
        arguments: [
            "", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 2023 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, -6 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 11 1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 99999999999 08:49:37 GMT",
        ])
    func noDates(text: String) {
        #expect(date(text) == nil)
    }

    @Test("every date that HTTP can write is read back, day by day")
    func everyDay() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for day in stride(from: 0, to: 40_000, by: 7) {
            let moment = Date(timeIntervalSince1970: Double(day) * 86_400 + Double(day * 37 % 86_400))
            #expect(date(formatter.string(from: moment)) == moment)
        }
    }

    @Test("escaped text is read back as it was, and holds nothing that an address would take for its own")
    func percentEncoding() {
        var texts = (0..<128).map { "a\(Character(Unicode.Scalar(UInt8($0))))b" }
        texts += ["", "é", "e\u{301}", "日本", "👩‍👩‍👧", "\u{FFFF}", "%41", "a/b?c#d&e=f+g", "..", "System.Title", "$Bug"]
        let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$%")
        for text in texts {
            let encoded = percentEncoded(text)
            #expect(encoded.allSatisfy(kept.contains), "\(encoded)")
            #expect(encoded.removingPercentEncoding.map { Array($0.utf8) } == Array(text.utf8), "\(encoded)")
        }
        #expect(percentEncoded("a b/c%") == "a%20b%2Fc%25")
        #expect(percentEncoded("é") == "%C3%A9")
        #expect(percentEncoded("$Bug-1._~") == "$Bug-1._~")
    }
}
