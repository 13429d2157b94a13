import FoundationEssentials
import History
import TestFixtures
import Testing

@testable import Studio

@Suite struct ProtocolTests {
    static let run = RunID(job: 7, attempt: 2)
    static let request = DrawRequest(
        prompt: "雪の狐\n\"quoted\" 🦊", width: 128, height: 64, steps: 20, guidance: 3.5, seed: 1 << 53 - 1, count: 3, parentImage: 4)

    static let orders: [WorkerOrder] = [
        .run(
            RunOrder(
                job: 7, attempt: 2, request: request, ordinals: [1, 2], staging: "/tmp/a b", database: "d", owner: "", queuedAt: 5,
                parentSHA256: "ab")),
        .cancel(run), .drain(run), .release, .ping(3), .plan(PlanOrder(number: 9, request: request)),
    ]

    static let messages: [WorkerMessage] = [
        .hello(Hello(.sample)), .unusable(StudioError(.modelUnusable, "no")), .accepted(run),
        .progress(
            Progress(
                job: 7, attempt: 2, image: 1, images: 3, phase: "denoise", step: 4, steps: 20, block: 3, blocks: 8, stream: "double",
                layer: "attention", bytesDone: 77, elapsed: 1.5, remaining: 2.25,
                time: TimeClasses(wait: 0, compute: 1, copy: 0.5, hiddenCopy: 2), unitSeconds: 0.125)),
        .memory(
            MemoryReading(
                now: 1, peak: 2, predicted: 3, budget: 4, freeOutside: 5, rung: .ringMinimum,
                owners: .init(context: 1, resident: 2, ring: 3, arena: 4, kept: 5, arenaHeld: 6), streamedBytes: 7, hiddenShare: 0.5)),
        .preview(Preview(job: 7, attempt: 2, image: 0, step: 3, dataURL: "data:image/png;base64,AA==")),
        .image(StagedImage(job: 7, attempt: 2, ordinal: 1, file: "7-2-1.png", sha256: "ab", byteCount: 5)), .done(run), .drained(run),
        .cancelled(run), .failed(.init(run, StudioError(.doesNotFit, "too large", facts: ["largestSide": .integer(512)]))), .pong(3),
        .planned(PlanAnswer(number: 9, plan: .sample)), .planned(PlanAnswer(number: 9, error: StudioError(.invalidRequest, "a"))),
    ]

    @Test(arguments: orders) func anOrderIsReadAsItWasWritten(order: WorkerOrder) throws {
        let line = try ProtocolLines.encode(order)
        #expect(line.last == 10 && !line.dropLast().contains(10))
        #expect(try ProtocolLines.decode(Array(line.dropLast())) == order)
    }

    @Test(arguments: messages) func aMessageIsReadAsItWasWritten(message: WorkerMessage) throws {
        let line = try ProtocolLines.encode(message)
        #expect(line.last == 10 && !line.dropLast().contains(10))
        #expect(try ProtocolLines.decode(Array(line.dropLast())) == message)
    }

    @Test func messagesAreFlatObjectsWithAType() throws {
        let text = String(decoding: try ProtocolLines.encode(WorkerMessage.done(Self.run)), as: UTF8.self)
        #expect(text == #"{"attempt":2,"job":7,"type":"done"}"# + "\n")
        #expect(String(decoding: try ProtocolLines.encode(WorkerOrder.release), as: UTF8.self) == #"{"type":"release"}"# + "\n")
    }

    @Test func linesComeOutWholeHoweverTheyArrive() throws {
        var mutator = Mutator.fromEnvironment()
        let stream = try Self.messages.flatMap { try ProtocolLines.encode($0) }
        for _ in Mutator.rounds(50) {
            var lines = ProtocolLines()
            var (found, start): ([WorkerMessage], Int) = ([], 0)
            while start < stream.count {
                let end = min(stream.count, start + Int.random(in: 1...200, using: &mutator))
                for line in try lines.append(stream[start..<end]) { found.append(try ProtocolLines.decode(line)) }
                start = end
            }
            #expect(found == Self.messages, "seed \(mutator.seed)")
        }
    }

    @Test func aLineWithoutEndIsRefusedBeforeItFillsMemory() throws {
        var lines = ProtocolLines()
        #expect(try lines.append([UInt8](repeating: 65, count: ProtocolLines.byteLimit)).isEmpty)
        #expect(throws: ProtocolViolation.tooLong) { try lines.append([65]) }
        var whole = ProtocolLines()
        #expect(throws: ProtocolViolation.tooLong) {
            try whole.append([UInt8](repeating: 65, count: ProtocolLines.byteLimit + 1) + [10])
        }
    }

    @Test func brokenLinesAreRefusedWithTheirStart() throws {
        var mutator = Mutator.fromEnvironment()
        let lines = try Self.messages.map { Array(try ProtocolLines.encode($0).dropLast()) }
        for _ in Mutator.rounds(3000) {
            let broken = mutator.mutated(
                lines.randomElement(using: &mutator) ?? [], fragments: ["\"", "{", "}", "null", "-1", "1e400", ":"])
            do { _ = try ProtocolLines.decode(broken, as: WorkerMessage.self) } catch {
                guard case .malformed(let start) = error, start.utf8.count <= 3 * 80 else {
                    Issue.record("\(error), seed \(mutator.seed)")
                    return
                }
            }
        }
    }
}
