import History
import Logging

/// What happens by the clock.
extension Studio {
    /// A question to the engine, and who waits for the answer.
    struct Question {
        let deadline: ContinuousClock.Instant
        private let continuation: CheckedContinuation<PlanAnswer?, Never>

        init(deadline: ContinuousClock.Instant, _ continuation: CheckedContinuation<PlanAnswer?, Never>) {
            self.deadline = deadline
            self.continuation = continuation
        }

        /// - Parameter answer: `nil` if there will be none.
        func answer(_ answer: PlanAnswer?) { continuation.resume(returning: answer) }
    }

    /// The last question whether the engine's queue moves.
    struct Ping {
        private var number = 0
        private var asked: ContinuousClock.Instant?
        private var isAnswered = true

        func isAnswered(within limit: Duration) -> Bool { isAnswered || asked.map { .now - $0 < limit } ?? true }

        /// The number to ask with, if it is time and the last one was answered.
        mutating func next(every interval: Duration) -> Int? {
            guard isAnswered, asked.map({ .now - $0 >= interval }) ?? true else { return nil }
            number += 1
            (asked, isAnswered) = (.now, false)
            return number
        }

        mutating func answer(_ number: Int) {
            if number == self.number { isAnswered = true }
        }
    }

    func keepTime() async {
        while !Task.isCancelled {
            await endLateStop()
            if renewAt < .now { await renewLease() }
            dropLateQuestions()
            if isReady, let number = ping.next(every: configuration.pingInterval) { _ = await engine.send(.ping(number)) }
            // Room on the disk comes back without anybody telling.
            if waitsForRoom { await beginNext() }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func endLateStop() async {
        guard let deadline = run?.stopDeadline, deadline < .now else { return }
        run?.stopDeadline = nil
        await engine.end("it did not stop when it was asked to")
    }

    private func renewLease() async {
        renewAt = .now + configuration.lease / 3
        guard let attempt = run?.attempt else { return await reap() }
        do {
            switch try await store.renew(attempt, lease: configuration.lease) {
            case .held(cancelRequested: false): break
            case .held(cancelRequested: true): await stop(attempt, .cancelled)
            case .lost: await stop(attempt, .ended)
            }
        } catch { logger.error("job \(attempt.job): the claim cannot be renewed: \(error)") }
    }

    /// Attempts whose end could not be written when it came.
    private func reap() async {
        do {
            let lost = try await store.reapExpired()
            for record in lost { await publish(record) }
            if !lost.isEmpty { await beginNext() }
        } catch { logger.error("expired claims cannot be read: \(error)") }
    }

    private func dropLateQuestions() {
        for (number, question) in questions where question.deadline < .now {
            questions[number] = nil
            question.answer(nil)
        }
    }

    /// Asks the engine what a request takes; `nil` if no engine is there to tell.
    /// - Throws: `StudioError`: what stands against the request.
    func answer(_ request: DrawRequest) async throws(StudioError) -> RequestPlan? {
        guard isReady else { return nil }
        lastNumber += 1
        let number = lastNumber
        let deadline = ContinuousClock.now + configuration.answerLimit
        let answer: PlanAnswer? = await withCheckedContinuation { continuation in
            questions[number] = Question(deadline: deadline, continuation)
            Task {
                if await !engine.send(.plan(PlanOrder(number: number, request: request))) {
                    questions.removeValue(forKey: number)?.answer(nil)
                }
            }
        }
        if let error = answer?.error { throw error }
        return answer?.plan
    }
}
