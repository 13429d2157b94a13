import Memory

/// The matrices of FLUX.1-dev that a step reads, 16-bit, and the time they take on a device of a given rate.
struct FluxChunks {
    let units: [StreamUnit]

    /// - Parameter rate: floating-point operations per second.
    init(side: Int, rate: Double) {
        let text = 512.0
        let image = Double(side * side / 256)
        let tokens = text + image
        let attention = 4 * tokens * tokens * 3072
        func unit(_ input: Double, _ output: Double, _ rows: Double, extra: Double = 0) -> StreamUnit {
            StreamUnit(
                byteCount: Int(2 * output * (input + 1)), nanoseconds: Int((2 * input * output * rows + extra) / rate * 1e9))
        }
        var units: [StreamUnit] = []
        for _ in 0..<19 {
            units += [unit(3072, 9216, image), unit(3072, 9216, text)]
            units += [unit(3072, 3072, image, extra: attention), unit(3072, 3072, text)]
            for rows in [image, text] { units += [unit(3072, 12288, rows), unit(12288, 3072, rows)] }
        }
        for _ in 0..<38 { units += [unit(3072, 21504, tokens), unit(15360, 3072, tokens, extra: attention)] }
        self.units = units
    }

    var byteCount: Int { units.reduce(0) { $0 + $1.byteCount } }
    var nanoseconds: Int { units.reduce(0) { $0 + $1.nanoseconds } }

    /// Time of a step in the long run, seconds: streamed chunks through a ring of two engines, over several steps.
    func simulatedStep(isResident: [Bool], ringByteCount: Int, bytesPerSecond: Int, steps: Int = 4) throws -> Double {
        let streamed = units.indices.filter { !isResident[$0] }
        guard !streamed.isEmpty else { return Double(nanoseconds) / 1e9 }
        let uses = (0..<steps).flatMap { _ in streamed.map { [$0] } }
        let schedule = try RingSchedule(chunkByteCounts: units.map(\.byteCount), uses: uses, ringByteCount: ringByteCount, alignment: 256)
        var use = 0
        let operations = (0..<steps).flatMap { _ in
            units.indices.map { index in
                defer { if !isResident[index] { use += 1 } }
                return TimedOperation(nanoseconds: units[index].nanoseconds, use: isResident[index] ? nil : use)
            }
        }
        let simulation = PipelineSimulation(schedule, operations: operations, bytesPerSecond: bytesPerSecond)
        let end = simulation.ends[simulation.ends.count - 1]
        return Double(end - simulation.ends[units.count - 1]) / Double(steps - 1) / 1e9
    }
}
