import ProvingGround
import Testing

@Suite("A loss of power")
struct StorageTests {
    @Test("takes nothing back that was answered, and a disk that lies is found out")
    func tornWrites() async throws {
        let trial = try await StorageProver(count: 40, seed: 1, deeds: 120).prove()
        #expect(trial.violations.isEmpty, "\(trial.violations)")
        #expect(trial.states == 40)
        #expect(trial.checkpointWrites > 0, "the log was moved into the file at least once")
        for control in trial.controls { #expect(control.finding != nil, "a disk that lies about \(control.lie) was not found") }
        for omission in trial.omissions { #expect(omission.unnoticed == 0, "a synchronisation of \(omission.subject) was not missed") }
    }
}
