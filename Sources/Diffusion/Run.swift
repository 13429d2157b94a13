import FluxModels

/// One run of a model: the engine it runs on, the memory its phases use, and who watches.
struct Run {
    let pass: ForwardPass
    let memory: any PhaseMemory
    let observer: RunObserver

    func phase<Result>(_ phase: Phase, _ body: () throws -> Result) throws -> Result {
        try observer.begin(phase)
        try memory.begin(phase)
        return try body()
    }

    /// Runs `body` for each denoising step.
    func steps(_ count: Int, _ body: (Int) throws -> Void) throws {
        for step in memory.steps(of: count) {
            try memory.beginStep()
            try observer.step(step, of: count) { try body(step) }
        }
    }

    /// Runs `body` for each tile that the picture is decoded in.
    func tiles(_ count: Int, _ body: (Int) throws -> Void) throws {
        for tile in memory.tiles(of: count) {
            try memory.beginStep()
            try body(tile)
        }
    }
}
