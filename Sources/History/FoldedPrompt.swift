import Foundation

/// Prompts as they are searched: compatibility characters (full width, ligatures) and case made equal, so that bytes can be compared.
package enum FoldedPrompt {
    package static func fold(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.lowercased().precomposedStringWithCompatibilityMapping
    }

    /// The words of a query.
    package static func words(_ query: String) -> [String] {
        fold(query).split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
