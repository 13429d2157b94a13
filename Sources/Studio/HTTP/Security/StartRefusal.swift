/// Why a studio does not open at an address.
public enum StartRefusal: Error, Equatable, Sendable {
    /// The address can be reached from other machines, and nothing would ask them who they are.
    case openToOthers(host: String)
    case weakToken
    case tokenWithoutAuthentication
    case tokenFileReadableByOthers(name: String, mode: UInt32)
    case addressInUse(host: String, port: Int)
    case addressUnavailable(host: String, reason: String)
}

extension StartRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .openToOthers(let host):
            "--host \(host) can be reached from other machines: add --token generate (or a token of your own), or --insecure-no-auth"
        case .weakToken: "--token: expected \(AccessToken.smallestLength) or more visible ASCII characters"
        case .tokenWithoutAuthentication: "--token with --insecure-no-auth: one asks for the token, the other does not"
        case .tokenFileReadableByOthers(let name, let mode):
            "\(name) can be read by others (mode \(String(mode, radix: 8))): make it 600, or remove it for a new token"
        case .addressInUse(let host, let port): "port \(port) of \(host) is in use: another studio may be open there; --port takes another"
        case .addressUnavailable(let host, let reason): "--host \(host): \(reason)"
        }
    }
}
