public import ServiceLifecycle

/// The studio's work as a part of a process that stops in order.
public struct StudioService: Service {
    private let studio: Studio

    public init(_ studio: Studio) { self.studio = studio }

    public func run() async throws {
        await withGracefulShutdownHandler {
            await studio.work()
        } onGracefulShutdown: {
            Task { await studio.shutdown() }
        }
    }
}

/// Shows open event streams that they live, and ends them when the server stops, which otherwise would wait for them.
public struct Heartbeat: Service {
    private let hub: EventHub
    private let interval: Duration

    public init(_ hub: EventHub, every interval: Duration = .seconds(15)) {
        self.hub = hub
        self.interval = interval
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Cancelled: the loop ends.
                try? await Task.sleep(for: interval)
                await hub.ping()
            }
        }
        await hub.finish()
    }
}
