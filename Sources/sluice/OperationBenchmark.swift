import Memory
import Tensors

/// One operation at one of FLUX.1's shapes: what to run, and how much work it is.
struct OperationBenchmark {
    let name: String
    let shape: String
    /// What limits it at best: arithmetic, or bytes read and written once.
    let work: Work
    private let body: () throws -> Tensor

    enum Work {
        case operations(Int)
        case bytes(Int)
    }

    init(_ name: String, _ shape: String, _ work: Work, _ body: @escaping () throws -> Tensor) {
        (self.name, self.shape, self.work, self.body) = (name, shape, work, body)
    }

    /// Shortest time of one run, seconds: of several batches that take a while each, since a device may work through a
    /// queue, or of two where one run takes a while.
    func seconds(on backend: any Backend) throws -> Double {
        let first = try time(1, on: backend)
        let count = max(1, Int(0.05 / max(first, 1e-9)))
        return try (0..<(first < 1 ? 5 : 2)).map { _ in try time(count, on: backend) / Double(count) }.min() ?? first
    }

    private func time(_ count: Int, on backend: any Backend) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var result: Tensor?
        for _ in 0..<count { result = try body() }
        // Reading one element waits for everything before it.
        if let result { _ = try backend.download(result.rows(0..<1).columns(0..<1)) }
        return (clock.now - start) / .seconds(1)
    }
}
