/// A device on which addresses and physical memory are had separately: what expandable regions are built on.
///
/// Sizes and offsets are multiples of `granularity`. A call that throws has changed nothing. Breaking a stated condition is a
/// programmer's error and traps.
public protocol VirtualMemoryBackend: Sendable {
    /// The unit of every size and offset, bytes.
    var granularity: Int { get }

    /// Reserves addresses only: physical use stays as it is, and touching them faults.
    func reserve(byteCount: Int) throws(MemoryError) -> AddressRange

    /// Makes a page: the only call that raises physical use, so a lack of memory shows here or never.
    func createPage(byteCount: Int) throws(MemoryError) -> PhysicalPage

    /// Puts a page that is mapped nowhere behind addresses that have none. They are readable and writable on return, and the
    /// page's contents are what was last written to it, wherever it was mapped then.
    func map(_ page: PhysicalPage, at offset: Int, in range: borrowing AddressRange) throws(MemoryError)

    /// Takes the pages in `bytes` from behind their addresses, which stay reserved. `bytes` holds whole pages only, and their
    /// last use has ended.
    func unmap(_ bytes: Range<Int>, in range: borrowing AddressRange) throws(MemoryError)

    /// Gives the memory of a page that is mapped nowhere back to the device: physical use falls.
    func destroyPage(_ page: PhysicalPage) throws(MemoryError)

    /// Gives back the addresses of a range with nothing mapped in it.
    func release(_ range: consuming AddressRange) throws(MemoryError)

    /// Bytes the device says the pages hold: the truth that the ledger is compared with.
    func physicalByteCount() throws(MemoryError) -> Int
}
