public import SystemPackage

/// Why the history could not do what was asked.
public enum HistoryError: Error, Equatable, Sendable {
    case jobNotFound(Int64)
    case imageNotFound(Int64)
    /// The owner used this key for another request, which became `job`.
    case idempotencyConflict(job: Int64)
    /// The operation is not for jobs in this state.
    case wrongStatus(job: Int64, status: JobStatus, operation: String)
    /// Less room than `minimumBytes`, or a write that found none.
    case diskFull(freeBytes: Int?, minimumBytes: Int?)
    /// Another server holds the data folder; its process, if it could be read.
    case locked(path: FilePath, process: Int32?)
    /// The picture's row is there, its file is not.
    case imageFileMissing(Int64)
    /// Pictures without a database.
    case databaseMissing(path: FilePath)
    /// A check after an unclean stop found these faults.
    case damaged(path: FilePath, faults: [String])
    /// Written by a later version of the program.
    case tooNew(path: FilePath)
    /// A staged file is not what its worker said it wrote.
    case wrongFile(name: String, expected: String, found: String)
    /// No name of a file that could be in this folder.
    case invalidName(String)
    /// A system call failed with `errno` value `code`.
    case file(name: String, call: String, code: Int32)
    /// SQLite refused with this code and message.
    case database(code: Int, message: String)
}

extension HistoryError {
    /// Whether the next start may find a transaction committed that ended with this error: the log may hold it although flushing it failed.
    var leavesCommitOpen: Bool {
        switch self {
        case .database, .damaged: true
        default: false
        }
    }
}

extension HistoryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .jobNotFound(let id): "there is no job \(id)"
        case .imageNotFound(let id): "there is no image \(id)"
        case .idempotencyConflict(let job): "the idempotency key was used for another request: job \(job)"
        case .wrongStatus(let job, let status, let operation): "job \(job) is \(status.rawValue): it cannot be used for \(operation)"
        case .diskFull(let free?, let minimum?): "the disk has \(free) bytes left, expected at least \(minimum)"
        case .diskFull: "the disk is full"
        case .locked(let path, let process?): "\(path) is in use by process \(process)"
        case .locked(let path, nil): "\(path) is in use by another process"
        case .imageFileMissing(let id): "the file of image \(id) is missing"
        case .databaseMissing(let path): "\(path): pictures, but no database: run `sluice history rebuild`, or put back a copy from backup/"
        case .damaged(let path, let faults):
            "\(path) is damaged: \(faults.joined(separator: "; ")): run `sluice history rebuild`, or put back a copy from backup/"
        case .tooNew(let path): "\(path) was written by a later version of sluice"
        case .wrongFile(let name, let expected, let found): "\(name): expected \(expected), found \(found)"
        case .invalidName(let name): "\(name.debugDescription) is not the name of a file here"
        case .file(let name, let call, let code): "\(name): \(Errno(rawValue: code)) (\(call))"
        case .database(let code, let message): "database: \(message) (\(code))"
        }
    }
}
