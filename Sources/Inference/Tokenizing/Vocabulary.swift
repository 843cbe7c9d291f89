import Base

/// The pieces of a tokenizer, by number.
public struct Vocabulary: Sendable {
  /// What a piece is, as the file numbers it.
  public enum Kind: Int, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  /// The number of pieces.
  public let count: Int
  /// The token in front of a text.
  public let begin: TokenID?
  /// The token behind a text.
  public let end: TokenID?
  /// What stands for text that no piece matches.
  public let unknown: TokenID?
  /// What fills the places behind a short text in a batch.
  public let padding: TokenID?
  /// Every token after which generation stops.
  public let ends: Set<TokenID>

  private let pieces: GGUFArray
  private let kinds: [UInt8]
  private let table: PieceTable

  /// Reads the vocabulary of a model file.
  init(_ file: GGUFFile) throws(Problem) {
    let pieces = try file.required("tokenizer.ggml.tokens", "an array of strings", \.array)
    guard pieces.elementType == .string, pieces.count > 0, pieces.count < 1 << 24 else {
      throw Problem(
        "\(file.path): \"tokenizer.ggml.tokens\" should hold 1 to 16777215 strings, holds "
          + "\(pieces.count) \(pieces.elementType)")
    }
    self.pieces = pieces
    count = pieces.count
    kinds = try Self.readKinds(file, count: pieces.count)
    table = PieceTable(pieces)
    begin = try Self.readID(file, "bos", count)
    end = try Self.readID(file, "eos", count)
    unknown = try Self.readID(file, "unknown", count)
    padding = try Self.readID(file, "padding", count)
    var ends: Set<TokenID> = []
    for name in ["eos", "eot", "eom"] {
      if let id = try Self.readID(file, name, count) { ends.insert(id) }
    }
    for name in Self.endNames {
      if let id = table.find(Array(name.utf8)), kinds[Int(id)] != Kind.normal.rawValue {
        ends.insert(id)
      }
    }
    self.ends = ends
  }

  /// Control tokens that end a turn in the model families we know, whatever the metadata calls them.
  private static let endNames = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|eom_id|>",
  ]

  /// True when the number is one of a piece.
  public func contains(_ id: TokenID) -> Bool { id >= 0 && id < count }

  /// What a piece is.
  public func kind(of id: TokenID) -> Kind { Kind(rawValue: Int(kinds[Int(id)])) ?? .normal }

  /// The piece as the file spells it.
  public func spelling(of id: TokenID) -> String {
    String(decoding: pieces.utf8(at: Int(id)), as: UTF8.self)
  }

  /// The bytes of a piece as the file spells it.
  func bytes(of id: TokenID) -> [UInt8] { Array(pieces.utf8(at: Int(id))) }

  /// Reads the bytes of a piece in place.
  func utf8(of id: TokenID) -> UnsafeRawBufferPointer { pieces.utf8(at: Int(id)) }

  /// Finds a piece by the bytes of its spelling.
  func find(_ bytes: some Collection<UInt8>) -> TokenID? { table.find(ContiguousArray(bytes)) }

  /// Finds a piece by the bytes of its spelling, in place.
  func find(_ bytes: UnsafeRawBufferPointer) -> TokenID? { table.find(bytes) }

  private static func readKinds(_ file: GGUFFile, count: Int) throws(Problem) -> [UInt8] {
    let key = "tokenizer.ggml.token_type"
    guard let array = try file.optional(key, "an array", \.array) else {
      return [UInt8](repeating: UInt8(Kind.normal.rawValue), count: count)
    }
    guard let kinds = array.integers, kinds.count == count,
      kinds.allSatisfy({ Kind(rawValue: $0) != nil })
    else {
      throw Problem("\(file.path): \"\(key)\" should hold a number from 1 to 6 for every token")
    }
    return kinds.map(UInt8.init)
  }

  private static func readID(_ file: GGUFFile, _ name: String, _ count: Int) throws(Problem)
    -> TokenID?
  {
    let key = "tokenizer.ggml.\(name)_token_id"
    guard let value = try file.optional(key, "a whole number", \.integer) else { return nil }
    guard value >= 0, value < count else {
      throw Problem("\(file.path): \"\(key)\" should be below \(count), is \(value)")
    }
    return TokenID(value)
  }
}

/// Finds a piece by its bytes: open addressing over the strings in the mapped file.
///
/// A Swift dictionary of a hundred thousand strings takes 30 ms to fill; this takes 2.
struct PieceTable: Sendable {
  private let pieces: GGUFArray
  private let slots: [Int32]
  private let mask: Int

  init(_ pieces: GGUFArray) {
    self.pieces = pieces
    var size = 16
    while size < pieces.count * 2 { size *= 2 }
    let mask = size - 1
    var slots = [Int32](repeating: -1, count: size)
    for index in 0..<pieces.count {
      let bytes = pieces.utf8(at: index)
      var slot = hashBytes(bytes) & mask
      // Of equal spellings the first keeps the name.
      while slots[slot] >= 0 {
        if equalBytes(pieces.utf8(at: Int(slots[slot])), bytes) { break }
        slot = (slot + 1) & mask
      }
      if slots[slot] < 0 { slots[slot] = Int32(index) }
    }
    self.slots = slots
    self.mask = mask
  }

  func find(_ bytes: ContiguousArray<UInt8>) -> TokenID? { bytes.withUnsafeBytes { find($0) } }

  func find(_ bytes: [UInt8]) -> TokenID? { bytes.withUnsafeBytes { find($0) } }

  func find(_ bytes: UnsafeRawBufferPointer) -> TokenID? {
    var slot = hashBytes(bytes) & mask
    while slots[slot] >= 0 {
      if equalBytes(pieces.utf8(at: Int(slots[slot])), bytes) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    return nil
  }
}

/// FNV-1a over bytes, folded so that the low bits are good.
@inline(__always)
private func hashBytes(_ bytes: UnsafeRawBufferPointer) -> Int {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF)
}

@inline(__always)
private func equalBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy(==)
}
