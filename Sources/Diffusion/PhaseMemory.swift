/// Told which part of a run comes next, so that memory can be laid out for it.
///
/// Buffers that a part takes from its backend are given back before the next part begins, except those taken for
/// `MemoryOwner.conditioning` and `.modulation`, which a run keeps.
protocol PhaseMemory: Sendable {
    func begin(_ phase: Phase) throws
    /// Every step of the denoising phase takes the same buffers in the same order, and so does every tile of the decoding phase.
    func beginStep() throws
    /// The steps to run: all of them, or one where that says everything.
    func steps(of count: Int) -> Range<Int>
    /// As `steps`, of the tiles that a picture is decoded in.
    func tiles(of count: Int) -> Range<Int>
}

extension PhaseMemory {
    func tiles(of count: Int) -> Range<Int> { 0..<count }
}

/// Memory that is taken as it is needed.
struct UnplannedMemory: PhaseMemory {
    func begin(_ phase: Phase) {}
    func beginStep() {}
    func steps(of count: Int) -> Range<Int> { 0..<count }
}
