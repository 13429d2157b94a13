import ArgumentParser
import CUDABackend
import Diffusion
import FluxModels
import Gallery
import Glibc
import Memory
import Tensors
import Tokenizers
import Weights

/// What the user is told about an error, and the exit code that scripts see.
struct Failure {
    let message: String
    let exitCode: Int32
    /// Help and version texts are results, not errors.
    private let isResult: Bool

    init(_ error: any Error) {
        isResult = Sluice.exitCode(for: error) == .success
        if isResult {
            message = Sluice.fullMessage(for: error)
            exitCode = 0
            return
        }
        switch error {
        case is CancellationError:
            (message, exitCode) = ("interrupted: nothing unfinished was left behind", 130)
        case is ModelError, is ConfigurationError, is WeightsError, is TokenizerError:
            (message, exitCode) = ("\(error)", 3)
        case is StreamError:
            (message, exitCode) = ("\(error)", 3)
        case is BudgetRefusal:
            (message, exitCode) = ("\(error)", 4)
        case is MemoryError:
            (message, exitCode) = ("\(error): try a smaller picture or --dtype bf16", 4)
        case is TensorError, is CUDAError:
            (message, exitCode) = ("\(error)", 5)
        case is RequestError, is OptionError, is GalleryError:
            (message, exitCode) = ("\(error)", 2)
        default:
            (message, exitCode) = (Sluice.message(for: error), 2)
        }
    }

    func print() {
        if isResult {
            Swift.print(message)
        } else {
            StandardError.write("sluice: error: \(message)\n")
        }
    }
}
