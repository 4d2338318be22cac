import JSON
import Testing

@Suite("JSON")
struct JSONTests {
    @Test("what is written reads back as itself")
    func roundTrip() throws {
        let value: JSONValue = [
            "text": "a \"quoted\" <b> & \u{1F600}\n\u{1}", "escaped": "\\\t\r\u{1F}", "ends": "\"",
            "whole": 9_007_199_254_740_993, "fraction": 0.1, "none": .null, "list": [true, false, [], [:]],
        ]
        #expect(try JSONValue(parsing: value.text) == value)
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "nul", "\"\u{1}\"", "\"\\x\"", "1 2", "{a:1}", "'a'", "-", "+1", "1e", "NaN",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("what is not wanted is passed over, wherever it stands and whatever it holds")
    func unwanted() throws {
        let text = #"{"a":1,"no":{"x":["}",{"\"":2}],"y":null},"b":{"no":"]\\","c":[{"no":-1.5e3},true]},"no":[],"d":"no"}"#
        let kept: JSONValue = ["a": 1, "b": ["c": [[:], true]], "d": "no"]
        #expect(try JSONValue(parsing: text.utf8, without: ["no"]) == kept)
    }

    @Test(
        "what is passed over has an end, and is not nested too deep",
        arguments: [
            #"{"no":"#, #"{"no":}"#, #"{"no":,"a":1}"#, #"{"no":"x}"#, #"{"no":[1,{"a":"b"}"#, "{\"no\":[\u{1}]}", #"{"no":[}"#,
            #"{"no":\#(String(repeating: "[", count: 100))\#(String(repeating: "]", count: 100))}"#,
        ])
    func unended(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8, without: ["no"]) }
    }

    @Test("nesting beyond the limit is refused and does not exhaust the stack")
    func depth() throws {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(throws: JSONError.tooDeep(limit: 64, offset: 64)) { try JSONValue(parsing: deep) }
        let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSONValue(parsing: allowed) }
    }

    @Test("a text beyond the limit is refused before it is read")
    func length() {
        let long = "\"" + String(repeating: "x", count: 3 << 20) + "\""
        #expect(throws: JSONError.tooLong(limit: 2 << 20)) { try JSONValue(parsing: long) }
    }

    @Test("an object with a name twice is refused")
    func duplicates() {
        #expect(throws: JSONError.duplicateName("a", offset: 7)) { try JSONValue(parsing: #"{"a":1,"a":2}"#) }
    }

    @Test("escapes, surrogate pairs and a byte order mark are understood")
    func escapes() throws {
        #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\b""#) == "é😀/\u{8}")
        #expect(try JSONValue(parsing: #""\ud83d!""#) == "\u{FFFD}!")
        #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF] + Array("1".utf8)) == 1)
    }

    @Test("whole numbers keep all their digits")
    func numbers() throws {
        #expect(try JSONValue(parsing: "9223372036854775807").integer == .max)
        #expect(try JSONValue(parsing: "8.0").integer == 8)
        #expect(try JSONValue(parsing: "8.5").integer == nil)
        #expect(throws: JSONError.numberOutOfRange(offset: 0)) { try JSONValue(parsing: "1e999") }
    }

    @Test("equal objects have one canonical text")
    func canonical() throws {
        let one = try JSONValue(parsing: #"{"b":{"d":1,"c":2},"a":[]}"#)
        let two = try JSONValue(parsing: #"{"a":[],"b":{"c":2,"d":1}}"#)
        #expect(one == two)
        #expect(one.canonicalText == two.canonicalText)
    }
}
