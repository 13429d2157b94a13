/// A compact map from UTF-8 texts to small integers: the texts lie in one buffer, the slots in another.
///
/// A vocabulary of 49,408 entries takes about 1.2 MB, a third of a dictionary of strings, and is built without one allocation per entry.
struct PieceTable: Sendable {
    private var texts: [UInt8] = []
    /// `ends[i]` is where text number i ends in `texts`; it begins where the one before ends.
    private var ends: [UInt32] = []
    private var values: [Int32] = []
    /// Open addressing with linear probing: 0 is a free slot, otherwise the number of a text plus 1.
    private var slots: [UInt32]

    private(set) var longestByteCount = 0

    init(capacity: Int = 0) {
        var slotCount = 16
        while slotCount < capacity * 2 { slotCount *= 2 }
        slots = [UInt32](repeating: 0, count: slotCount)
    }

    var count: Int { ends.count }

    /// Maps `text` to `value`; returns the value that it replaces.
    @discardableResult
    mutating func insert(_ text: ArraySlice<UInt8>, value: Int32) -> Int32? {
        var hash = PieceHash()
        for byte in text { hash.combine(byte) }
        let slot = slot(of: text, hash: hash)
        if slots[slot] != 0 {
            let number = Int(slots[slot] - 1)
            defer { values[number] = value }
            return values[number]
        }
        texts.append(contentsOf: text)
        ends.append(UInt32(texts.count))
        values.append(value)
        slots[slot] = UInt32(ends.count)
        longestByteCount = max(longestByteCount, text.count)
        if ends.count * 2 > slots.count { grow() }
        return nil
    }

    subscript(text: ArraySlice<UInt8>) -> Int32? {
        var hash = PieceHash()
        for byte in text { hash.combine(byte) }
        return self[text, hash]
    }

    /// The value of `text`, whose hash the caller has computed byte by byte.
    subscript(text: ArraySlice<UInt8>, hash: PieceHash) -> Int32? {
        let number = slots[slot(of: text, hash: hash)]
        return number == 0 ? nil : values[Int(number - 1)]
    }

    /// The texts and values in the order of their first insertion.
    var entries: some Sequence<(text: ArraySlice<UInt8>, value: Int32)> {
        ends.indices.lazy.map { (text($0), values[$0]) }
    }

    private func text(_ number: Int) -> ArraySlice<UInt8> {
        texts[(number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])]
    }

    /// The slot that holds `text`, or the free one where it belongs.
    private func slot(of text: ArraySlice<UInt8>, hash: PieceHash) -> Int {
        var slot = hash.slot(count: slots.count)
        while slots[slot] != 0, self.text(Int(slots[slot] - 1)) != text {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in ends.indices {
            var hash = PieceHash()
            for byte in text(number) { hash.combine(byte) }
            var slot = hash.slot(count: slots.count)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }
}

/// The FNV-1a hash of a byte string, extended one byte at a time so that all prefixes of a text cost one pass.
struct PieceHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// A slot number below `count`, a power of two.
    func slot(count: Int) -> Int {
        Int(truncatingIfNeeded: state ^ (state >> 32)) & (count - 1)
    }
}
