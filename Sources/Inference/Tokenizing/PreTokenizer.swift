public import Base

/// The rule by which text is cut into words before byte pairs are merged; no merge crosses a cut.
///
/// A rule is a list of passes: each cuts the pieces of the one before.
public struct PreTokenizer: Described, Sendable {
  /// What Lua, `help` and the tests know about this rule.
  public let info: Info
  let passes: [Pass]

  /// One cut over all pieces.
  enum Pass: Sendable {
    /// Each digit or other number is a piece of its own: `\p{N}`.
    case singleNumbers
    /// Runs of numbers are pieces: `\p{N}+`.
    case numberRuns
    /// Three ASCII digits from the left of a run are a piece.
    case digitTriples
    /// Runs of punctuation are pieces: `[\p{P}\$\+<=>\^~\|]+`.
    case punctuationRuns
    /// GPT-2's words: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
    case gpt2
    /// Llama 3's words; a run of numbers is cut after `digits` of them.
    case llama3(digits: Int)
  }

  /// The rules by their main name.
  public static let catalog = Catalog<PreTokenizer>(
    "pre-tokenizer",
    [
      PreTokenizer(
        "gpt-2", "words with the space before them, as GPT-2 cuts", [.gpt2]),
      PreTokenizer(
        "smollm", "single digits, then GPT-2's words", [.singleNumbers, .gpt2]),
      PreTokenizer(
        "default", "punctuation, GPT-2's words, numbers, digits in threes",
        [.punctuationRuns, .gpt2, .numberRuns, .digitTriples]),
      PreTokenizer(
        "llama-bpe", "Llama 3's words: numbers in threes, line ends with punctuation",
        [.llama3(digits: 3)]),
      PreTokenizer(
        "qwen2", "Llama 3's words with single digits", [.llama3(digits: 1)]),
    ])

  /// Other names under which files carry the same rules.
  private static let aliases = [
    "gpt2": "gpt-2", "phi-2": "gpt-2", "mpt": "gpt-2", "olmo": "gpt-2", "roberta-bpe": "gpt-2",
    "jina-es": "gpt-2", "jina-de": "gpt-2", "gigachat": "gpt-2",
    "starcoder": "smollm", "refact": "smollm", "command-r": "smollm", "codeshell": "smollm",
    "exaone": "smollm", "minerva-7b": "smollm",
    "llama3": "llama-bpe", "llama-v3": "llama-bpe", "falcon3": "llama-bpe", "pixtral": "llama-bpe",
    "deepseek-r1-qwen": "qwen2", "kormo": "qwen2",
  ]

  private init(_ name: String, _ summary: String, _ passes: [Pass]) {
    info = Info(
      name, summary, source: "llm_tokenizer_bpe in llama.cpp's llama-vocab.cpp (ggml 0.25)")
    self.passes = passes
  }

  /// Finds the rule that a file names.
  static func named(_ name: String, in file: GGUFFile) throws(Problem) -> PreTokenizer {
    if let rule = catalog.find(aliases[name] ?? name) { return rule }
    throw Problem(
      "\(file.path): pre-tokenizer \"\(name)\" is not supported",
      fix: "there are \((catalog.names + aliases.keys.sorted()).joined(separator: ", "))")
  }

  /// Cuts a text; calls back with the byte range of each word, in order.
  func words(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    let letters = ScalarText(text)
    var pieces: [Range<Int>] = letters.count == 0 ? [] : [0..<letters.count]
    for pass in passes {
      var cut: [Range<Int>] = []
      cut.reserveCapacity(pieces.count * 2)
      let matcher = WordMatcher(text: letters, pass: pass)
      for piece in pieces { matcher.cut(piece) { cut.append($0) } }
      pieces = cut
    }
    for piece in pieces {
      body(letters.offsets[piece.lowerBound]..<letters.offsets[piece.upperBound])
    }
  }
}
