import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage
import TestFixtures
import Testing

@testable import Studio

@Suite struct ChildEngineTests {
    @Test func junkEndsAnEngine() async throws {
        let reasons = try await StubEngine("echo \"$HELLO\"; echo 'loading weights 3/7'; sleep 60").ends()
        #expect(reasons == [#"the engine said what is no message: "loading weights 3/7""#])
    }

    @Test func aLineThatDoesNotEndEndsAnEngine() async throws {
        let reasons = try await StubEngine("echo \"$HELLO\"; head -c 2000000 /dev/zero | tr '\\0' 'x'; sleep 60").ends()
        #expect(reasons == ["the engine said a line of more than 1048576 bytes"])
    }

    @Test func anotherVersionOfTheProtocolEndsAnEngine() async throws {
        let reasons = try await StubEngine("echo \"$HELLO\" | sed 's/\"protocol\":1/\"protocol\":7/'; sleep 60").ends()
        #expect(reasons == ["the engine speaks version 7 of the protocol, this server version 1: install both from one release"])
    }

    @Test func anEngineThatDoesNotGreetIsEnded() async throws {
        #expect(try await StubEngine(#"echo '{"type":"done","job":1,"attempt":1}'; sleep 60"#).ends() == ["the engine did not say hello"])
        var silent = try StubEngine("sleep 60")
        silent.configuration.helloLimit = .milliseconds(200)
        #expect(try await silent.ends() == ["it did not say hello in time"])
    }

    @Test func anEngineThatEndsIsStartedAgainAfterLongerAndLongerWaits() async throws {
        let starts = Mutex<[ContinuousClock.Instant]>([])
        let signals = try await StubEngine("echo \"$HELLO\"; exit 3").signals { _, message in
            if case .hello = message { starts.withLock { $0.append(.now) } }
        } until: {
            $0.reasons.count == 4
        }
        #expect(signals.reasons.allSatisfy { $0.hasPrefix("it ended by itself") && $0.contains("3") })
        let restarts = signals.compactMap { signal in
            if case .starting(let restarts) = signal { restarts } else { nil }
        }
        #expect(restarts.prefix(4) == [0, 1, 2, 3])
        let times = starts.withLock { $0 }
        #expect(times[1] - times[0] >= .milliseconds(20) && times[2] - times[1] >= .milliseconds(40))
        #expect(times[3] - times[2] >= .milliseconds(80))
    }

    @Test func anEngineThatCannotBeStartedIsToldAndTriedAgain() async throws {
        var missing = try StubEngine("")
        missing.configuration.executable = "/nowhere/sluice"
        let reasons = try await missing.ends(2)
        #expect(reasons.allSatisfy { $0.hasPrefix("it cannot be started") })
    }

    @Test func silenceInTheMiddleOfARunEndsAnEngineEvenOneThatIgnoresTheRequestToEnd() async throws {
        let script = """
            trap '' TERM USR1
            echo "$HELLO"
            read order
            echo '{"type":"accepted","job":7,"attempt":2}'
            while true; do echo '{"type":"pong","number":1}'; sleep 0.05; done
            """
        let began = ContinuousClock.now
        let reasons = try await StubEngine(script).ends { engine, message in
            if case .hello = message { _ = await engine.send(ProtocolTests.orders[0]) }
        }
        #expect(reasons == ["it made no progress for too long"])
        // The silence, the grace, and no more than a machine under load adds.
        #expect(ContinuousClock.now - began < .seconds(30))
    }

    @Test func anIdleEngineMayBeSilent() async throws {
        let signals = Mutex(0)
        let stub = try StubEngine("echo \"$HELLO\"; sleep 60")
        let engine = ChildEngine(stub.configuration)
        let task = Task { await engine.run { if case .ended = $0 { signals.withLock { $0 += 1 } } } }
        try await Task.sleep(for: .milliseconds(900))
        #expect(signals.withLock { $0 } == 0)
        task.cancel()
        await task.value
        withExtendedLifetime(stub) {}
    }

    @Test func whatReachesNoEngineIsSaid() async throws {
        let engine = ChildEngine(try StubEngine("").configuration)
        #expect(await !engine.send(.release))
    }

    @Test func anEngineIsEndedOnRequest() async throws {
        let reasons = try await StubEngine("echo \"$HELLO\"; sleep 60").ends { engine, message in
            if case .hello = message { await engine.end("because") }
        }
        #expect(reasons == ["because"])
    }

    @Test func ordersArriveInOrderAndTheInputEndsWithTheServer() async throws {
        let stub = try StubEngine(
            """
            echo "$HELLO"
            cat >> $0.log
            """)
        var slow = stub
        slow.configuration.terminationGrace = .seconds(5)
        let orders = ProtocolTests.orders
        let log = stub.folder.path.appending("engine.sh.log").string
        _ = try await slow.signals { engine, message in
            if case .hello = message { for order in orders { _ = await engine.send(order) } }
        } until: { _ in
            (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n").count == orders.count
        }
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let read = try lines.prefix(orders.count).map { try ProtocolLines.decode(Array($0.utf8), as: WorkerOrder.self) }
        #expect(read == orders)
    }
}
