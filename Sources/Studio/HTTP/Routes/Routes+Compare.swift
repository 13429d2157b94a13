import Gallery
import History
import Hummingbird

extension Routes {
    private static let comparedLimit = 4

    func addCompare(to group: Group) {
        group.get("compare") { request, _ in
            let ids =
                request.uri.queryParameters.get("ids")?.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) } ?? []
            guard (2...Self.comparedLimit).contains(ids.count), !ids.contains(nil), Set(ids).count == ids.count else {
                throw WireError.invalidRequest("ids: expected 2 to \(Self.comparedLimit) different images", field: "ids")
            }
            var images: [ComparedImage] = []
            var pictures: [(record: ImageRecord, picture: Picture)] = []
            for case let id? in ids {
                let record = try await store.image(id)
                images.append(try ComparedImage(record, report: try await store.report(id)))
                pictures.append((record, try picture(of: record)))
            }
            let pairs = try pictures.dropFirst().map { try ComparedPair(pictures[0], $0) }
            return try Self.reply(Comparison(images: images, pairs: pairs), to: request)
        }
    }
}

private struct Comparison: Encodable {
    let images: [ComparedImage]
    /// The first image with each of the others.
    let pairs: [ComparedPair]
}

/// A picture with its histograms, and what its report says about memory and time.
private struct ComparedImage: Encodable {
    let image: HistoryImage
    let curve, time: JSONFragment?

    init(_ record: ImageRecord, report: JSONText?) throws {
        image = try HistoryImage(record)
        let report = try report.map { try JSONFragment($0) }
        (curve, time) = (report?["memoryCurve"], report?["time"])
    }

    private enum CodingKeys: CodingKey { case curve, time }

    func encode(to encoder: any Encoder) throws {
        try image.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(curve, forKey: .curve)
        try container.encode(time, forKey: .time)
    }
}

/// What differs between two pictures: in how they were asked for, and in their pixels.
struct ComparedPair: Encodable {
    /// A parameter with its values.
    struct Difference: Encodable, Equatable {
        let name: String
        let a, b: JSONFragment
    }

    /// Why no change can be put down to one parameter.
    enum Reason: String, Encodable {
        /// Another start or another engine: everything may differ for it.
        case seed, size, sampler, model, device
        case several
        /// Nothing was asked differently.
        case same
    }

    let a, b: Int64
    /// Absent where sizes differ.
    let measurements: PairMeasurements?
    let differences: [Difference]
    let reason: Reason?

    init(_ a: (record: ImageRecord, picture: Picture), _ b: (record: ImageRecord, picture: Picture)) throws {
        (self.a, self.b) = (a.record.id, b.record.id)
        let sameSize = a.picture.width == b.picture.width && a.picture.height == b.picture.height
        measurements = sameSize ? try PairMeasurements(a.picture, b.picture) : nil
        differences = try Self.differences(a.record, b.record)
        reason = Self.reason(Set(differences.map(\.name)))
    }

    /// By name, the program's version left out.
    static func differences(_ a: ImageRecord, _ b: ImageRecord) throws -> [Difference] {
        let (a, b) = (try a.askedFor, try b.askedFor)
        return Set(a.keys).union(b.keys).sorted().compactMap { name in
            let (first, second) = (a[name] ?? .null, b[name] ?? .null)
            return first == second ? nil : Difference(name: name, a: first, b: second)
        }
    }

    static func reason(_ names: Set<String>) -> Reason? {
        if names.contains("seed") { return .seed }
        if !names.isDisjoint(with: ["width", "height"]) { return .size }
        if !names.isDisjoint(with: ["sampler", "schedule"]) { return .sampler }
        if !names.isDisjoint(with: ["model", "modelDigest"]) { return .model }
        if names.contains("device") { return .device }
        return names.isEmpty ? .same : names.count > 1 ? .several : nil
    }

    private enum CodingKeys: CodingKey { case a, b, identical, psnr, ssim, meanDifference, differences, comparable, reason }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(a, forKey: .a)
        try container.encode(b, forKey: .b)
        try container.encode(measurements?.identical ?? false, forKey: .identical)
        try container.encode(measurements?.psnr, forKey: .psnr)
        try container.encode(measurements?.ssim, forKey: .ssim)
        try container.encode(measurements?.meanDifference, forKey: .meanDifference)
        try container.encode(differences, forKey: .differences)
        try container.encode(reason == nil, forKey: .comparable)
        try container.encode(reason, forKey: .reason)
    }
}

extension ImageRecord {
    fileprivate var askedFor: [String: JSONFragment] {
        get throws {
            guard case .object(var values) = try JSONFragment(JSONText(encoding: parameters)) else { return [:] }
            values["version"] = nil
            values["prompt"] = .text(prompt)
            values["seed"] = try JSONFragment(JSONText(encoding: seed))
            values["width"] = .integer(width)
            values["height"] = .integer(height)
            return values
        }
    }
}

extension JSONFragment {
    fileprivate subscript(key: String) -> JSONFragment? {
        if case .object(let members) = self { members[key] } else { nil }
    }
}
