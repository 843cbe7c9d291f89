import Base
import Inference

/// Embeddings.
extension OpenAIService {
  func embed(_ body: JSONObject, _ writer: any ResponseWriter) throws(APIError) {
    let asked = try EmbeddingRequest(body)
    let queue = try embeddings(named: asked.model)
    let model = queue.model
    if let dimensions = asked.dimensions, dimensions != model.dimensions {
      throw .expected(
        "\(model.dimensions), the length of this model's vectors, which cannot be cut",
        at: "dimensions", found: .integer(dimensions))
    }
    let sentences = try sentences(asked, model)
    guard !isStopping else { throw .stopping }
    let answer = EmbeddingAnswer(
      head: head("embd", model: model.name), encoding: asked.encoding,
      tokens: sentences.reduce(0) { $0 + $1.count })
    do throws(SubmitFailure) {
      let id = try queue.submit(sentences) { [self] outcome in
        writer.respond(answer.response(outcome, isStopping: isStopping))
      }
      writer.whenGone { queue.cancel(id) }
    } catch {
      throw .refused(error)
    }
  }

  /// The tokens of the inputs, none of them too long.
  private func sentences(_ asked: EmbeddingRequest, _ model: any EmbeddingModel)
    throws(APIError) -> [[TokenID]]
  {
    let most = try mostTokens(asked, model)
    var sentences: [[TokenID]] = []
    for (index, input) in asked.inputs.enumerated() {
      let path = asked.inputs.count == 1 ? "input" : "input[\(index)]"
      let tokens: [TokenID]
      switch input {
      case .tokens(let given):
        try given.check(below: model.vocabularySize, path: path)
        tokens = most.map { Array(given.prefix($0)) } ?? given
      case .text(let text): tokens = model.tokens(of: text, most: most ?? .max)
      }
      guard tokens.count <= model.maximumTokens else {
        throw .invalid(
          path,
          "This model's maximum context length is \(model.maximumTokens) tokens. However, \(path) has "
            + "\(tokens.count) tokens. Please reduce its length, or set truncate_prompt_tokens to -1.",
          code: "context_length_exceeded")
      }
      sentences.append(tokens)
    }
    return sentences
  }

  /// The tokens that are kept of each input; nil for all of them.
  private func mostTokens(_ asked: EmbeddingRequest, _ model: any EmbeddingModel)
    throws(APIError) -> Int?
  {
    guard let truncation = asked.truncation else { return nil }
    if truncation == -1 { return model.maximumTokens }
    // A sentence has its two marks at least.
    guard (2...model.maximumTokens).contains(truncation) else {
      throw .expected(
        "-1 or a whole number from 2 to \(model.maximumTokens)", at: "truncate_prompt_tokens",
        found: .integer(truncation))
    }
    return truncation
  }
}

/// The answer to a request for embeddings.
private struct EmbeddingAnswer {
  let head: AnswerHead
  let encoding: EmbeddingRequest.Encoding
  let tokens: Int

  func response(_ outcome: EmbeddingQueue.Outcome, isStopping: Bool) -> HTTPResponse {
    switch outcome {
    case .success(let vectors): HTTPResponse(json: json(vectors))
    case .failure where isStopping: APIError.stopping.response
    case .failure(let problem):
      APIError(
        500, problem.description, type: "server_error", code: "embedding_failed"
      ).response
    }
  }

  private func json(_ vectors: [[Float]]) -> JSONValue {
    let data = vectors.enumerated().map { index, vector -> JSONValue in
      ["object": "embedding", "index": .integer(index), "embedding": encoding.json(vector)]
    }
    return [
      "id": .string(head.id), "object": "list", "created": .integer(head.created),
      "model": .string(head.model), "data": .array(data),
      "usage": ["prompt_tokens": .integer(tokens), "total_tokens": .integer(tokens)],
    ]
  }
}
