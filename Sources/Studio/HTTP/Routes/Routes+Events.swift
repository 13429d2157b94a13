import HTTPTypes
import Hummingbird
import NIOCore

extension Routes {
    private static let interval = Duration.milliseconds(100)

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
                        while case let items = await subscription.nextBatch(), !items.isEmpty {
                            try await writer.write(ByteBuffer(items))
                            // Eyes need no more, and two hundred streams would take the engine's time.
                            try await Task.sleep(for: Self.interval)
                        }
                    }
                    try await writer.finish(nil)
                })
        }
    }
}

extension ByteBuffer {
    /// As server-sent events (HTML Living Standard, section 9.2).
    fileprivate init(_ items: [EventSubscription.Item]) {
        self.init()
        for item in items {
            switch item {
            case .ping: writeString(": ping\n\n")
            case .event(let event):
                writeString("id: \(event.id)\nevent: \(event.type)\ndata: ")
                writeBytes(event.data)
                writeString("\n\n")
            }
        }
    }
}

extension HTTPField.Name {
    /// Asks reverse proxies to pass the stream on as it comes.
    fileprivate static let xAccelBuffering = Self("X-Accel-Buffering")!
}
