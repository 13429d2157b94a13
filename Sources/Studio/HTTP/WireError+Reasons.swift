import HTTPTypes
import History
import Hummingbird
import Logging

extension WireError {
    /// What a client may know of an error. What is nobody's business but the owner's goes to the log.
    init(reporting error: any Error, _ logger: Logger) {
        switch error {
        case let error as WireError: self = error
        case let error as StudioError: self.init(error)
        case let error as HistoryError where StudioError(error) != nil: self = StudioError(error).map { WireError($0) } ?? .broken
        case let error as EventHub.TooManyReaders:
            self = .tooMany("\(error.limit) event streams are open", retryAfterSeconds: 10)
        case let error as HTTPError where error.status == .notFound: self = .notFound()
        default:
            logger.error("a request failed: \(error)")
            self = .broken
        }
    }

    init(_ error: StudioError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .invalidRequest, .doesNotFit: .unprocessableContent
            case .modelUnusable: .serviceUnavailable
            case .queueFull: .tooManyRequests
            case .diskFull: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
            case .workerLost, .deviceFault: .internalServerError
            case .cancelled, .conflict: .conflict
            case .notFound: .notFound
            }
        self.init(
            status: status, code: error.code.rawValue, message: error.message, field: error.field, facts: error.facts,
            retryAfterSeconds: error.code == .queueFull ? 10 : nil)
    }
}
