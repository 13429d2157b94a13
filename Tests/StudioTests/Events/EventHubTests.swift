import Testing

@testable import Studio

@Suite struct EventHubTests {
    private let hub = EventHub(start: 1000, readerLimit: 3)

    private func publish(_ numbers: ClosedRange<Int>) async {
        for number in numbers {
            await hub.publish("job", ["id": number])
            await hub.tell()
        }
    }

    /// What waits for a reader, as "type:data" and sequence number.
    private func waiting(_ subscription: EventSubscription) async -> [String] {
        await hub.tell()
        subscription.finish()
        var items: [String] = []
        while let batch = await subscription.next() {
            for item in batch.items {
                switch item {
                case .ping: items.append("ping")
                case .event(let event): items.append("\(event.id.sequence) \(event.type) \(String(decoding: event.data, as: UTF8.self))")
                }
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
        async let batch = reader.next()
        try await Task.sleep(for: .milliseconds(20))
        await publish(1...1)
        guard case .event(let event)? = await batch?.items.first else {
            Issue.record("no event")
            return
        }
        #expect(event.id.description == "1000-1")
    }

    @Test func whatHappensInQuickSuccessionIsToldTogether() async throws {
        let reader = try await hub.subscribe()
        for number in 1...5 { await hub.publish("job", ["id": number]) }
        var counts: [Int] = []
        while counts.reduce(0, +) < 5, let batch = await reader.next() { counts.append(batch.items.count) }
        #expect(counts.first == 1 && counts.count < 5)
    }

    @Test func whatALaterEventSaysAgainIsNotWritten() {
        func event(_ sequence: Int, _ type: String) -> EventBatch.Item {
            .event(Event(id: EventID(start: 1, sequence: sequence), type: type, data: Array("{}".utf8)))
        }
        let batch = EventBatch([
            event(1, "progress"), event(2, "job"), event(3, "memory"), .ping, event(4, "progress"), event(5, "memory"),
        ])
        #expect(
            String(decoding: batch.text, as: UTF8.self).split(separator: "\n\n").map { $0.replacing("\n", with: " ") } == [
                "id: 1-2 event: job data: {}", "id: 1-3 event: memory data: {}", ": ping", "id: 1-4 event: progress data: {}",
                "id: 1-5 event: memory data: {}",
            ])
    }

    @Test func manyReadersAreToldLessOften() async throws {
        let hub = EventHub()
        var readers = [try await hub.subscribe()]
        #expect(await hub.interval == .milliseconds(100))
        for _ in 1..<200 { readers.append(try await hub.subscribe()) }
        #expect(await hub.interval == .milliseconds(400))
        readers.removeLast(100)
        await hub.tell()
        #expect(await hub.interval == .milliseconds(200))
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
