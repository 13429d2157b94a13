public import Memory

extension MemoryPlan {
    /// How long a denoising step takes on a device, by its rates: what streams is in host memory, or on disk where device and host share
    /// theirs.
    public func stepTime(on device: DeviceProfile) -> StepTime {
        StepTime(
            computeSeconds: Double(phase(.denoise)?.floatingPointOperations ?? 0) / device.floatingPointOperationsPerSecond,
            streamedByteCount: streamedBytesPerStep, linkBytesPerSecond: device.linkBytesPerSecond,
            diskByteCount: device.linkBytesPerSecond == nil ? streamedBytesPerStep : 0,
            diskBytesPerSecond: device.diskBytesPerSecond)
    }
}
