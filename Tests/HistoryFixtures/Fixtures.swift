import Gallery
public import History

extension PictureRecord {
    /// The record that a worker would write for a picture of a job.
    public static func sample(
        _ job: JobRecord, ordinal: Int = 0, database: String, prompt: String = "a red fox in fresh snow", seed: UInt64 = 42,
        createdAt: Timestamp = 1_800_000_000_000, parentSHA256: String? = nil
    ) throws -> PictureRecord {
        let metadata = PictureMetadata(
            prompt: prompt, width: 4, height: 2, steps: 20, guidance: 3.5, seed: seed, model: "Postcards", modelHash: "sha256:0123",
            dtype: "bf16", maximumSequenceLength: 512, version: "sluice 0.1.0")
        let origin = PictureOrigin(
            database: database, job: job.id, ordinal: ordinal, imageCount: job.imageCount, attempt: job.attempt, owner: job.owner,
            queuedAt: job.createdAt, createdAt: createdAt, parentSHA256: parentSHA256, device: "cpu", budgetBytes: 1 << 30, seconds: 1.5,
            peakBytes: 1_000_000)
        let metrics = try JSONText(encoding: Metrics(contrastRMS: 0.25, histograms: ["r": [1, 2, 3]]))
        return PictureRecord(
            metadata: metadata, origin: origin, request: job.request, metrics: metrics,
            report: try JSONText(encoding: ["total": 1.5]))
    }

    private struct Metrics: Encodable {
        let contrastRMS: Double
        let histograms: [String: [Int]]
    }
}

extension NewImage {
    /// A picture whose file nobody looks into; its digest is made of `seed` and `ordinal`.
    public static func sample(_ record: PictureRecord) -> NewImage {
        let name = "\(record.origin.job)-\(record.origin.ordinal)-\(record.metadata.seed)"
        return NewImage(record: record, sha256: SHA256.hexadecimal(of: Array(name.utf8)), byteCount: 1000)
    }
}

extension NewJob {
    public static func sample(_ prompt: String = "a red fox in fresh snow", count: Int = 1, front: Bool = false) throws -> NewJob {
        NewJob(request: try JSONText(encoding: ["prompt": prompt]), imageCount: count, front: front)
    }
}
