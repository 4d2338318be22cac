import AzureDevOps

extension Result where Failure == AzureDevOpsError {
    /// The answer to a call, or why there is none, as a value.
    init(calling call: () async throws(AzureDevOpsError) -> Success) async {
        do throws(AzureDevOpsError) {
            self = .success(try await call())
        } catch {
            self = .failure(error)
        }
    }
}
