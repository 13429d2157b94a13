import Hummingbird
import NIOCore

/// What is known of a request besides what it says.
struct StudioContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Addresses of both ends, without port; absent where the transport has none.
    let clientAddress, localAddress: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        clientAddress = source.channel.remoteAddress?.ipAddress
        localAddress = source.channel.localAddress?.ipAddress
    }
}
