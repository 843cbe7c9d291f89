import Base

/// The settings of an embedder's folder, in Sentence Transformers' layout.
struct EmbedderFolder {
  let shape: EncoderShape
  let tokenizer: any SentenceTokenizer
  let pooling: Embedder.Pooling
  let maximumTokens: Int

  init(_ path: String) throws(Problem) {
    let config = try Self.json(path, "config.json")
    shape = try Self.shape(config, path)
    pooling = try Self.pooling(path)
    tokenizer = try Self.tokenizer(path)
    let limit = try Self.optionalJSON(path, "sentence_bert_config.json")?["max_seq_length"]?.integer
    maximumTokens = min(shape.positions, max(3, limit ?? shape.positions))
  }

  private static func shape(_ config: JSONValue, _ path: String) throws(Problem) -> EncoderShape {
    func number(_ key: String, _ range: ClosedRange<Int>) throws(Problem) -> Int {
      guard let value = config[key]?.integer, range.contains(value) else {
        throw Problem(
          "\(path)/config.json: \"\(key)\" should be a number from \(range.lowerBound) to "
            + "\(range.upperBound)")
      }
      return value
    }
    func word(_ key: String, _ supported: String) throws(Problem) {
      guard let word = config[key]?.string ?? (key == "model_type" ? nil : supported),
        word == supported
      else {
        throw Problem(
          "\(path)/config.json: \"\(key)\" is \(config[key]?.formatted() ?? "missing"), which is not "
            + "supported", fix: "there is \"\(supported)\"")
      }
    }
    try word("model_type", "bert")
    try word("hidden_act", "gelu")
    try word("position_embedding_type", "absolute")
    let width = try number("hidden_size", 1...65_536)
    let heads = try number("num_attention_heads", 1...1024)
    guard width % heads == 0 else {
      throw Problem("\(path)/config.json: \(heads) heads do not divide a width of \(width)")
    }
    guard let epsilon = config["layer_norm_eps"]?.double, epsilon >= 0, epsilon < 1 else {
      throw Problem("\(path)/config.json: \"layer_norm_eps\" should be a number from 0 to 1")
    }
    return EncoderShape(
      layers: try number("num_hidden_layers", 1...1024), width: width, heads: heads,
      innerWidth: try number("intermediate_size", 1...262_144),
      vocabularySize: try number("vocab_size", 1...16_777_215),
      positions: try number("max_position_embeddings", 3...1_048_576),
      tokenTypes: try number("type_vocab_size", 1...64), epsilon: Float(epsilon))
  }

  /// The one way of pooling that the folder switches on; the mean where it says nothing.
  private static func pooling(_ path: String) throws(Problem) -> Embedder.Pooling {
    guard let settings = try optionalJSON(path, "1_Pooling/config.json")?.object else {
      return .mean
    }
    var modes: [String] = []
    for (key, value) in settings where key.hasPrefix("pooling_mode_") && value.boolean == true {
      modes.append(key)
    }
    switch modes {
    case ["pooling_mode_mean_tokens"]: return .mean
    case ["pooling_mode_cls_token"]: return .first
    default:
      throw Problem(
        "\(path)/1_Pooling/config.json: pooling by \(modes.joined(separator: " and ")) is not "
          + "supported", fix: "there are pooling_mode_mean_tokens and pooling_mode_cls_token")
    }
  }

  private static func tokenizer(_ path: String) throws(Problem) -> any SentenceTokenizer {
    let settings = try optionalJSON(path, "tokenizer_config.json")
    guard FileIO.exists(path + "/vocab.txt") else {
      throw Problem("\(path) has no vocab.txt", fix: "give the folder of a BERT sentence encoder")
    }
    return try WordPieces(
      path: path + "/vocab.txt", isUncased: settings?["do_lower_case"]?.boolean ?? true)
  }

  private static func json(_ path: String, _ name: String) throws(Problem) -> JSONValue {
    let file = path + "/" + name
    return try JSONValue(parsing: try FileIO.read(file), file: file)
  }

  private static func optionalJSON(_ path: String, _ name: String) throws(Problem) -> JSONValue? {
    FileIO.exists(path + "/" + name) ? try json(path, name) : nil
  }
}
