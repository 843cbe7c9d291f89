import Base

/// What became of a request to an endpoint; times in seconds since the run began, NaN for none.
public struct EndpointRecord: Hashable, Sendable {
  /// When it was to be sent.
  public var arrivedAt = Double.nan
  /// When it was sent.
  public var sentAt = Double.nan
  /// When the first piece of its answer came.
  public var firstTokenAt = Double.nan
  /// When its answer was whole.
  public var finishedAt = Double.nan
  /// Tokens of its prompt: as the server says, or as they were sent.
  public var promptTokens = 0
  /// Tokens of its answer: as the server says, or the pieces that came.
  public var outputTokens = 0
  /// Tokens of its prompt that the server had computed before.
  public var cachedTokens = 0
  /// Why its answer ended, in the server's word.
  public var finishReason: String?
  /// What went wrong; nil for an answer that came to its end.
  public var failure: String?

  /// Seconds from its arrival to the first piece.
  public var ttft: Double { firstTokenAt - arrivedAt }
  /// Seconds from its arrival to the end.
  public var e2e: Double { finishedAt - arrivedAt }
  /// Seconds per token behind the first; NaN for fewer than two.
  public var tpot: Double {
    outputTokens > 1 ? (finishedAt - firstTokenAt) / Double(outputTokens - 1) : .nan
  }
}

/// A streamed completion on its way from an endpoint.
final class CompletionTransfer {
  /// What is asked for.
  struct Order {
    var model: String
    var prompt: PromptText
    var maxTokens: Int

    var body: JSONValue {
      [
        "model": .string(model), "prompt": prompt.json, "max_tokens": .integer(maxTokens),
        "temperature": 0, "ignore_eos": true, "stream": true,
        "stream_options": ["include_usage": true],
      ]
    }
  }

  private(set) var record = EndpointRecord()
  /// Seconds between the pieces of the answer.
  private(set) var gaps: [Double] = []
  /// Seconds since the run began at which pieces came.
  private(set) var times: [Double] = []
  let transfer: Transfer

  private let start: Double
  private var parser = EventStreamParser()
  private var pieces = 0
  private var events = 0
  private var isWhole = false
  private var usage: JSONValue?
  private let sent: Int

  /// Prepares a request; `start` is when the run began on the monotonic clock.
  init(
    _ order: Order, _ endpoint: Endpoint, arrivedAt: Double, start: Double, limits: TransferLimits
  ) throws(Problem) {
    self.start = start
    sent = order.prompt.count
    record.arrivedAt = arrivedAt
    record.sentAt = monotonicSeconds() - start
    transfer = try Transfer(
      url: endpoint.url + "/completions", body: Array(order.body.formatted().utf8),
      apiKey: endpoint.apiKey, limits: limits)
    transfer.onBytes = { [unowned self] bytes throws(Problem) in
      for event in try parser.add(bytes) { try take(event) }
    }
    transfer.onEnd = { [unowned self] in finish() }
  }

  private func take(_ event: [UInt8]) throws(Problem) {
    events += 1
    if event.elementsEqual("[DONE]".utf8) {
      isWhole = true
      return
    }
    let value = try JSONValue(parsing: event, file: "event \(events)")
    if let error = value["error"] {
      throw Problem("event \(events): \(error["message"]?.string ?? error.formatted())")
    }
    if let told = value["usage"], told != .null { usage = told }
    guard let choice = value["choices"]?.array?.first else { return }
    if let reason = choice["finish_reason"]?.string {
      record.finishReason = reason
      isWhole = true
    }
    // A piece without text is a token whose text is held back, unless it only tells the end.
    guard let text = choice["text"]?.string, !text.isEmpty || !isWhole else { return }
    notePiece()
  }

  private func notePiece() {
    let now = monotonicSeconds() - start
    pieces += 1
    if record.firstTokenAt.isNaN {
      record.firstTokenAt = now
    } else {
      gaps.append(now - (times.last ?? now))
    }
    times.append(now)
  }

  private func finish() {
    record.failure = transfer.failure
    if record.failure == nil, events == 0 {
      record.failure = "the answer is not a stream of events"
    }
    if record.failure == nil, !isWhole { record.failure = "the stream ended before its last event" }
    record.promptTokens = usage?["prompt_tokens"]?.integer ?? sent
    record.outputTokens = max(0, usage?["completion_tokens"]?.integer ?? pieces)
    record.cachedTokens = usage?["prompt_tokens_details"]?["cached_tokens"]?.integer ?? 0
    guard record.failure == nil else { return }
    record.finishedAt = monotonicSeconds() - start
    // An answer may have tokens without a text to show.
    if record.firstTokenAt.isNaN { record.firstTokenAt = record.finishedAt }
  }
}
