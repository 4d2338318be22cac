/// The number by which the database knows one thing of a kind. Two kinds never mix.
public struct Identifier<Entity>: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let number: Int64

    public init(_ number: Int64) { self.number = number }

    /// From the part of an address or a form; `nil` unless it is a positive number.
    public init?(_ text: some StringProtocol) {
        guard let number = Int64(text), number > 0 else { return nil }
        self.number = number
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    public var description: String { String(number) }
}
