import FoundationEssentials
import History
import ServiceLifecycle
import SystemPackage
import TestFixtures
import Testing

@testable import Studio

/// A studio that answers requests, with an engine that follows a script.
struct OpenServer: Sendable {
    let parts: StudioParts
    let client: RawClient

    private static let page = FilePath(#filePath).removingLastComponent().appending("../../../Sources/Studio/Resources/page")

    static func with<R: Sendable>(
        _ policy: AccessPolicy = AccessPolicy(), _ engine: ScriptedEngine = ScriptedEngine(), host: String = "127.0.0.1",
        readerLimit: Int = 256, queueLimit: Int = 1000, minimumFreeBytes: Int = 0,
        limits: ConnectionLimits = ConnectionLimits(), _ body: (OpenServer) async throws -> R
    ) async throws -> R {
        let temporary = try TemporaryFolder()
        let folder = try DataFolder(at: temporary.path.appending("data"))
        let store = try folder.openStore()
        _ = try await folder.reconcile(with: store)
        let hub = EventHub(readerLimit: readerLimit)
        var configuration = Studio.Configuration()
        (configuration.minimumFreeBytes, configuration.queueLimit) = (minimumFreeBytes, queueLimit)
        let studio = Studio(store: store, folder: folder, events: hub, engine: engine, configuration: configuration)
        var parts = StudioParts(studio: studio, store: store, folder: folder, hub: hub, policy: policy, page: try StaticPage(page))
        parts.limits = limits
        return try await serving(parts, host) { [parts] port in
            let result = try await body(OpenServer(parts: parts, client: RawClient(port: port)))
            withExtendedLifetime(temporary) {}
            return result
        }
    }

    private static func serving<R: Sendable>(_ parts: StudioParts, _ host: String, _ body: (Int) async throws -> R) async throws -> R {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let services: [any Service] = [
            StudioService(parts.studio), PictureMeter(parts.hub, parts.store, parts.metrics, parts.logger),
            StudioServer(parts, host: host, port: 0) { continuation.yield($0) }, Heartbeat(parts.hub, every: .milliseconds(200)),
        ]
        let group = ServiceGroup(services: services, logger: parts.logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await ports.first { _ in true })
            let result: R
            do { result = try await body(port) } catch {
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }

    /// A value of a reply's JSON.
    static func value(_ reply: RawClient.Reply, _ path: String...) throws -> JSONFragment? {
        var value = try JSONDecoder().decode(JSONFragment.self, from: Data(reply.body))
        for key in path {
            guard case .object(let members) = value, let next = members[key] else { return nil }
            value = next
        }
        return value
    }

    static func code(_ reply: RawClient.Reply) throws -> String? {
        if case .text(let code)? = try value(reply, "error", "code") { code } else { nil }
    }

    /// Draws a picture, and waits for it.
    func picture(_ seed: Int = 1, _ more: String = "") async throws -> ImageRecord {
        let reply = try await client.post("/api/v1/jobs", #"{"prompt":"a fox","seed":\#(seed)\#(more)}"#)
        #expect(reply.status == 202, "\(reply.text)")
        guard case .integer(let id)? = try Self.value(reply, "id") else { throw CancellationError() }
        for _ in 0..<1000 {
            let job = try await parts.store.job(Int64(id))
            if job.status == .done { return try await parts.store.image(job.images[0].id) }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("job \(id) does not end")
        throw CancellationError()
    }
}
