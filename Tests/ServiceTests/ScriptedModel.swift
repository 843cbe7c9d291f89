import Base
import Inference
import Synchronization

@testable import Service

/// A model that answers as a test says, with tokens that are bytes.
final class ScriptedModel: LanguageModel {
  let name = "scripted"
  let contextLength = 100
  let vocabularySize = 256
  let beginToken: TokenID? = 0
  /// What every request is answered at once; nil leaves that to the test.
  let reply: String?
  let taken = Mutex<[TextPart]>([])
  let cancelled = Mutex<[Int]>([])
  /// How many parts are taken before further requests are turned away.
  let capacity: Int

  init(reply: String? = "yes", capacity: Int = .max) {
    self.reply = reply
    self.capacity = capacity
  }

  func tokens(of text: String, addsMarks: Bool) -> [TokenID] {
    text.utf8.map { TokenID($0) }
  }
  func text(of tokens: [TokenID]) -> String {
    String(decoding: tokens.map { UInt8($0) }, as: UTF8.self)
  }
  func bytes(of token: TokenID) -> [UInt8] { [UInt8(token)] }
  func prompt(of messages: [ChatTemplate.Message]) throws(Problem) -> [TokenID] {
    tokens(of: messages.map { "\($0.role):\($0.content)\n" }.joined(), addsMarks: true)
  }

  func scores(
    of tokens: [TokenID], alternatives: Int, shouldStop: @escaping @Sendable () -> Bool
  ) throws(Problem) -> [TokenScore] {
    tokens.dropFirst().map { TokenScore($0, logProbability: -0.25) }
  }

  func submit(_ parts: [TextPart]) throws(SubmitFailure) -> [TextTicket] {
    let numbers = try taken.withLock { taken throws(SubmitFailure) in
      guard taken.count < capacity else { throw .overloaded("\(capacity) wait already") }
      taken += parts
      return taken.count - parts.count..<taken.count
    }
    if let reply { for number in numbers { answer(number, reply) } }
    return numbers.map { TextTicket($0) }
  }

  func cancel(_ ticket: TextTicket) { cancelled.withLock { $0.append(ticket.number) } }

  var statistics: [ServiceStatistics] {
    var statistics = ServiceStatistics()
    statistics.replicas = [ServiceStatistics.Replica()]
    statistics.counts.generatedTokens = 7
    return [statistics]
  }

  /// Sends an answer byte by byte, then its end.
  func answer(_ number: Int, _ text: String, end: TextEvent.End = .stop) {
    let onEvent = taken.withLock { $0[number].onEvent }
    for byte in text.utf8 {
      var event = TextEvent(token: TokenID(byte), text: String(UnicodeScalar(byte)))
      event.score = TokenScore(
        TokenID(byte), logProbability: -0.5, alternatives: [(TokenID(byte), -0.5), (65, -1.5)])
      onEvent(event)
    }
    onEvent(TextEvent(end: end))
  }
}

/// Keeps what it is given.
final class RecordingWriter: ResponseWriter {
  struct Record {
    var response: HTTPResponse?
    var stream: [UInt8]?
    var hasEnded = false
    var onGone: (@Sendable () -> Void)?
  }

  let record = Mutex(Record())

  func respond(_ response: HTTPResponse) { record.withLock { $0.response = response } }
  func startStream(type: String) { record.withLock { $0.stream = [] } }
  func write(_ bytes: [UInt8]) -> Bool {
    record.withLock { $0.stream?.append(contentsOf: bytes) }
    return true
  }
  func end() { record.withLock { $0.hasEnded = true } }
  func whenGone(_ action: @escaping @Sendable () -> Void) { record.withLock { $0.onGone = action } }

  var status: Int? { record.withLock { $0.response?.status } }
  var json: JSONValue {
    record.withLock { record in
      (try? JSONValue(parsing: record.response?.body ?? [])) ?? .null
    }
  }
  /// The events of a stream, without the last mark.
  var events: [JSONValue] {
    lines.filter { $0 != "[DONE]" }.compactMap { try? JSONValue(parsing: String($0)) }
  }
  var lines: [Substring] {
    let bytes = record.withLock { $0.stream ?? [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .map { $0.hasPrefix("data: ") ? $0.dropFirst(6) : "?\($0)" }
  }
}

extension OpenAIService {
  /// Sends a body and gives what was written.
  func post(_ path: String, _ body: String, key: String? = nil) -> RecordingWriter {
    let writer = RecordingWriter()
    handle(
      HTTPRequest(
        method: "POST", path: path, authorization: key.map { "Bearer \($0)" },
        body: Array(body.utf8)), writer)
    return writer
  }

  func get(_ path: String, method: String = "GET") -> RecordingWriter {
    let writer = RecordingWriter()
    handle(HTTPRequest(method: method, path: path), writer)
    return writer
  }
}
