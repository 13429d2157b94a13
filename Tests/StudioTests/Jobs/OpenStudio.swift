import FoundationEssentials
import History
import Synchronization
import SystemPackage
import TestFixtures
import Testing

@testable import Studio

/// A studio at work in a folder of its own.
struct OpenStudio: Sendable {
    let folder: DataFolder
    let store: SQLiteStore
    let studio: Studio
    let news: News

    /// What everybody was told.
    final class News: EventSink {
        private let told = Mutex<[(type: String, json: String)]>([])

        func publish(_ type: String, _ data: some Encodable & Sendable) async {
            do {
                let json = try JSONText(encoding: data).text
                told.withLock { $0.append((type, json)) }
            } catch { Issue.record(error) }
        }

        func told(of type: String) -> [String] { told.withLock { $0.filter { $0.type == type }.map(\.json) } }
    }

    /// Runs `body` with a studio whose store was compared with its folder, as a server does at its start.
    static func with<R: Sendable>(
        _ engine: any EngineProcess, _ configuration: Studio.Configuration = .test { _ in }, in path: FilePath? = nil,
        _ body: (OpenStudio) async throws -> R
    ) async throws -> R {
        let temporary = try TemporaryFolder()
        let folder = try DataFolder(at: path ?? temporary.path.appending("data"))
        let store = try folder.openStore()
        _ = try await folder.reconcile(with: store)
        let news = News()
        let studio = Studio(store: store, folder: folder, events: news, engine: engine, configuration: configuration)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await studio.work() }
            let result = try await body(OpenStudio(folder: folder, store: store, studio: studio, news: news))
            await studio.shutdown()
            try await group.waitForAll()
            withExtendedLifetime(temporary) {}
            return result
        }
    }

    /// Waits until a job is as `isThere` says.
    @discardableResult
    func job(
        _ id: Int64, within limit: Duration = .seconds(20), _ isThere: (Job) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Job {
        let deadline = ContinuousClock.now + limit
        while true {
            let job = try await studio.job(id)
            if isThere(job) { return job }
            if ContinuousClock.now > deadline {
                Issue.record("job \(id) stays \(job.status), \(job.images.count) pictures", sourceLocation: sourceLocation)
                throw CancellationError()
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @discardableResult
    func ended(_ id: Int64, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation) async throws -> Job {
        try await job(id, within: limit, { $0.status.isEnd }, sourceLocation: sourceLocation)
    }

    /// Names of the files in the staging folder.
    var staged: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.stagingPath.string).sorted() }
    }
}

extension Studio.Configuration {
    /// Room on any disk, and little patience.
    static func test(_ change: (inout Studio.Configuration) -> Void) -> Studio.Configuration {
        var configuration = Studio.Configuration()
        configuration.minimumFreeBytes = 0
        configuration.cancelGrace = .milliseconds(300)
        change(&configuration)
        return configuration
    }
}
