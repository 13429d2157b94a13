import Diffusion
import Testing

@testable import Studio

@Suite struct ProgressTrackerTests {
    private let start = ContinuousClock.now
    private let work: Pace.Work = [.clip: 1e9, .t5: 1e9, .modulation: 1e9, .denoise: 10e9, .decode: 20e9]

    private func tracker(steps: Int = 10) -> ProgressTracker {
        ProgressTracker(ProtocolTests.run, image: 0, of: 1, steps: steps, work: work, began: start)
    }

    private func left(_ tracker: inout ProgressTracker, _ pace: Pace, _ now: ContinuousClock.Instant) -> Double? {
        tracker.take(nil, pace, atOnce: true, at: now)?.remaining
    }

    @Test func aNewPhaseIsToldAtOnceAndTheRestTenTimesASecond() {
        var (tracker, pace) = (tracker(), Pace())
        #expect({ tracker.observe(.phaseBegan(.load), &pace, at: start) }())
        #expect({ tracker.take(nil, pace, atOnce: true, at: start)?.phase }() == "load")
        #expect({ tracker.observe(.phaseBegan(.clip), &pace, at: start + .milliseconds(10)) }())
        #expect({ tracker.take(nil, pace, atOnce: true, at: start + .milliseconds(10))?.phase }() == "clip")
        #expect({ tracker.take(nil, pace, atOnce: false, at: start + .seconds(1)) }() == nil)
        tracker.enter("measure", unitSeconds: 2)
        #expect({ tracker.take(nil, pace, atOnce: false, at: start + .milliseconds(20)) }() == nil)
        let measured = tracker.take(nil, pace, atOnce: false, at: start + .milliseconds(110))
        #expect(measured?.phase == "measure" && measured?.remaining == 0 && measured?.unitSeconds == 2)
    }

    @Test func theClassesOfTimeAddUpToAllOfIt() {
        var (tracker, pace) = (tracker(), Pace())
        _ = tracker.observe(.phaseBegan(.load), &pace, at: start + .seconds(2))
        let told = tracker.take(nil, pace, atOnce: true, at: start + .seconds(5))
        #expect(told?.elapsed == 5 && told?.time == TimeClasses(wait: 2, compute: 3, copy: 0, hiddenCopy: 0))
    }

    @Test func whatIsLeftIsUnknownUntilSomethingWasMeasured() {
        var (tracker, pace) = (tracker(), Pace())
        _ = tracker.observe(.phaseBegan(.denoise), &pace, at: start)
        #expect({ left(&tracker, pace, start) }() == nil)
        _ = tracker.observe(.stepEnded(step: 0, steps: 10, seconds: 2), &pace, at: start + .seconds(2))
        // 5e9 operations a second: nine steps of 2 s, and 4 s for the decoder.
        #expect({ left(&tracker, pace, start + .seconds(2)) }() == 22)
    }

    @Test func fromTheThirdStepOnThisPicturesOwnStepsCount() {
        var (tracker, pace) = (tracker(), Pace())
        pace.learn(.denoise, work, seconds: 100)
        pace.learn(.decode, work, seconds: 5)
        _ = tracker.observe(.phaseBegan(.denoise), &pace, at: start)
        #expect({ left(&tracker, pace, start) }() == 1005)
        for step in 0..<4 { _ = tracker.observe(.stepEnded(step: step, steps: 10, seconds: 1), &pace, at: start + .seconds(step + 1)) }
        #expect({ left(&tracker, pace, start + .seconds(4)) }() == 11)
    }

    @Test func aUnitIsPlannedSlowlyUntilTheEngineIsKnown() {
        var pace = Pace()
        #expect(pace.unitSeconds(.denoise, work, count: 10) == 0.1)
        pace.learn(.denoise, work, seconds: 0.5)
        #expect(pace.unitSeconds(.denoise, work, count: 10) == 0.05)
        #expect(pace.seconds(.decode, work) == 1)
    }
}
