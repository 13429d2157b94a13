import FoundationEssentials
public import Gallery
import StrictJSON

/// Where a picture comes from and what its drawing took.
public struct PictureOrigin: Equatable, Codable, Sendable {
    /// `HistoryStore.databaseID` of the server that had it drawn.
    public var database: String
    public var job: Int64
    /// Place among its job's pictures, from 0.
    public var ordinal: Int
    /// Pictures that the job asks for.
    public var imageCount: Int
    public var attempt: Int
    public var owner: String
    /// When the job was submitted, when the picture was finished.
    public var queuedAt: Timestamp
    public var createdAt: Timestamp
    public var parentSHA256: String?
    public var device: String
    public var budgetBytes: Int?
    public var trueGuidance: Double?
    public var seconds: Double?
    public var peakBytes: Int?

    public init(
        database: String, job: Int64, ordinal: Int, imageCount: Int = 1, attempt: Int, owner: String = "", queuedAt: Timestamp,
        createdAt: Timestamp = .now, parentSHA256: String? = nil, device: String, budgetBytes: Int? = nil, trueGuidance: Double? = nil,
        seconds: Double? = nil, peakBytes: Int? = nil
    ) {
        self.database = database
        self.job = job
        self.ordinal = ordinal
        self.imageCount = imageCount
        self.attempt = attempt
        self.owner = owner
        self.queuedAt = queuedAt
        self.createdAt = createdAt
        self.parentSHA256 = parentSHA256
        self.device = device
        self.budgetBytes = budgetBytes
        self.trueGuidance = trueGuidance
        self.seconds = seconds
        self.peakBytes = peakBytes
    }
}

/// What the PNG of a picture says under "sluice": enough to make its row, and its job's, again.
///
/// One object: the keys of `PictureMetadata`, so that readers of those read it too, then `origin`, `request`, `metrics` and `report`. No
/// path, host or user name belongs in it.
public struct PictureRecord: Equatable, Sendable {
    public var metadata: PictureMetadata
    public var origin: PictureOrigin
    /// The job's request as it was submitted.
    public var request: JSONText
    public var metrics: JSONText?
    /// The engine's report with the memory curve.
    public var report: JSONText?

    public init(metadata: PictureMetadata, origin: PictureOrigin, request: JSONText, metrics: JSONText? = nil, report: JSONText? = nil) {
        self.metadata = metadata
        self.origin = origin
        self.request = request
        self.metrics = metrics
        self.report = report
    }

    public static let keyword = "sluice"

    /// The record in a PNG file's texts; `nil` if there is none, or one that this version cannot read.
    public init?(texts: [String: String]) {
        guard let text = texts[Self.keyword], var reader = try? JSONReader(Array(text.utf8), failure: { $0 }) else { return nil }
        var parts: [String: String] = [:]
        do {
            try reader.readObject { reader, key throws(JSONFault) in parts[key] = try reader.readSource() }
            guard let origin = parts["origin"], let request = parts["request"] else { return nil }
            metadata = try JSONText(trusted: text).decoded()
            self.origin = try JSONText(trusted: origin).decoded()
            self.request = JSONText(trusted: request)
        } catch {
            return nil
        }
        metrics = parts["metrics"].map { JSONText(trusted: $0) }
        report = parts["report"].map { JSONText(trusted: $0) }
    }

    /// The texts to write into the file: "parameters" in the format of AUTOMATIC1111's web interface, and "sluice".
    /// - Throws: `EncodingError` for a number that JSON has no text for.
    public var texts: [(keyword: String, text: String)] {
        get throws {
            var json = String(try JSONText(encoding: metadata).text.dropLast())
            let parts = [
                ("origin", try JSONText(encoding: origin)), ("request", request), ("metrics", metrics), ("report", report),
            ]
            for case (let key, let value?) in parts { json += ",\"\(key)\":\(value.text)" }
            return [("parameters", metadata.parameters), (Self.keyword, json + "}")]
        }
    }

    /// As the row has them.
    var parameters: PictureParameters {
        PictureParameters(
            steps: metadata.steps, guidance: metadata.guidance, negativePrompt: metadata.negativePrompt, trueGuidance: origin.trueGuidance,
            sampler: metadata.sampler, schedule: metadata.schedule, dtype: metadata.dtype, model: metadata.model,
            modelDigest: metadata.modelHash, device: origin.device, budgetBytes: origin.budgetBytes,
            maximumSequenceLength: metadata.maximumSequenceLength, version: metadata.version)
    }
}
