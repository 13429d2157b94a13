import Diffusion
import Memory
import SystemPackage
import Tensors

/// The JSON object of `--report`. Keys once shipped do not change.
struct Report: Encodable {
    let version = Sluice.version
    let request: Request
    let plan: Plan
    let memory: MemoryUse
    let time: Time
    let output: Output

    struct Request: Encodable {
        let prompt, model, device, dtype: String
        let width, height, steps: Int
        let guidance: Float
        let seed: UInt64
        let maximumSequenceLength: Int
    }

    /// What the run was held to. Without a planner nothing is predicted and nothing streams: weights are mapped from their files.
    struct Plan: Encodable {
        let budgetBytes: Int?
        let predictedPeakBytes: Int?
        let offload = "none"
        let streamedBytesPerStep = 0

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(budgetBytes, forKey: .budgetBytes)
            try container.encode(predictedPeakBytes, forKey: .predictedPeakBytes)
            try container.encode(offload, forKey: .offload)
            try container.encode(streamedBytesPerStep, forKey: .streamedBytesPerStep)
        }

        private enum Key: CodingKey { case budgetBytes, predictedPeakBytes, offload, streamedBytesPerStep }
    }

    /// `peakBytes` by the device's ledger; `peakResidentSetBytes` by the kernel, mapped file pages included.
    struct MemoryUse: Encodable {
        let peakBytes: Int
        let peakResidentSetBytes: Int
        /// Not measured before there is a pool that could fragment.
        let fragmentationPeak: Double?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(peakBytes, forKey: .peakBytes)
            try container.encode(peakResidentSetBytes, forKey: .peakResidentSetBytes)
            try container.encode(fragmentationPeak, forKey: .fragmentationPeak)
        }

        private enum Key: CodingKey { case peakBytes, peakResidentSetBytes, fragmentationPeak }
    }

    struct Time: Encodable {
        let totalSeconds: Double
        let phases: [PhaseTime]
        let stepSeconds: [Double]
    }

    /// On the CPU one engine computes and weights are read where they lie, so a phase is all compute.
    struct PhaseTime: Encodable {
        let name: String
        let seconds: Double
        let waitSeconds = 0.0
        let computeSeconds: Double
        let copySeconds = 0.0
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
        plan = Plan(budgetBytes: engine.backend.device.ledger.budgetByteCount, predictedPeakBytes: nil)
        memory = MemoryUse(
            peakBytes: image.peakByteCount, peakResidentSetBytes: HostMemory.peakResidentByteCount, fragmentationPeak: nil)
        time = Time(
            totalSeconds: image.timeline.seconds,
            phases: image.timeline.spans(on: .phase).map { PhaseTime(name: $0.name, seconds: $0.seconds, computeSeconds: $0.seconds) },
            stepSeconds: image.timeline.spans(on: .step).map(\.seconds))
        output = Output(path: picture.string, width: asked.width, height: asked.height, seed: asked.seed)
    }
}
