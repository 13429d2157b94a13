/// How far a folder is written, on standard error: one redrawn line on a terminal, elsewhere the result alone.
final class WriteProgress {
    private let byteCount: Int
    private let started = ContinuousClock.now
    private var drawn = ContinuousClock.now
    private var written = 0

    init(byteCount: Int) { self.byteCount = byteCount }

    func add(_ count: Int, of component: String) {
        written += count
        let now = ContinuousClock.now
        guard StandardError.isTerminal, now - drawn >= .milliseconds(100) else { return }
        drawn = now
        let line = "\(component) · \(Self.gigabytes(written)) of \(Self.gigabytes(byteCount)) GB · \(speed)"
        StandardError.write("\r\u{1B}[2K" + line.prefix(StandardError.columns - 1))
    }

    func clear() {
        if StandardError.isTerminal { StandardError.write("\r\u{1B}[2K") }
    }

    func finish() {
        clear()
        StandardError.write("wrote \(Self.gigabytes(written)) GB in \(ProgressLine.duration(seconds)) · \(speed)\n")
    }

    private var seconds: Double { (ContinuousClock.now - started) / .seconds(1) }
    private var speed: String { "\(Self.gigabytes(Int(Double(written) / seconds))) GB/s" }

    private static func gigabytes(_ byteCount: Int) -> String { "\((Double(byteCount) / 1e7).rounded() / 100)" }
}
