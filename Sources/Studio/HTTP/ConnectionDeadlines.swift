import NIOCore
import NIOHTTPTypes

/// Closes connections whose client sends a request, or takes a reply, so slowly that it only holds a place.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private let requestLimit, stallLimit: TimeAmount
    private var request, stall: Scheduled<Void>?

    /// - Parameters:
    ///   - requestLimit: From a request's head to its end.
    ///   - stallLimit: For which nothing of a reply may be taken.
    init(requestLimit: TimeAmount = .seconds(120), stallLimit: TimeAmount = .seconds(60)) {
        self.requestLimit = requestLimit
        self.stallLimit = stallLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: request = closing(context, after: requestLimit)
        case .body: break
        case .end: request?.cancel()
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { stall?.cancel() } else { stall = closing(context, after: stallLimit) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        request?.cancel()
        stall?.cancel()
        context.fireChannelInactive()
    }

    private func closing(_ context: ChannelHandlerContext, after limit: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}

@available(*, unavailable)
extension ConnectionDeadlines: Sendable {}
