import Gallery

/// How a picture was drawn, beside its prompt, size and seed.
public struct PictureParameters: Equatable, Codable, Sendable {
    public var steps: Int
    public var guidance: Double
    public var negativePrompt: String?
    public var trueGuidance: Double?
    public var sampler: String
    public var schedule: String
    public var dtype: String?
    /// Name of the model, without folders.
    public var model: String
    public var modelDigest: String?
    public var device: String
    public var budgetBytes: Int?
    public var maximumSequenceLength: Int?
    /// The program and its version.
    public var version: String?
}

/// A row of the table `image`. The engine's report is asked for by itself: it is a hundred times larger than the rest.
public struct ImageRecord: Equatable, Sendable, Identifiable {
    public let id: Int64
    /// `nil` when the job was deleted or belongs to another database.
    public var job: Int64?
    /// Place among its job's pictures, from 0.
    public var ordinal: Int
    /// The attempt that drew it.
    public var attempt: Int
    /// Of the file, in hexadecimal.
    public var sha256: String
    /// Name of the file below images/.
    public var blob: String
    public var byteCount: Int
    public var width: Int
    public var height: Int
    public var seed: UInt64
    public var prompt: String
    public var parameters: PictureParameters
    /// Without histograms in pages.
    public var metrics: JSONText?
    public var seconds: Double?
    public var peakBytes: Int?
    public var parentSHA256: String?
    /// The picture that this one was made from, if it is still here.
    public var parent: Int64?
    /// Pictures that were made from this one, trashed ones left out.
    public var children: [Int64]
    public var starred: Bool
    /// The file is gone or damaged.
    public var missing: Bool
    public var createdAt: Timestamp
    public var trashedAt: Timestamp?
}

extension ImageRecord {
    /// The row of a new picture.
    package init(_ image: NewImage, id: Int64, job: Int64?, blob: String) {
        let (metadata, origin) = (image.record.metadata, image.record.origin)
        self.init(
            id: id, job: job, ordinal: origin.ordinal, attempt: origin.attempt, sha256: image.sha256, blob: blob,
            byteCount: image.byteCount,
            width: metadata.width, height: metadata.height, seed: metadata.seed, prompt: metadata.prompt,
            parameters: image.record.parameters, metrics: image.record.metrics, seconds: origin.seconds, peakBytes: origin.peakBytes,
            parentSHA256: origin.parentSHA256, parent: nil, children: [], starred: false, missing: false, createdAt: origin.createdAt,
            trashedAt: nil)
    }

    /// Whether it went into the trash at `time` or before; `nil` asks nothing.
    package func isTrashed(before time: Timestamp?) -> Bool {
        guard let time else { return true }
        return trashedAt.map { $0 <= time } ?? false
    }

    /// As in pages.
    package var withoutHistograms: ImageRecord {
        var image = self
        image.metrics = metrics?.removing("histograms")
        return image
    }
}

/// A picture whose file is checked and about to be stored, as its row will have it.
public struct NewImage: Sendable {
    public var record: PictureRecord
    /// Of the file, in hexadecimal.
    public var sha256: String
    public var byteCount: Int

    public init(record: PictureRecord, sha256: String, byteCount: Int) {
        self.record = record
        self.sha256 = sha256
        self.byteCount = byteCount
    }

    /// Name below images/ of the picture with this id: `2026/11/12-0123abcd.png`.
    public func blob(id: Int64) -> String {
        "\(record.origin.createdAt.yearAndMonth)/\(id)-\(sha256.prefix(8)).png"
    }
}
