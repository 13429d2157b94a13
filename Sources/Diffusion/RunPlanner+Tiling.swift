import FluxModels

/// A request as it is drawn under a budget, and its plan.
public struct PlannedRequest: Sendable {
    /// Its decoding is either whole or tiled.
    public let request: GenerationRequest
    public let plan: MemoryPlan

    /// The tiles that the picture is decoded in, if it is.
    public var tiling: DecodeTiling? { request.tiling }
}

extension GenerationRequest {
    var tiling: DecodeTiling? {
        if case .tiled(let tiling) = decoding { tiling } else { nil }
    }
}

extension RunPlanner {
    /// As `plan`; a picture that does not fit for its decoder is decoded in tiles where the request allows it.
    /// - Throws: `RequestError`; `BudgetRefusal` with the smallest budget that works.
    public func planned(
        _ request: GenerationRequest, encodes: Bool = true, budgetByteCount: Int, offload: Offload
    ) throws -> PlannedRequest {
        do {
            let whole = whole(request)
            let plan = try plan(whole, encodes: encodes, budgetByteCount: budgetByteCount, offload: offload)
            return PlannedRequest(request: whole, plan: plan)
        } catch var refusal as BudgetRefusal {
            guard refusal.bindingPhase == .decode else { throw refusal }
            guard let tiled = tiled(request) else {
                refusal.fitsInTiles = try fitsInTiles(request, encodes: encodes, budgetByteCount, offload)
                throw refusal
            }
            let plan = try plan(tiled, encodes: encodes, budgetByteCount: budgetByteCount, offload: offload)
            return PlannedRequest(request: tiled, plan: plan)
        }
    }

    /// The same request under several budgets.
    /// - Throws: `RequestError`.
    public func planned(
        _ request: GenerationRequest, budgetByteCounts: [Int], offload: Offload
    ) throws -> [Result<PlannedRequest, BudgetRefusal>] {
        func results(_ request: GenerationRequest) throws -> [Result<PlannedRequest, BudgetRefusal>] {
            try plans(request, budgetByteCounts: budgetByteCounts, offload: offload).map { plan in
                plan.map { PlannedRequest(request: request, plan: $0) }
            }
        }
        let whole = try results(whole(request))
        guard let tiled = tiled(request) else { return whole }
        return zip(whole, try results(tiled)).map { whole, tiled in
            if case .failure(let refusal) = whole, refusal.bindingPhase == .decode { tiled } else { whole }
        }
    }

    /// Whether a picture that does not allow tiles would fit with them.
    private func fitsInTiles(_ request: GenerationRequest, encodes: Bool, _ budgetByteCount: Int, _ offload: Offload) throws -> Bool {
        var allowed = request
        allowed.decoding = .tiledIfNeeded(.standard)
        guard request.tiling == nil, let tiled = tiled(allowed) else { return false }
        let plans = try plans(tiled, encodes: encodes, budgetByteCounts: [budgetByteCount], offload: offload)
        if case .success = plans[0] { return true }
        return false
    }

    private func whole(_ request: GenerationRequest) -> GenerationRequest {
        if request.tiling != nil { return request }
        var request = request
        request.decoding = .whole
        return request
    }

    /// `nil` where tiles are not allowed, or one tile would be all of the picture.
    private func tiled(_ request: GenerationRequest) -> GenerationRequest? {
        guard case .tiledIfNeeded(let tiling) = request.decoding else { return nil }
        let layout = configurations.latentLayout(width: request.width, height: request.height)
        if TileGrid(layout, scale: configurations.autoencoder.scale, tiling).count == 1 { return nil }
        var request = request
        request.decoding = .tiled(tiling)
        return request
    }
}
