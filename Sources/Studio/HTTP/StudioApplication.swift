public import History
public import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle

/// Everything an open studio is made of. Tests make it with an engine inside their own process.
public struct StudioParts: Sendable {
    public var studio: Studio
    public var store: any JobStore & HistoryStore
    public var folder: DataFolder
    public var hub: EventHub
    public var policy: AccessPolicy
    public var metrics: StudioMetrics
    public var page: StaticPage
    public var logger: Logger
    var limits = ConnectionLimits()

    public init(
        studio: Studio, store: any JobStore & HistoryStore, folder: DataFolder, hub: EventHub, policy: AccessPolicy = AccessPolicy(),
        metrics: StudioMetrics = StudioMetrics(), page: StaticPage, logger: Logger = Logger(label: "sluice.http")
    ) {
        self.studio = studio
        self.store = store
        self.folder = folder
        self.hub = hub
        self.policy = policy
        self.metrics = metrics
        self.page = page
        self.logger = logger
    }
}

/// The HTTP server at one address; the studio's own work is not part of it.
/// - Parameters:
///   - port: 0 takes any that is free.
///   - onRunning: Called with the port once requests are answered.
public func buildApplication(
    _ parts: StudioParts, host: String, port: Int, onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let router = Router(context: StudioContext.self, options: .autoGenerateHeadEndpoints)
    let failures = FailureLimit()
    router.add(middleware: ReplyHeaders(metrics: parts.metrics))
    router.add(middleware: Gatekeeper(policy: parts.policy, failures: failures, concurrency: ConcurrencyLimit()))
    Routes(
        studio: parts.studio, store: parts.store, folder: parts.folder, hub: parts.hub, policy: parts.policy, failures: failures,
        metrics: parts.metrics, page: parts.page
    ).add(to: router)
    return Application(
        router: router,
        server: .http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionDeadlines(parts.limits)], idleTimeout: TimeAmount(parts.limits.idle),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
        configuration: ApplicationConfiguration(
            address: .hostname(host, port: port), availableConnectionsDelegate: .maximum(1024, logger: parts.logger)),
        onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) },
        logger: parts.logger)
}
