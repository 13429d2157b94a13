import Testing

@testable import Studio

@Suite struct EventHubTests {
    private let hub = EventHub(start: 1000, readerLimit: 3)

    private func publish(_ numbers: ClosedRange<Int>) async {
        for number in numbers { await hub.publish("job", ["id": number]) }
    }

    /// What waits for a reader, as "type:data" and sequence number.
    private func waiting(_ subscription: EventSubscription) async -> [String] {
        subscription.finish()
        var items: [String] = []
        while let item = await subscription.next() {
            switch item {
            case .ping: items.append("ping")
            case .event(let event): items.append("\(event.id.sequence) \(event.type) \(String(decoding: event.data, as: UTF8.self))")
            }
        }
        return items
    }

    @Test func aReaderGetsWhatIsPublishedFromThenOnInOrder() async throws {
        await publish(1...2)
        let reader = try await hub.subscribe()
        await publish(3...4)
        await hub.ping()
        #expect(await waiting(reader) == [#"3 job {"id":3}"#, #"4 job {"id":4}"#, "ping"])
    }

    @Test func aReaderThatComesBackGetsExactlyWhatItMissed() async throws {
        await publish(1...300)
        let reader = try await hub.subscribe(lastEventID: "1000-2")
        await publish(301...301)
        #expect(await waiting(reader) == (3...301).map { #"\#($0) job {"id":\#($0)}"# })
        #expect(await waiting(try await hub.subscribe(lastEventID: "1000-301")) == [])
    }

    @Test(arguments: ["999-5", "1000-9999", "1000", "x-y", "", "1000--3", "18446744073709551616-1"])
    func aReaderFromElsewhereIsToldToReadTheSnapshot(id: String) async throws {
        await publish(1...5)
        #expect(await waiting(try await hub.subscribe(lastEventID: id)) == ["5 resync {}"])
    }

    @Test func aReaderThatMissedMoreThanIsHeldIsToldToReadTheSnapshot() async throws {
        await publish(1...EventHub.ringLimit + 2)
        #expect(await waiting(try await hub.subscribe(lastEventID: "1000-1")).first == "\(EventHub.ringLimit + 2) resync {}")
        let held = await waiting(try await hub.subscribe(lastEventID: "1000-2"))
        #expect(held.count == EventHub.ringLimit)
        #expect(held.first == #"3 job {"id":3}"#)
    }

    @Test func aReaderThatFallsBehindLosesWhatItDidNotReadAndGoesOn() async throws {
        let reader = try await hub.subscribe()
        await publish(1...EventSubscription.limit + 3)
        let limit = EventSubscription.limit
        #expect(
            await waiting(reader) == [
                "\(limit + 1) resync {}", #"\#(limit + 2) job {"id":\#(limit + 2)}"#, #"\#(limit + 3) job {"id":\#(limit + 3)}"#,
            ])
    }

    @Test func anEventWakesAReaderThatWaits() async throws {
        let reader = try await hub.subscribe()
        async let item = reader.next()
        try await Task.sleep(for: .milliseconds(20))
        await publish(1...1)
        guard case .event(let event)? = await item else {
            Issue.record("no event")
            return
        }
        #expect(event.id.description == "1000-1")
    }

    @Test func aCancelledReaderEnds() async throws {
        let reader = try await hub.subscribe()
        let task = Task { await reader.next() == nil }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        #expect(await task.value)
    }

    @Test func readersThatAreGoneMakeRoomForOthers() async throws {
        var readers = [try await hub.subscribe(), try await hub.subscribe(), try await hub.subscribe()]
        await #expect(throws: EventHub.TooManyReaders(limit: 3)) { try await hub.subscribe() }
        readers.removeLast()
        _ = try await hub.subscribe()
        #expect(await hub.readerCount == readers.count)
    }

    @Test func aHubThatFinishedEndsEveryStream() async throws {
        let reader = try await hub.subscribe()
        await hub.finish()
        await publish(1...1)
        #expect(await waiting(reader) == [])
        #expect(await waiting(try await hub.subscribe()) == [])
    }

    @Test func aValueWithoutJSONIsLoggedAndSentToNobody() async throws {
        let reader = try await hub.subscribe()
        await hub.publish("memory", Double.nan)
        await publish(7...7)
        #expect(await waiting(reader) == [#"1 job {"id":7}"#])
    }
}
