import Base
import Inference
public import LuaBridge
import Tensors

extension Embedder.Purpose: LuaChoice {}

extension EmbedderModel: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Embedder"

  /// What Lua sees of an embedder.
  public static let exported = Exported<EmbedderModel>(
    "A sentence encoder: texts to vectors whose angle says how near their meanings are.",
    example: "llm.embedder()"
  ) {
    property("name", "The name it was loaded by.") { $0.name }
    property("path", "The folder or file it was read from.") { $0.embedder.path }
    property("dimensions", "Numbers in one embedding.") { $0.embedder.dimensions }
    property(
      "max_tokens", "The longest text it reads, marks included; the rest is left out.",
      unit: .tokens
    ) { $0.embedder.maximumTokens }
    property("layers", "Layers of the encoder.", unit: .layers) { $0.embedder.shape.layers }
    property("heads", "Attention heads of a layer.", unit: .heads) { $0.embedder.shape.heads }
    property("vocabulary_size", "Tokens in its vocabulary.", unit: .tokens) {
      $0.embedder.tokenizer.vocabularySize
    }
    property("tokenizer", "How it cuts text: \"wordpiece\" or \"unigram\".") {
      $0.embedder.tokenizer.model
    }
    property("has_prefixes", "True when each text gets a word in front that says what it is for.") {
      $0.embedder.hasPrefixes
    }
    method(
      "embed", "The embedding of a text, a tensor [d] of length 1, or of several, [n, d].", .state,
      texts("text"), purpose
    ) { model, state, texts, options in
      TensorObject(try model.embed(texts, options.values), in: state)
    }
    .example("llm.embedder():embed({ \"a cat\", \"a kitten\" }).shape")
    .detail(
      """
      All texts go through the layers together and without padding, so a list is quicker than a
      loop. A text of more than `max_tokens` tokens is cut. Models such as E5 were trained with
      "query: " or "passage: " in front of each text: `purpose` chooses it, "verbatim" leaves it out.
      """)
    method(
      "similarity",
      "The cosine of two texts, from -1 to 1; of lists a tensor [n, m], each with each.", .state,
      texts("a"), texts("b"), purpose
    ) { model, state, a, b, options -> Either<Double, TensorObject> in
      switch try model.similarity(a, b, options.values) {
      case .first(let cosine): .first(cosine)
      case .second(let cosines): .second(TensorObject(cosines, in: state))
      }
    }
    .example("llm.embedder():similarity(\"a cat\", \"a kitten\")")
    method(
      "tokenize", "Cuts text as the encoder reads it, marks included: ids, and pieces.",
      .bytes("text", "any text"), purpose
    ) { model, text, options in
      let text = String(decoding: text.bytes, as: UTF8.self)
      let ids = model.embedder.tokens(of: text, for: options.values)
      return Several(
        ids.map { Int($0) }, ids.map { model.embedder.tokenizer.spelling(of: $0) })
    }
    .example("llm.embedder():tokenize(\"embeddings\")")
  }

  private static func texts(_ name: String) -> Argument<Texts> {
    .value(name, "a text, or a list of texts", of: Texts.self)
  }

  private static var purpose: Argument<Named<Embedder.Purpose>> {
    .named(
      .choice(
        "purpose", "what the text is for; matters only where has_prefixes",
        of: Embedder.Purpose.self, default: .query))
  }
}

extension EmbedderModel: CustomStringConvertible {
  /// Two lines that say what it is.
  public var description: String {
    let shape = embedder.shape
    let prefixes = embedder.hasPrefixes ? ", prefixes \"query: \" and \"passage: \"" : ""
    return """
      llm.Embedder \(name): \(shape.width) dimensions, up to \(embedder.maximumTokens) tokens
      \(shape.layers) layers, \(shape.heads) heads, feed-forward \(shape.innerWidth), \
      \(embedder.tokenizer.vocabularySize) pieces by \(embedder.tokenizer.model)\(prefixes)
      """
  }
}
