import Diffusion
import Gallery
import Memory
import SystemPackage
import Tensors

/// The JSON object of `--report`. Keys once shipped do not change.
struct Report: Encodable {
    let version = Sluice.version
    let request: Request
    /// Where the encoded prompt came from: "encoded" for this picture, "memory", or "store", a folder of encoded prompts.
    let promptSource: String
    /// Absent where the picture was decoded as a whole.
    let vaeTiling: VAETiling?
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
        /// 1 − most bytes held / most bytes mapped in the arena, as measured; absent where memory was not planned.
        let fragmentationPeak: Double?
        /// The same of arena and ring together.
        let dynamicFragmentationPeak: Double?
        /// Calls that moved pages while the picture was drawn.
        let pageCalls: PageCalls
    }

    struct PageCalls: Encodable {
        let count, createdBytes: Int
        let seconds: Double

        init(_ events: [MemoryEvent]) {
            let calls = events.filter { [.create, .destroy, .map, .unmap].contains($0.kind) }
            count = calls.count
            createdBytes = calls.filter { $0.kind == .create }.reduce(0) { $0 + $1.byteCount }
            seconds = calls.reduce(0) { $0 + $1.seconds }
        }
    }

    struct Time: Encodable {
        let totalSeconds: Double
        let phases: [PhaseTime]
        let stepSeconds: [Double]
    }

    struct PhasePeak: Encodable {
        let name: String
        let peakBytes: Int
        /// Of the phase's arena at its fullest moment; absent for phases that took no buffer.
        let fragmentation: FragmentationReport?
    }

    /// Shares of the arena, from 0 to 1: mapped and not held over the phase (`peak`) and at its fullest moment (`now`), free but not in
    /// one piece (`hole`), lost to alignment (`rounding`).
    struct FragmentationReport: Encodable {
        let peak, now, hole, rounding: Double

        init(_ arena: ArenaUse) {
            peak = [arena].fragmentationPeak
            now = arena.fragmentation.now
            hole = arena.fragmentation.hole
            rounding = arena.fragmentation.rounding
        }
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

    /// - Parameter model: What the model is called where its folder's path is nobody's business.
    init(_ image: GeneratedImage, engine: Engine, picture: FilePath, model: String? = nil) {
        let asked = image.request
        request = Request(
            prompt: asked.prompt, model: model ?? engine.modelFolder.string, device: engine.backend.device.name,
            dtype: engine.computeType.rawValue,
            width: asked.width, height: asked.height, steps: asked.steps, guidance: asked.guidance, seed: asked.seed,
            maximumSequenceLength: asked.maximumSequenceLength)
        promptSource = image.promptSource.rawValue
        vaeTiling = image.tiling.map { VAETiling($0) }
        plan = image.plan.map { PlanReport($0, tiling: image.tiling) }
        memory = MemoryUse(
            peakBytes: image.peakByteCount,
            phases: image.phasePeaks.map { phase in
                let arena = image.arenaUses.first { $0.phase.rawValue == phase.name }
                return PhasePeak(name: phase.name, peakBytes: phase.byteCount, fragmentation: arena.map { FragmentationReport($0) })
            },
            peakResidentSetBytes: HostMemory.peakResidentByteCount,
            fragmentationPeak: image.plan.map { _ in image.arenaUses.fragmentationPeak },
            dynamicFragmentationPeak: image.plan.map { _ in image.arenaUses.dynamicFragmentationPeak },
            pageCalls: PageCalls(image.memoryEvents))
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
