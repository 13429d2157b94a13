public import Memory

extension MemoryPlan {
    /// How long a denoising step takes on a device, by its rates: what streams is in host memory, or on disk where device and host share
    /// theirs.
    /// - Returns: `nil` for a plan from an engine that does not count its operations.
    public func stepTime(on device: DeviceProfile) -> StepTime? {
        guard let denoise = phase(.denoise), let operations = denoise.floatingPointOperations else { return nil }
        return StepTime(
            computeSeconds: Double(operations) / device.floatingPointOperationsPerSecond, streamedByteCount: denoise.streamedByteCount,
            linkBytesPerSecond: device.linkBytesPerSecond,
            diskByteCount: device.linkBytesPerSecond == nil ? denoise.streamedByteCount : 0,
            diskBytesPerSecond: device.diskBytesPerSecond)
    }
}
