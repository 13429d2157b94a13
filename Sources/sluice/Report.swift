import Diffusion
import Memory
import SystemPackage
import Tensors

/// The JSON object of `--report`. Keys once shipped do not change.
struct Report: Encodable {
    let version = Sluice.version
    let request: Request
    /// Absent where memory was not planned.
    let plan: PlanReport?
    let memory: MemoryUse
    /// What was held over time; absent where memory was not planned.
    let memoryCurve: [MemoryPoint]?
    /// Absent where memory was not planned.
    let streaming: Streaming?
    let time: Time
    let output: Output

    struct Request: Encodable {
        let prompt, model, device, dtype: String
        let width, height, steps: Int
        let guidance: Float
        let seed: UInt64
        let maximumSequenceLength: Int
    }

    /// `peakBytes` by the device's ledger; `peakResidentSetBytes` by the kernel, mapped file pages included.
    struct MemoryUse: Encodable {
        let peakBytes: Int
        /// Beside the plan's prediction for the same phase; empty where memory was not planned.
        let phases: [PhasePeak]
        let peakResidentSetBytes: Int
        /// 1 − most bytes held / most bytes mapped in the arena, by the plan that the run followed.
        let fragmentationPeak: Double?
    }

    struct Time: Encodable {
        let totalSeconds: Double
        let phases: [PhaseTime]
        let stepSeconds: [Double]
    }

    struct PhasePeak: Encodable {
        let name: String
        let peakBytes: Int
    }

    /// Bytes mapped, but for `arenaHeld`, which is the part of the arena in use.
    struct MemoryPoint: Encodable {
        let seconds: Double
        let phase: String
        let resident, ring, arena, arenaHeld, kept, context: Int

        init(_ sample: MemoryCurve.Sample) {
            seconds = sample.seconds
            phase = sample.phase.rawValue
            resident = sample.residentByteCount
            ring = sample.ringByteCount
            arena = sample.arenaByteCount
            arenaHeld = sample.arenaHeldByteCount
            kept = sample.keptByteCount
            context = sample.contextByteCount
        }
    }

    /// What was read of the weights. `hiddenShare` is the part of the ring's filling time in which computing went on.
    struct Streaming: Encodable {
        let streamedBytes, loadedBytes, stalls: Int
        let fillSeconds, exposedSeconds: Double
        let bytesPerSecond, hiddenShare: Double?

        init(_ traffic: WeightTraffic) {
            streamedBytes = traffic.streamedByteCount
            loadedBytes = traffic.loadedByteCount
            stalls = traffic.stallCount
            fillSeconds = traffic.fillSeconds
            exposedSeconds = traffic.exposedSeconds.values.reduce(0, +)
            bytesPerSecond = traffic.streamedBytesPerSecond
            hiddenShare = traffic.hiddenShare
        }
    }

    /// A phase's time falls into computing and, while nothing is computed, copying: reading weights that are waited for.
    struct PhaseTime: Encodable {
        let name: String
        let seconds: Double
        let waitSeconds = 0.0
        let computeSeconds, copySeconds: Double
    }

    struct Output: Encodable {
        let path: String
        let width, height: Int
        let seed: UInt64
    }

    init(_ image: GeneratedImage, engine: Engine, picture: FilePath) {
        let asked = image.request
        request = Request(
            prompt: asked.prompt, model: engine.modelFolder.string, device: engine.backend.device.name, dtype: engine.computeType.rawValue,
            width: asked.width, height: asked.height, steps: asked.steps, guidance: asked.guidance, seed: asked.seed,
            maximumSequenceLength: asked.maximumSequenceLength)
        plan = image.plan.map { PlanReport($0) }
        memory = MemoryUse(
            peakBytes: image.peakByteCount, phases: image.phasePeaks.map { PhasePeak(name: $0.name, peakBytes: $0.byteCount) },
            peakResidentSetBytes: HostMemory.peakResidentByteCount,
            fragmentationPeak: image.plan?.fragmentationPeak)
        memoryCurve = image.memoryCurve?.samples.map { MemoryPoint($0) }
        streaming = image.traffic.map { Streaming($0) }
        time = Time(
            totalSeconds: image.timeline.seconds,
            phases: image.timeline.spans(on: .phase).map { span in
                let copy = Phase(rawValue: span.name).flatMap { image.traffic?.exposedSeconds[$0] } ?? 0
                return PhaseTime(name: span.name, seconds: span.seconds, computeSeconds: span.seconds - copy, copySeconds: copy)
            },
            stepSeconds: image.timeline.spans(on: .step).map(\.seconds))
        output = Output(path: picture.string, width: asked.width, height: asked.height, seed: asked.seed)
    }
}
