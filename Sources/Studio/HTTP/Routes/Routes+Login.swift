import HTTPTypes
import Hummingbird
import StrictJSON

extension Routes {
    func addLogin(to group: Group) {
        group.post("login") { request, context in
            guard let text = try await request.object(keys: "token")["token"]?.string else {
                throw WireError.invalidRequest("token: expected a text", field: "token")
            }
            guard let token = policy.token else { return Response(status: .noContent) }
            let address = context.clientAddress ?? ""
            if let seconds = failures.wait(address) { throw WireError.tooMany("too many wrong tokens", retryAfterSeconds: seconds) }
            guard token.matches(text) else {
                failures.record(address)
                throw WireError.unauthorized
            }
            return Response(status: .noContent, headers: [.setCookie: token.setCookie])
        }
    }
}
