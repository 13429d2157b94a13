import ArgumentParser
import Memory
import Tensors

struct BenchOperationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ops", abstract: "Times every operation at FLUX.1's shapes against what the device does at best.",
        discussion: """
            The roof of arithmetic is the fastest plain matrix product of the same run, the roof of bytes a copy too large for any cache. \
            Each time is the shortest of several batches.
            """)

    @OptionGroup var computing: DeviceOptions
    @Option(parsing: .unconditional, help: "Side of the picture whose shapes to take, pixels; a multiple of 16.") var side = 512
    @Flag(help: "One JSON object in place of a table.") var json = false

    func run() throws {
        if side < 16 || side > 4096 || side % 16 != 0 {
            throw OptionError.invalid(option: "--side", value: "\(side)", expected: "a multiple of 16 up to 4096")
        }
        let chosen = try DeviceChoice(computing.device).backend
        let backend = chosen.running(on: ReusingDevice(chosen.device))
        let operations = FluxOperations(backend: backend, type: try computing.elementType(on: backend), side: side)
        let products = try operations.products().map { try Row($0, on: backend) }
        let copy = try Row(operations.copy(), on: backend)
        let roof = Roof(flopPerSecond: products.compactMap(\.flopPerSecond).max() ?? 0, bytesPerSecond: copy.bytesPerSecond ?? 0)
        let parts = [operations.transformer, operations.encoders, operations.autoencoder]
        let rows = try products + [copy] + parts.flatMap { part in try part().map { try Row($0, on: backend) } }
        if json {
            try print(
                JSONFile.text(Result(device: "\(backend)", dtype: operations.type.rawValue, side: side, roof: roof, operations: rows)))
        } else {
            print("\(backend), \(operations.type.rawValue), \(side)×\(side)")
            for row in rows { print(row.line(under: roof)) }
        }
    }

    private struct Result: Encodable {
        let device, dtype: String
        let side: Int
        let roof: Roof
        let operations: [Row]
    }

    struct Roof: Encodable {
        let flopPerSecond, bytesPerSecond: Double
    }

    /// One operation's time, and its rate in the unit of what limits it.
    struct Row: Encodable {
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
