import FieldSync
import Portfolio
import Testing

/// What three values of each side mean on the other, as tables that the planner reads as a translation and the oracle as they stand.
///
/// Both sides have the values 1, 2 and 3; nothing is nothing on both.
struct SmallWorld: Translation, CustomTestStringConvertible {
    let testDescription: String
    /// What the values of Azure DevOps read as; `nil` for one that cannot be read.
    let reads: [Int: Int?]
    /// What the values of Kiplot are written as; `nil` for one that cannot be written.
    let writes: [Int: Int?]
    /// Values of Kiplot that mean the same although they are different, as rich texts do.
    var alike: Set<Int> = []

    static let all = [
        SmallWorld(testDescription: "every value means itself", reads: [1: 1, 2: 2, 3: 3], writes: [1: 1, 2: 2, 3: 3]),
        SmallWorld(testDescription: "Kiplot does not tell 1 from 2", reads: [1: 1, 2: 1, 3: 3], writes: [1: 1, 2: 2, 3: 3]),
        SmallWorld(testDescription: "2 cannot be written, 3 cannot be read", reads: [1: 1, 2: 2, 3: nil], writes: [1: 1, 2: nil, 3: 3]),
        SmallWorld(
            testDescription: "1 and 2 are two ways to write one", reads: [1: 1, 2: 1, 3: 3], writes: [1: 1, 2: 1, 3: 3], alike: [1, 2]),
    ]

    static let locals: [FieldValue?] = [nil, .number(1), .number(2), .number(3)]
    static let remotes: [RemoteValue?] = [nil, .number(1), .number(2), .number(3)]

    static func unreadable(_ number: Int) -> Obstacle { .unmapped(value: "\(number) there", field: "X") }
    static func unwritable(_ number: Int) -> Obstacle { .unmapped(value: "\(number) here", field: "X") }

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard case .number(let number)? = remote else { return nil }
        guard let read = reads[Int(number)] ?? nil else { throw Self.unreadable(Int(number)) }
        return .number(Double(read))
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .number(let number)? = local else { return nil }
        guard let written = writes[Int(number)] ?? nil else { throw Self.unwritable(Int(number)) }
        return .number(Double(written))
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool {
        if left == right { return true }
        guard case .number(let left)? = left, case .number(let right)? = right else { return false }
        return alike.contains(Int(left)) && alike.contains(Int(right))
    }
}
