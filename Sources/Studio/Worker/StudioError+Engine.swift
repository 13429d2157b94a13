import Diffusion
import FluxModels
import Gallery
import Glibc
import History
import Memory
import Tensors
import Tokenizers
import Weights

extension StudioError {
    /// What the engine threw, by whose fault it is.
    init(engine error: any Error) {
        switch error {
        case let error as StudioError: self = error
        case let refusal as BudgetRefusal:
            var facts: [String: JobError.Fact] = [
                "budgetBytes": .integer(refusal.budgetByteCount), "smallestBudgetBytes": .integer(refusal.smallestByteCount),
                "bindingPhase": .text(refusal.bindingPhase.rawValue),
            ]
            facts["largestSide"] = refusal.largestSide.map { .integer($0) }
            self.init(.doesNotFit, "\(refusal)", facts: facts)
        case is RequestError: self.init(.invalidRequest, "\(error)")
        case is ModelError, is ConfigurationError, is WeightsError, is TokenizerError, is StreamError:
            self.init(.modelUnusable, "\(error)")
        case is MemoryError: self.init(.doesNotFit, "\(error)")
        case GalleryError.unwritable(_, _, code: ENOSPC), GalleryError.unwritable(_, _, code: EDQUOT):
            self.init(.diskFull, "no room for the finished picture")
        default: self.init(.deviceFault, "\(error)")
        }
    }
}
