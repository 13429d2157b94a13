import ArgumentParser
import FoundationEssentials
import History
import Studio
import SystemPackage

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Looks into a studio's history while no server holds it.",
        subcommands: [List.self, Show.self, Rebuild.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Pictures, newest first.")
        @OptionGroup var folder: DataOptions
        @Option(help: "Pictures to list.") var limit = 60
        @Option(help: "Words that must occur in the prompt.") var search = ""

        func run() async throws {
            try await folder.withStore { store in
                var left = limit
                var cursor: PageCursor?
                repeat {
                    let page = try await store.images(ImageQuery(text: search), after: cursor, limit: min(left, SQLiteStore.pageLimit))
                    for image in page.images {
                        print("\(image.id)\t\(image.width)x\(image.height)\t\(image.seed)\t\(image.blob)\t\(image.prompt.debugDescription)")
                    }
                    (left, cursor) = (left - page.images.count, page.next)
                } while left > 0 && cursor != nil
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everything that is known of a picture, as JSON.")
        @OptionGroup var folder: DataOptions
        @Argument(help: "The picture's number.") var id: Int64

        func run() async throws {
            try await folder.withStore { store in
                print(try JSONFile.text(HistoryImage(try await store.image(id))))
            }
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the database again from the pictures alone. Stars, trash and jobs without pictures are lost by it.")
        @OptionGroup var folder: DataOptions

        func run() async throws {
            let rebuild = try await folder.open().rebuildDatabase()
            print("\(rebuild.images) pictures of \(rebuild.jobs) jobs")
            for name in rebuild.unreadable { StandardError.write("sluice: \(name) says nothing of its drawing: left where it is\n") }
        }
    }
}

extension DataOptions {
    fileprivate func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        let folder = try open()
        let store = try folder.openStore()
        try await body(store)
        try store.close()
        withExtendedLifetime(folder) {}
    }
}
