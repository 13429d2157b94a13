import Diffusion
import Gallery
import Glibc
import SystemPackage
import Tensors
import Weights

/// Encoded prompts in a folder, each in a safetensors file whose name is a digest of everything it depends on.
///
/// A file says itself what it is and what its values' digest is, and is believed only if all of it is as expected.
struct PromptFolder: PromptStore {
    private let path: FilePath
    private static let (statesName, pooledName) = ("states", "pooled")
    /// Room for the header: the prompt, escaped, and little else.
    private static let headerByteLimit = 1 << 20

    /// Uses a folder, which is made if its parent is there.
    /// - Throws: `OptionError`, `GalleryError` where no file can be made in it.
    init(_ path: FilePath) throws {
        self.path = path
        var status = stat()
        if stat(path.string, &status) != 0, mkdir(path.string, 0o777) != 0 {
            let reason = "cannot be made: \(Errno(rawValue: errno))"
            throw OptionError.unavailable(option: "--prompt-cache", value: path.string, reason: reason)
        }
        guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw OptionError.invalid(option: "--prompt-cache", value: path.string, expected: "a folder")
        }
        try AtomicFile(path.appending("prompt")).checkWritable()
    }

    func prompt(for key: PromptKey) throws -> EncodedPrompt? {
        let file = file(key)
        guard let bytes = try read(file, key) else { return nil }
        let content: SafetensorsContent
        do throws(SafetensorsFault) { content = try SafetensorsContent(bytes) } catch {
            throw PromptFileError.malformed(file: file, fault: error)
        }
        guard let states = content.tensors[Self.statesName], let pooled = content.tensors[Self.pooledName], content.tensors.count == 2,
            (states.shape, pooled.shape) == (key.statesShape, key.pooledShape), states.type == key.type, pooled.type == key.type
        else { throw PromptFileError.otherTensors(file: file) }
        let prompt = EncodedPrompt(states: states, pooled: pooled)
        for (name, expected) in metadata(prompt, key) {
            // By their bytes: texts that only look alike are others.
            guard let found = content.metadata[name], found.utf8.elementsEqual(expected.utf8) else {
                throw name == Self.digestName ? PromptFileError.damaged(file: file) : .another(file: file, name: name)
            }
        }
        return prompt
    }

    func keep(_ prompt: EncodedPrompt, for key: PromptKey) throws {
        let content = SafetensorsContent(
            metadata: metadata(prompt, key), tensors: [Self.statesName: prompt.states, Self.pooledName: prompt.pooled])
        try AtomicFile(file(key)).write(content.serialized)
    }

    private static let digestName = "sha256"

    private func metadata(_ prompt: EncodedPrompt, _ key: PromptKey) -> [String: String] {
        [
            "format": "sluice prompt 1", "prompt": String(decoding: key.text.bytes, as: UTF8.self), "encoders": key.encoders,
            "maximum_sequence_length": "\(key.text.maximumSequenceLength)",
            Self.digestName: SHA256.digest(of: prompt.states.bytes + prompt.pooled.bytes),
        ]
    }

    private func file(_ key: PromptKey) -> FilePath {
        let rest = "\n\(key.text.maximumSequenceLength)\n\(key.encoders)\n\(key.type.rawValue)"
        return path.appending(SHA256.digest(of: key.text.bytes + Array(rest.utf8)) + ".safetensors")
    }

    /// A file's bytes, `nil` if there is none. Not mapped, so that one which shrinks meanwhile is only a damaged one.
    private func read(_ file: FilePath, _ key: PromptKey) throws(PromptFileError) -> [UInt8]? {
        do {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec, .nonBlocking])
            defer { _ = Glibc.close(descriptor.rawValue) }
            var status = stat()
            if fstat(descriptor.rawValue, &status) != 0 { throw Errno(rawValue: errno) }
            let limit = [key.statesShape, key.pooledShape].reduce(Self.headerByteLimit + 8 * key.text.bytes.count) { sum, shape in
                sum + shape.reduce(key.type.byteCount, *)
            }
            if status.st_mode & S_IFMT != S_IFREG || status.st_size > limit { throw PromptFileError.otherTensors(file: file) }
            return try [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
                while count < buffer.count {
                    let read = try descriptor.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
                    if read == 0 { return }
                    count += read
                }
            }
        } catch Errno.noSuchFileOrDirectory { return nil } catch let error as PromptFileError { throw error } catch {
            throw .unreadable(file: file, code: (error as? Errno)?.rawValue ?? EIO)
        }
    }
}

/// A file in the prompt folder that is not what its name says.
enum PromptFileError: Error, Equatable {
    case unreadable(file: FilePath, code: Int32)
    case malformed(file: FilePath, fault: SafetensorsFault)
    /// Not the two tensors of an encoded prompt in the shapes and the type that the model has.
    case otherTensors(file: FilePath)
    /// Its text `name` says that it belongs to another prompt or other encoders.
    case another(file: FilePath, name: String)
    /// The values are not those that were written.
    case damaged(file: FilePath)
}

extension PromptFileError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unreadable(let file, let code): "\(file): cannot be read: \(Errno(rawValue: code))"
        case .malformed(let file, let fault): "\(file): \(fault)"
        case .otherTensors(let file): "\(file): does not hold an encoded prompt of this model's sizes"
        case .another(let file, let name): "\(file): its \(name) is not the one that its name stands for"
        case .damaged(let file): "\(file): its values are damaged"
        }
    }
}
