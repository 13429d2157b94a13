public import Memory
public import Tensors

/// The arithmetic of every operation written the plainest way, in f64, each result rounded once: what the engines are compared with.
public struct ReferenceBackend: Backend {
    public let name = "reference"
    public let device: any MemoryDevice
    public let computeTypes = ElementType.allCases

    /// - Parameter device: memory that the host can address.
    public init(device: any MemoryDevice = HostDevice()) {
        self.device = device
    }

    public func running(on device: any MemoryDevice) -> any Backend { ReferenceBackend(device: device) }
}
