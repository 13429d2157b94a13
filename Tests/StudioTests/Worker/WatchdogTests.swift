import Testing

@testable import Studio

@Suite struct WatchdogTests {
    private let start = ContinuousClock.now
    private func progress(_ unitSeconds: Double?) -> WorkerMessage {
        .progress(
            Progress(
                job: 1, attempt: 1, image: 0, images: 1, phase: "denoise", steps: 4, elapsed: 0,
                time: TimeClasses(wait: 0, compute: 0, copy: 0, hiddenCopy: 0), unitSeconds: unitSeconds))
    }

    private var order: WorkerOrder { ProtocolTests.orders[0] }

    @Test func nothingIsExpectedOfAnIdleEngine() {
        var watchdog = Watchdog()
        #expect(watchdog.deadline == nil)
        watchdog.observe(.ping(1), at: start)
        #expect(watchdog.deadline == nil)
        watchdog.expectHello(within: .seconds(9), at: start)
        #expect(watchdog.deadline == start + .seconds(9))
        watchdog.observe(.hello(Hello(.sample)), at: start)
        #expect(watchdog.deadline == nil)
    }

    @Test func progressExtendsTheDeadlineByThePlannedTimeAndSignsOfLifeDoNot() {
        var watchdog = Watchdog()
        watchdog.observe(order, at: start)
        #expect(watchdog.deadline == start + .seconds(30))
        watchdog.observe(progress(nil), at: start + .seconds(10))
        #expect(watchdog.deadline == start + .seconds(40))
        watchdog.observe(progress(1), at: start + .seconds(20))
        #expect(watchdog.deadline == start + .seconds(50))
        watchdog.observe(progress(100), at: start + .seconds(20))
        #expect(watchdog.deadline == start + .seconds(2020))
        watchdog.observe(.pong(1), at: start + .seconds(500))
        #expect(watchdog.deadline == start + .seconds(2020))
        watchdog.observe(.done(ProtocolTests.run), at: start + .seconds(500))
        #expect(watchdog.deadline == nil)
    }

    @Test func waitingGetsLongerUntilAnEngineWorks() {
        var backoff = Backoff()
        #expect((0..<8).map { _ in backoff.next() } == [1, 2, 4, 8, 16, 32, 60, 60].map { Duration.seconds($0) })
        backoff.succeed()
        #expect(backoff.next() == .seconds(1))
    }
}
