import ArgumentParser
import Memory
import Tensors

/// What the benchmarks of operations, blocks and pictures share: the device, the size, and the roof everything is held against.
struct BenchShapes: ParsableArguments {
    @OptionGroup var computing: DeviceOptions
    @Option(parsing: .unconditional, help: "Side of the picture whose shapes to take, pixels; a multiple of 16.") var side = 512
    @Option(help: ArgumentHelp("Only what has this in its name, and the roof.", valueName: "TEXT")) var only: String?
    @Flag(help: "One JSON object in place of a table.") var json = false

    func validate() throws {
        if side < 16 || side > 4096 || side % 16 != 0 {
            throw OptionError.invalid(option: "--side", value: "\(side)", expected: "a multiple of 16 up to 4096")
        }
    }

    /// Measures what `parts` make, one part's operands in memory at a time, then the roof, and prints all of it.
    func measure(_ parts: (FluxOperations) -> [() throws -> [OperationBenchmark]]) throws {
        let choice = try DeviceChoice(computing.device)
        let memory = ReusingDevice(choice.backend.device)
        let (backend, library) = (choice.backend.running(on: memory), choice.library.running(on: memory))
        let type = try computing.elementType(on: backend)
        let operations = FluxOperations(backend: backend, type: type, side: side)
        let found = try parts(operations).flatMap { part in
            try part().filter { only.map($0.name.contains) ?? true }.map { try Row($0, on: backend) }
        }
        if let only, found.isEmpty {
            throw OptionError.invalid(option: "--only", value: only, expected: "part of a name that the command prints without it")
        }
        let products = try zip(
            FluxOperations(backend: library, type: type, side: side).products().map { try Row($0, on: library) },
            operations.products().map { try Row($0, on: backend) }
        ).map { $0.seconds < $1.seconds ? $0 : $1 }
        let copy = try Row(operations.copy(), on: backend)
        let roof = Roof(flopPerSecond: products.compactMap(\.flopPerSecond).max() ?? 0, bytesPerSecond: copy.bytesPerSecond ?? 0)
        let rows = products + [copy] + found
        if json {
            try print(
                JSONFile.text(
                    Result(device: "\(backend)", dtype: operations.type.rawValue, side: side, roof: roof, operations: rows)))
        } else {
            print("\(backend), \(operations.type.rawValue), \(side)×\(side)")
            for row in rows { print(row.line(under: roof)) }
        }
    }

    private struct Result: Encodable {
        let device, dtype: String
        let side: Int
        let roof: Roof
        /// Those of the roof come first.
        let operations: [Row]
    }

    private struct Roof: Encodable {
        let flopPerSecond, bytesPerSecond: Double
    }

    /// One operation's time, and its rate in the unit of what limits it.
    private struct Row: Encodable {
        let name, shape: String
        let seconds: Double
        let flopPerSecond, bytesPerSecond: Double?

        init(_ operation: OperationBenchmark, on backend: any Backend) throws {
            (name, shape) = (operation.name, operation.shape)
            seconds = try operation.seconds(on: backend)
            switch operation.work {
            case .operations(let count): (flopPerSecond, bytesPerSecond) = (Double(count) / seconds, nil)
            case .bytes(let count): (flopPerSecond, bytesPerSecond) = (nil, Double(count) / seconds)
            }
        }

        func line(under roof: Roof) -> String {
            let arithmetic = flopPerSecond.map { (rate: "\(($0 / 1e12).fixed(3)) TFLOP/s", share: $0 / roof.flopPerSecond) }
            let bytes = bytesPerSecond.map { (rate: "\(($0 / 1e9).fixed(1)) GB/s", share: $0 / roof.bytesPerSecond) }
            let (rate, share) = arithmetic ?? bytes ?? ("", 0)
            return name.leftAligned(20) + shape.leftAligned(26) + "\((1e3 * seconds).fixed(3)) ms".rightAligned(14) + rate.rightAligned(16)
                + "\((100 * share).fixed(0)) %".rightAligned(7)
        }
    }
}
