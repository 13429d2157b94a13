import Glibc
public import SystemPackage

/// The embedded demo model: FLUX.1's architecture, small enough to be part of the package.
public enum Postcards {
    /// Its folder, in the diffusers layout.
    /// - Throws: `PostcardsError` when the resources were not installed beside the program.
    public static var folder: FilePath {
        get throws(PostcardsError) {
            let places = bundlePlaces.map { $0.appending(bundleName).appending("model") }
            guard let folder = places.first(where: { access($0.appending("model_index.json").string, R_OK) == 0 }) else {
                throw PostcardsError(searched: places)
            }
            return folder
        }
    }

    /// What the package manager calls a target's resources on Linux.
    private static let bundleName: FilePath.Component = "sluice_Postcards.resources"

    /// Beside the executable, where the package manager puts bundles and an installation should too.
    private static var bundlePlaces: [FilePath] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return [] }
        let executable = FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
        let beside = executable.removingLastComponent()
        return [beside, beside.removingLastComponent().appending("share/sluice")]
    }
}

/// The embedded model is not where the program is.
public struct PostcardsError: Error, CustomStringConvertible {
    public let searched: [FilePath]
    public var description: String {
        "the embedded model is not beside the program (looked in \(searched.map(\.string).joined(separator: ", "))): use --model DIR"
    }
}
