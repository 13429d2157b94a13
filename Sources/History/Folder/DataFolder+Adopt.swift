import Gallery
import Synchronization

extension DataFolder {
    /// Makes a picture that a worker staged and flushed part of the history: checked, moved into its place, the move made durable, then its
    /// row committed, with the job if it was the last.
    ///
    /// A power cut between two of these leaves a file without a row, which `reconcile` finds, never a row without a file. The staged file
    /// of an attempt that no longer counts is removed.
    /// - Throws: `HistoryError.wrongFile` if the file is not what its worker said; then, and on a full disk, it stays staged.
    @concurrent public func adopt(
        staged name: String, attempt: Attempt, sha256: String, byteCount: Int, into store: any HistoryStore
    ) async throws -> Insertion {
        let staged = "staging/" + name
        let bytes = try root.read(staged)
        try Self.expect("\(byteCount) bytes", "\(bytes.count) bytes", of: name)
        try Self.expect("sha256 \(sha256)", "sha256 \(SHA256.hexadecimal(of: bytes))", of: name)
        let record = try Self.record(in: bytes, name)
        try Self.expect(Self.stagedName(attempt, ordinal: record.origin.ordinal), name, of: name)
        try Self.expect(
            "attempt \(attempt.number) of job \(attempt.job)", "attempt \(record.origin.attempt) of job \(record.origin.job)", of: name)
        let image = NewImage(record: record, sha256: sha256, byteCount: byteCount)
        let insertion = try await insert(image, from: staged, attempt: attempt, into: store)
        if case .stored = insertion { return insertion }
        try root.remove(staged)
        return insertion
    }

    /// Inserts a picture whose file stands under `name`; the file is put back if its row certainly was not committed.
    func insert(
        _ image: NewImage, from name: String, attempt: Attempt?, into store: any HistoryStore
    ) async throws -> Insertion {
        let placed = Mutex<String?>(nil)
        do {
            return try await store.insert(image, attempt: attempt) { [root] blob in
                placed.withLock { $0 = blob }
                try root.rename(name, to: "images/" + blob)
            }
        } catch let error as HistoryError where error.leavesCommitOpen {
            throw error
        } catch {
            // Where this fails too, the file is one without a row, for `reconcile`.
            if let blob = placed.withLock(\.self) { try? root.rename("images/" + blob, to: name) }
            throw error
        }
    }

    private static func expect(_ expected: String, _ found: String, of name: String) throws(HistoryError) {
        if expected != found { throw .wrongFile(name: name, expected: expected, found: found) }
    }

    private static func record(in bytes: [UInt8], _ name: String) throws(HistoryError) -> PictureRecord {
        do throws(PNGFault) {
            if let record = PictureRecord(texts: try PNGFile.texts(of: bytes)) { return record }
        } catch {
            throw .wrongFile(name: name, expected: "a picture", found: "\(error)")
        }
        throw .wrongFile(name: name, expected: "a record of the picture's drawing", found: "none")
    }
}
