import HTTPTypes

/// Which pages may make a browser change things here: our own, and those named exactly.
struct CrossOriginRule: Sendable {
    let allowedOrigins: Set<String>

    /// Whether a changing request may have come from the page it says it came from. Tools that are no browser say nothing.
    func allowsChange(_ request: HTTPRequest) -> Bool {
        if let origin = request.headerFields[.origin] {
            return isOwn(origin, request.authority) || allowedOrigins.contains(origin)
        }
        guard let site = request.headerFields[.secFetchSite] else { return true }
        return site == "same-origin" || site == "none"
    }

    /// The origin to allow in a reply: the request's, if it is one of those named.
    func allowedOrigin(_ request: HTTPRequest) -> String? {
        request.headerFields[.origin].flatMap { allowedOrigins.contains($0) ? $0 : nil }
    }

    private func isOwn(_ origin: String, _ authority: String?) -> Bool {
        guard let authority = authority?.lowercased() else { return false }
        return origin.lowercased() == "http://\(authority)" || origin.lowercased() == "https://\(authority)"
    }
}

extension HTTPField.Name {
    static let secFetchSite = Self("Sec-Fetch-Site")!
    static let idempotencyKey = Self("Idempotency-Key")!
    static let lastEventID = Self("Last-Event-ID")!
}
