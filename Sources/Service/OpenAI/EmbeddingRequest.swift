import Base
import Inference

/// The body of `POST /v1/embeddings`.
struct EmbeddingRequest {
  /// How the numbers of a vector are written.
  enum Encoding: String, CaseIterable {
    /// As an array of numbers.
    case float
    /// As the bytes of little-endian 32-bit floats, in base 64.
    case base64
  }

  /// The model that was asked for.
  let model: String
  /// What to embed.
  let inputs: [PromptInput]
  /// How the numbers are written.
  let encoding: Encoding
  /// The numbers that a vector should have; nil where nothing was said.
  let dimensions: Int?
  /// The tokens that are kept of each input, -1 for as many as the model reads; nil refuses what is
  /// longer than that.
  let truncation: Int?

  /// The most inputs of a request.
  static let mostInputs = 2048

  init(_ body: JSONObject) throws(APIError) {
    let fields = FieldReader(body)
    guard let model = try fields.string("model") else {
      throw APIError.expected("the name of a model", at: "model", found: fields.value("model"))
    }
    self.model = model
    inputs = try PromptInput.list(fields, "input", most: Self.mostInputs)
    dimensions = try fields.integer("dimensions", in: 1...Int(Int32.max))
    truncation = try fields.integer("truncate_prompt_tokens", in: -1...Int(Int32.max))
    let encodings = Encoding.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    guard let encoding = Encoding(rawValue: try fields.string("encoding_format") ?? "float") else {
      throw .expected(encodings, at: "encoding_format", found: fields.value("encoding_format"))
    }
    self.encoding = encoding
  }
}

extension EmbeddingRequest.Encoding {
  /// The numbers of a vector as JSON.
  func json(_ vector: [Float]) -> JSONValue {
    switch self {
    case .float:
      // The shortest text that reads back as the same 32-bit number.
      return .array(vector.map { .literal("\($0)") })
    case .base64:
      let bytes = vector.flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
      }
      return .string(Base64.encode(bytes))
    }
  }
}
