/// `scheduler/scheduler_config.json` of a `FlowMatchEulerDiscreteScheduler`.
public struct SchedulerConfiguration: ModelConfiguration {
    public let useDynamicShifting: Bool
    public let shift: Double
    public let baseShift: Double?
    public let maxShift: Double?
    public let baseImageSeqLen: Int?
    public let maxImageSeqLen: Int?
    public let numTrainTimesteps: Int
    private let shiftTerminal: Double?
    private let timeShiftType: String?
    private let invertSigmas: Bool?
    private let useKarrasSigmas: Bool?
    private let useExponentialSigmas: Bool?
    private let useBetaSigmas: Bool?
    private let stochasticSampling: Bool?

    public var requirements: [ConfigurationRequirement] {
        [
            .equal("num_train_timesteps", numTrainTimesteps, 1000),
            ConfigurationRequirement("shift", shift, "a positive number", shift.isFinite && shift > 0),
            ConfigurationRequirement("shift_terminal", shiftTerminal.map { "\($0)" } ?? "null", "null", shiftTerminal == nil),
            .equal("time_shift_type", timeShiftType ?? "exponential", "exponential"),
            .equal("invert_sigmas", invertSigmas ?? false, false), .equal("use_karras_sigmas", useKarrasSigmas ?? false, false),
            .equal("use_exponential_sigmas", useExponentialSigmas ?? false, false),
            .equal("use_beta_sigmas", useBetaSigmas ?? false, false),
            .equal("stochastic_sampling", stochasticSampling ?? false, false),
            ConfigurationRequirement(
                "max_image_seq_len", maxImageSeqLen ?? 4096, "more than base_image_seq_len",
                (maxImageSeqLen ?? 4096) > (baseImageSeqLen ?? 256)),
        ]
    }
}
