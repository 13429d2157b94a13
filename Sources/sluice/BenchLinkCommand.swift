import ArgumentParser
import CUDABackend

struct BenchLinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Measures the link between the host's memory and a CUDA device.",
        discussion: "What streamed weights are held against: copies of locked memory, one way at a time.")

    @Option(parsing: .unconditional, help: "Which device.") var ordinal = 0
    @Flag(help: "One JSON object in place of a line.") var json = false

    private struct Result: Encodable {
        let device: String
        let toDeviceBytesPerSecond, toHostBytesPerSecond: Double
    }

    func run() throws {
        let engine = try CUDAEngine(ordinal: ordinal)
        let rates = try engine.measureLink()
        if json {
            try print(
                JSONFile.text(
                    Result(
                        device: engine.properties.name, toDeviceBytesPerSecond: rates.toDevice, toHostBytesPerSecond: rates.toHost)))
        } else {
            print("\(engine.properties.name): \(gigabytes(rates.toDevice)) to the device, \(gigabytes(rates.toHost)) to the host")
        }
    }

    private func gigabytes(_ rate: Double) -> String { "\((rate / 1e9).fixed(1)) GB/s" }
}
