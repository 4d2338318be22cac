import Foundation

extension String {
    /// Without blanks and line ends at both sides, as people mean what they typed.
    public var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
