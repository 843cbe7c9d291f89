public import Base
import Synchronization

/// The number of a token in a vocabulary.
public typealias TokenID = Int32

/// Turns text into tokens and back, as the metadata of a model file says.
///
/// Text is bytes: what is not UTF-8 goes through byte for byte and comes back as it was.
public final class Tokenizer: Sendable {
  /// The pieces of the vocabulary and what each is.
  public let vocabulary: Vocabulary
  /// The name of the algorithm in the file: "gpt2" or "llama".
  public let model: String
  /// How text is cut before merging; nil for the algorithm that does not cut.
  public let preTokenizer: PreTokenizer?
  /// True when the model expects its begin token in front of every text.
  public let addsBegin: Bool
  /// True when the model expects its end token behind every text.
  public let addsEnd: Bool

  private let algorithm: any TokenizingAlgorithm
  private let specials: SpecialTokens
  private let tries = Mutex<TokenTrie?>(nil)

  /// Reads the tokenizer of a model file.
  public init(_ file: GGUFFile) throws(Problem) {
    model = try file.required("tokenizer.ggml.model", "a string", \.string)
    vocabulary = try Vocabulary(file)
    specials = SpecialTokens(vocabulary)
    let addsBegin = try file.optional("tokenizer.ggml.add_bos_token", "a boolean", \.boolean)
    addsEnd = try file.optional("tokenizer.ggml.add_eos_token", "a boolean", \.boolean) ?? false
    switch model {
    case "gpt2":
      let name = try file.optional("tokenizer.ggml.pre", "a string", \.string) ?? "default"
      let preTokenizer = try PreTokenizer.named(name, in: file)
      self.preTokenizer = preTokenizer
      self.addsBegin = addsBegin ?? false
      algorithm = try BytePairEncoding(file, vocabulary, preTokenizer)
    case "llama":
      preTokenizer = nil
      self.addsBegin = addsBegin ?? true
      algorithm = try SentencePieces(file, vocabulary)
    default:
      throw Problem(
        "\(file.path): tokenizer \"\(model)\" is not supported", fix: "there are gpt2 and llama")
    }
  }

  /// Cuts text into tokens.
  ///
  /// - Parameters:
  ///   - text: Any bytes.
  ///   - parsesSpecials: True when names of control tokens as in `<|im_end|>` stand for them; text
  ///     from strangers is better read with false.
  ///   - addsMarks: True to put the begin and end tokens where the model expects them.
  /// - Returns: The tokens in order.
  public func encode(
    _ text: some Collection<UInt8>, parsesSpecials: Bool = true, addsMarks: Bool = false
  ) -> [TokenID] {
    let bytes = ContiguousArray(text)
    var ids: [TokenID] = []
    if addsMarks, addsBegin, let begin = vocabulary.begin { ids.append(begin) }
    bytes.withUnsafeBufferPointer { buffer in
      var isFirst = true
      specials.split(buffer, includesControl: parsesSpecials) { fragment in
        switch fragment {
        case .token(let id):
          ids.append(id)
        case .text(let range):
          algorithm.encode(
            UnsafeBufferPointer(rebasing: buffer[range]), isFirst: isFirst, into: &ids)
        }
        isFirst = false
      }
    }
    if addsMarks, addsEnd, let end = vocabulary.end { ids.append(end) }
    return ids
  }

  /// Cuts a string into tokens.
  public func encode(_ text: String, parsesSpecials: Bool = true, addsMarks: Bool = false)
    -> [TokenID]
  {
    encode(Array(text.utf8), parsesSpecials: parsesSpecials, addsMarks: addsMarks)
  }

  /// The bytes that one token stands for; control tokens give their name or nothing.
  public func bytes(of id: TokenID, showsControl: Bool = true) -> [UInt8] {
    guard vocabulary.contains(id) else { return [] }
    switch vocabulary.kind(of: id) {
    case .control, .unused: return showsControl ? vocabulary.bytes(of: id) : []
    case .userDefined: return vocabulary.bytes(of: id)
    default: return algorithm.decode(id)
    }
  }

  /// The bytes that tokens stand for; `decode(encode(x))` is `x`.
  public func decode(_ ids: some Sequence<TokenID>, showsControl: Bool = true) -> [UInt8] {
    var result: [UInt8] = []
    for id in ids { result += bytes(of: id, showsControl: showsControl) }
    algorithm.finish(&result)
    return result
  }

  /// The text of tokens; bytes that are not UTF-8 become U+FFFD.
  public func text(of ids: some Sequence<TokenID>, showsControl: Bool = true) -> String {
    String(decoding: decode(ids, showsControl: showsControl), as: UTF8.self)
  }

  /// The tokens by their bytes, for constraints; made when it is asked for first.
  public var trie: TokenTrie {
    tries.withLock { kept in
      if let kept { return kept }
      let made = TokenTrie(self)
      kept = made
      return made
    }
  }

  /// True for a token after which a model has said all: end of text, end of turn.
  public func endsGeneration(_ id: TokenID) -> Bool { vocabulary.ends.contains(id) }
}

/// How pieces are found in text that holds no special tokens.
protocol TokenizingAlgorithm: Sendable {
  /// Appends the tokens of a text; `isFirst` where nothing stands before it.
  func encode(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, into ids: inout [TokenID])
  /// The bytes of an ordinary token.
  func decode(_ id: TokenID) -> [UInt8]
  /// Undoes what encoding put in front of a whole text.
  func finish(_ bytes: inout [UInt8])
}
