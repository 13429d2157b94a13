import FoundationEssentials
import GRDB
import Gallery
import HistoryFixtures
import SystemPackage
import TestFixtures
import Testing

@testable import History

/// Disks that fill up while a picture is saved: told as such, nothing half-written, and everything works again when there is room.
struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.isAvailable, "mounting needs privileges"))
    func `on a full disk nothing is lost and nothing half-written, and with room the work goes on`() async throws {
        let disk = try SmallDisk(byteCount: 4 << 20)
        let open = try OpenFolder(at: disk.path.appending("data"))
        let before = try await open.picture(seed: 1)
        let (job, attempt) = try await open.claim()
        let staged = try open.stage(job, attempt, seed: 2)
        let fillers = disk.fill()
        #expect(!fillers.isEmpty)
        #expect(throws: HistoryError.self) { try open.folder.checkFreeSpace() }

        await expectFull { try await submitMuch(to: open.store) }
        await expectFull { _ = try await open.adopt(staged, attempt) }
        await expectFull { _ = try await open.folder.thumbnail(of: before) { [UInt8](repeating: 1, count: 20_000) } }
        await expectFull { _ = try await open.folder.backUp(open.store) }
        #expect(try open.files("images") == [before.blob] && open.files("staging") == [staged.name])
        #expect(try open.files("thumbs").isEmpty)
        #expect(try await open.store.job(job.id) == job)
        #expect(try await open.store.image(before.id) == before)

        try disk.remove(fillers)
        guard case .stored = try await open.adopt(staged, attempt) else { throw OpenFolder.NotStored() }
        try await open.picture(seed: 3)
        #expect(try await open.folder.backUp(open.store) != nil)
        #expect(try await open.store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        #expect(try await open.folder.reconcile(with: open.store, at: .now + 3_601_000) == Reconciliation())
    }

    /// What still fits into the log's last page may succeed.
    private func submitMuch(to store: SQLiteStore) async throws {
        for _ in 0..<100 { try await store.submit(.sample(String(repeating: "long ", count: 2000))) }
    }

    private func expectFull(_ body: () async throws -> Void) async {
        let error = await #expect(throws: HistoryError.self) { try await body() }
        #expect(error == .diskFull(freeBytes: nil, minimumBytes: nil))
    }
}
