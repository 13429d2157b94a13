import FoundationEssentials
import HistoryFixtures
import SystemPackage
import Testing

@testable import History

struct BackupTests {
    @Test func `one copy a day is made and the newest seven are kept`() async throws {
        let open = try OpenFolder()
        let image = try await open.picture()
        // 2027-01-15, 08:00 UTC.
        let start: Timestamp = 1_800_000_000_000
        for day in 0..<10 {
            let now = start + Int64(day) * 86_400_000
            let copy = try #require(try await open.folder.backUp(open.store, at: now))
            #expect(try await open.folder.backUp(open.store, at: now + 3_600_000) == nil)
            #expect(copy == open.folder.path.appending("backup/sluice-2027-01-\(15 + day).sqlite"))
        }
        #expect(try open.files("backup") == (18...24).map { "sluice-2027-01-\($0).sqlite" })
        let copy = try SQLiteStore(at: open.folder.path.appending("backup/sluice-2027-01-24.sqlite"))
        #expect(try await copy.image(image.id) == image && copy.databaseID == open.store.databaseID)
    }

    @Test func `what a copy that was cut off left is replaced, and other files stay`() async throws {
        let open = try OpenFolder()
        try open.write([1, 2, 3], "backup/new.part")
        try open.write([1], "backup/mine.sqlite")
        _ = try await open.folder.backUp(open.store, at: 1_800_000_000_000)
        #expect(try open.files("backup") == ["mine.sqlite", "sluice-2027-01-15.sqlite"])
    }

    @Test(arguments: [
        (0, "1970/01", "1970-01-01"), (1_800_000_000_000, "2027/01", "2027-01-15"), (1_709_251_199_999, "2024/02", "2024-02-29"),
        (1_798_761_599_999, "2026/12", "2026-12-31"),
    ])
    func `months and dates are those of UTC`(time: Timestamp, month: String, date: String) {
        #expect(time.yearAndMonth == month && time.date == date)
    }
}
