import GRDB
import Synchronization
public import SystemPackage

/// Jobs and pictures in one SQLite file: one writer, readers beside it.
public final class SQLiteStore: JobStore, HistoryStore {
    public let databaseID: String
    let pool: DatabasePool
    let now: @Sendable () -> Timestamp
    /// The folder's lock sees to it that nobody else changes the database.
    private let writes = Atomic(0)

    public var revision: Int { writes.load(ordering: .acquiring) }

    /// Opens the database, or makes one.
    ///
    /// After an unclean stop every page is checked first.
    /// - Throws: `HistoryError.damaged`, `.tooNew`, `.database`, `.diskFull`.
    public init(at path: FilePath, now: @escaping @Sendable () -> Timestamp = { .now }) throws {
        self.now = now
        (pool, databaseID) = try Self.translate(path) {
            let pool = try DatabasePool(path: path.string, configuration: Self.configuration())
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL with WAL, by which a power cut may lose the last commits.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try Self.checkAfterUncleanStop(database, path)
            }
            guard try pool.read({ try !Self.schema.hasBeenSuperseded($0) }) else { throw HistoryError.tooNew(path: path) }
            try Self.schema.migrate(pool)
            return (pool, try pool.write { try Self.open($0) })
        }
    }

    /// Writes what is pending and marks the stop as clean; nothing can be asked of the store any more.
    public func close() throws {
        try Self.translate {
            try pool.write { try $0.execute(sql: "UPDATE store SET clean = 1") }
            // GRDB closes its readers last, and those cannot bring the log home.
            pool.invalidateReadOnlyConnections()
            try pool.close()
        }
    }

    /// Copies the database, as of one moment, to a new file.
    public func copy(to path: FilePath) async throws {
        try await Self.translate { [pool] in
            // A connection of its own: the pool's writer would be held for as long as the copy takes.
            try await DatabaseQueue(path: pool.path, configuration: Self.configuration(readonly: true)).vacuum(into: path.string)
        }
    }

    private static func configuration(readonly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        // Another process may read or copy the file.
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        return configuration
    }

    private static func open(_ database: Database) throws -> String {
        let fresh = (0..<2).map { _ in String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16) }.joined()
        try database.execute(sql: "INSERT INTO store (id, database, clean) VALUES (1, ?, 1) ON CONFLICT DO NOTHING", arguments: [fresh])
        try database.execute(sql: "UPDATE store SET clean = 0")
        return try String.fetchOne(database, sql: "SELECT database FROM store") ?? fresh
    }

    private static func checkAfterUncleanStop(_ database: Database, _ path: FilePath) throws {
        guard try database.tableExists("store"), try Bool.fetchOne(database, sql: "SELECT clean FROM store") == false else { return }
        let faults = try String.fetchAll(database, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" }
        if !faults.isEmpty { throw HistoryError.damaged(path: path, faults: faults) }
    }
}

/// Access by closures, with this layer's errors.
extension SQLiteStore {
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await Self.translate { [pool] in try await pool.read(body) }
    }

    /// A transaction that runs to its end: GRDB rolls back one whose task is cancelled, even when its files are in place already.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        defer { writes.add(1, ordering: .releasing) }
        return try await Self.translate { [pool] in
            try await Task { try await pool.write(body) }.value
        }
    }

    static func translate<T>(_ path: FilePath = "", _ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as DatabaseError { throw translated(error, path) }
    }

    static func translate<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch let error as DatabaseError { throw translated(error, "") }
    }

    private static func translated(_ error: DatabaseError, _ path: FilePath) -> HistoryError {
        let message = error.message ?? error.resultCode.description
        switch error.extendedResultCode {
        // The log's index could not grow.
        case .SQLITE_FULL, .SQLITE_IOERR_SHMSIZE: return .diskFull(freeBytes: nil, minimumBytes: nil)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged(path: path, faults: [message])
        default: return .database(code: Int(error.extendedResultCode.rawValue), message: message)
        }
    }
}
