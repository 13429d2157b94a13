import GRDB
import SystemPackage
import TestFixtures
import Testing

@testable import History

/// Fifty thousand pictures: what a page holds is asserted, what it takes is printed.
struct LargeHistoryTests {
    private static let count = 50_000

    @Test func `every page of fifty thousand pictures is found, and a search reads them all`() async throws {
        let folder = try TemporaryFolder(inMemory: true)
        let store = try SQLiteStore(at: folder.path.appending("store.sqlite"))
        try await fill(store)
        let deep = try #require(PageCursor("\(1_800_000_000_000 + 1000).1000"))
        let questions: [(name: String, query: ImageQuery, cursor: PageCursor?, first: Int64?)] = [
            ("first page", ImageQuery(), nil, 50_000), ("page 800", ImageQuery(), deep, 999),
            ("search, all match", ImageQuery(text: "fox"), nil, 50_000), ("search, one in 50 000", ImageQuery(text: "number-1-"), nil, 1),
            ("search, none", ImageQuery(text: "no such words"), nil, nil), ("search, 猫", ImageQuery(text: "猫"), nil, 49_999),
            ("search, 狗", ImageQuery(text: "狗"), nil, nil), ("seed", ImageQuery(seed: 77), nil, 77),
            ("steps, none", ImageQuery.steps(21), nil, nil), ("steps and words, one in 50 000", ImageQuery.steps(20, "number-1-"), nil, 1),
            ("starred", ImageQuery(starredOnly: true), nil, 50_000), ("trash", ImageQuery(trashed: true), nil, nil),
        ]
        for (name, query, cursor, first) in questions {
            var page: ImagePage?
            let times = try await (0..<5).asyncMap { _ in
                try await ContinuousClock().measure { page = try await store.images(query, after: cursor, limit: 60) }
            }
            #expect(page?.images.first?.id == first, "\(name)")
            print("50,000 rows, \(name): \(page?.images.count ?? 0) rows in \(times.min() ?? .zero) to \(times.max() ?? .zero)")
        }
        let totals = try await store.imageTotals()
        #expect(totals.count == Self.count && totals.starred == 500)
    }

    /// Prompts of about 100 bytes, every second in Chinese, reports of 1 KB.
    private func fill(_ store: SQLiteStore) async throws {
        let record = try JSONText(
            encoding: PictureParameters(
                steps: 20, guidance: 3.5, sampler: "Euler", schedule: "Simple", model: "Postcards", device: "cpu"))
        try await store.write { database in
            try database.execute(
                sql: """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                    INSERT INTO image (id, ordinal, attempt, sha256, blob, byte_count, width, height, seed, prompt, prompt_folded, parameters,
                      starred, created_at, report)
                    SELECT n, 0, 1, 'digest' || n, 'blob' || n, 1000, 64, 64, n, '', CASE n % 2
                        WHEN 0 THEN 'a red fox in fresh snow, early morning light, long shadows, 35 mm photograph, number-' || n || '-'
                        ELSE 'fox 一只猫坐在垫子上，清晨的光线，长长的影子，三十五毫米照片，柔和的颜色 number-' || n || '-' END,
                      ?, n % 100 = 0, 1800000000000 + n, printf('%.*c', 1000, 'x')
                    FROM number
                    """, arguments: [Self.count, record.text])
        }
    }
}

extension ImageQuery {
    fileprivate static func steps(_ count: Int, _ text: String = "") -> ImageQuery {
        var query = ImageQuery(text: text)
        query.steps = Bounds(from: count, to: count)
        return query
    }
}

extension Range<Int> {
    fileprivate func asyncMap<T>(_ body: (Int) async throws -> T) async rethrows -> [T] {
        var results: [T] = []
        for index in self { results.append(try await body(index)) }
        return results
    }
}
