import CUDABackend

/// What `doctor` says about NVIDIA's devices: the libraries and where they come from, then each device.
struct CUDAReport {
    /// A label and what is said, line by line.
    let rows: [(label: String, text: String)]
    let isUsable: Bool

    init() {
        var rows: [(String, String)] = []
        for library in CUDALibraryName.allCases {
            let found = CUDALibraries.find(library)
            rows.append(
                (rows.isEmpty ? "cuda" : "", "\(library.rawValue): " + (found ?? "not here; it comes with \(library.source)")))
        }
        rows.append(("", "folders in $\(CUDALibraries.environmentVariable), separated by colons, are searched first"))
        var isUsable = false
        do {
            let devices = try DeviceProperties.all(CUDALibraries())
            if devices.isEmpty { rows.append(("", "the driver finds no device")) }
            for (ordinal, device) in devices.enumerated() {
                switch device {
                case .success(let device):
                    isUsable = true
                    let memory = ProgressLine.bytes(device.totalByteCount)
                    rows.append(("cuda:\(ordinal)", "\(device.name), \(memory), compute capability \(device.major).\(device.minor)"))
                case .failure(let error): rows.append(("cuda:\(ordinal)", "not usable: \(error)"))
                }
            }
        } catch { rows.append(("", "not usable: \(error)")) }
        (self.rows, self.isUsable) = (rows, isUsable)
    }
}
