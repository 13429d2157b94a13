import HTTPTypes
import Hummingbird
import NIOCore

extension Routes {
    /// One stream with everything that happens; it ends when the client goes or the server does.
    func addEvents(to group: Group) {
        group.get("events") { request, _ in
            let last = request.headers[.lastEventID] ?? request.uri.queryParameters.get("after")
            let subscription = try await hub.subscribe(lastEventID: last)
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream", .xAccelBuffering: "no"],
                body: ResponseBody { writer in
                    metrics.streamOpened()
                    defer { metrics.streamClosed() }
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
                        while let batch = await subscription.next() { try await writer.write(ByteBuffer(bytes: batch.text)) }
                    }
                    try await writer.finish(nil)
                })
        }
    }
}

extension HTTPField.Name {
    /// Asks reverse proxies to pass the stream on as it comes.
    fileprivate static let xAccelBuffering = Self("X-Accel-Buffering")!
}
