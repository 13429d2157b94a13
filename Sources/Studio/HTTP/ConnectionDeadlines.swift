import NIOCore
import NIOHTTPTypes

/// How long a client may hold a connection without using it.
struct ConnectionLimits: Sendable {
    /// Of silence while no request is being answered.
    var idle = Duration.seconds(60)
    /// From the end of a reply, or from the connection's beginning, to the end of the next request's head; from there to its end.
    var request = Duration.seconds(120)
    /// For which nothing of a reply may be taken.
    var stall = Duration.seconds(60)
}

/// Closes connections whose client sends a request, or takes a reply, so slowly that it only holds a place.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private let requestLimit, stallLimit: TimeAmount
    private var request, stall: Scheduled<Void>?
    private var unanswered = 0

    init(_ limits: ConnectionLimits) {
        requestLimit = TimeAmount(limits.request)
        stallLimit = TimeAmount(limits.stall)
    }

    func handlerAdded(context: ChannelHandlerContext) { expectRequest(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            expectRequest(context)
        case .body: break
        // Where the reply came first, the next request is expected already.
        case .end: if unanswered > 0 { request?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered -= 1
            if unanswered == 0 { expectRequest(context) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        if !context.channel.isWritable { stall = closing(context, after: stallLimit) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        request?.cancel()
        stall?.cancel()
        context.fireChannelInactive()
    }

    private func expectRequest(_ context: ChannelHandlerContext) {
        request?.cancel()
        request = closing(context, after: requestLimit)
    }

    private func closing(_ context: ChannelHandlerContext, after limit: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}

@available(*, unavailable)
extension ConnectionDeadlines: Sendable {}
