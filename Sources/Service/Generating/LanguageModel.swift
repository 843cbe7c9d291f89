public import Base
public import Inference

/// A model that writes text for many requests at once, as the service needs it.
public protocol LanguageModel: Sendable {
  /// The name that requests ask for.
  var name: String { get }
  /// The most tokens of a prompt and its answer together.
  var contextLength: Int { get }
  /// Tokens are numbered from 0 up to this.
  var vocabularySize: Int { get }
  /// What a text that is empty begins with; nil where there is no such token.
  var beginToken: TokenID? { get }

  /// Cuts a text into tokens, with the marks that the model expects around it or without.
  func tokens(of text: String, addsMarks: Bool) -> [TokenID]
  /// The text of tokens.
  func text(of tokens: [TokenID]) -> String
  /// The bytes of a token.
  func bytes(of token: TokenID) -> [UInt8]
  /// The prompt that asks for the next turn of a conversation.
  func prompt(of messages: [ChatTemplate.Message]) throws(Problem) -> [TokenID]

  /// How probable each token of a text is given those before it, the first one left out.
  ///
  /// - Throws: A problem of kind `interrupted` when stopped.
  func scores(
    of tokens: [TokenID], alternatives: Int, shouldStop: @escaping @Sendable () -> Bool
  ) throws(Problem) -> [TokenScore]

  /// Takes all parts of a request, or none; a place for one is enough for all.
  func submit(_ parts: [TextPart]) throws(SubmitFailure) -> [TextTicket]
  /// Ends a request that nobody waits for and frees what it holds.
  func cancel(_ ticket: TextTicket)
  /// What each replica did so far and does now.
  var statistics: [ServiceStatistics] { get }
}

/// One of the answers that a request asks for.
public struct TextPart: Sendable {
  /// What it goes on from.
  public var prompt: [TokenID]
  /// How much and how.
  public var options: GenerationOptions
  /// True for a further answer to the prompt of the part before.
  public var isFurther: Bool
  /// Takes what happens to it, on any thread, in order, the last event with an end.
  public var onEvent: @Sendable (TextEvent) -> Void

  /// Creates a part.
  public init(
    _ prompt: [TokenID], _ options: GenerationOptions, isFurther: Bool = false,
    onEvent: @escaping @Sendable (TextEvent) -> Void
  ) {
    self.prompt = prompt
    self.options = options
    self.isFurther = isFurther
    self.onEvent = onEvent
  }
}

/// Tells a request apart from all others of its model.
public struct TextTicket: Hashable, Sendable {
  /// The number.
  public var number: Int

  /// Creates a ticket.
  public init(_ number: Int) { self.number = number }
}

/// How probable a token is in its place.
public struct TokenScore: Sendable {
  /// The token.
  public var token: TokenID
  /// The logarithm of its probability.
  public var logProbability: Double
  /// The most probable tokens with the logarithms of their probabilities.
  public var alternatives: [(token: TokenID, logProbability: Double)]

  /// Creates a score.
  public init(
    _ token: TokenID, logProbability: Double,
    alternatives: [(token: TokenID, logProbability: Double)] = []
  ) {
    self.token = token
    self.logProbability = logProbability
    self.alternatives = alternatives
  }
}

/// What happened to a request.
public struct TextEvent: Sendable {
  /// Why an answer ended.
  public enum End: Hashable, Sendable {
    /// The model ended it, or a stop text came.
    case stop
    /// As many tokens as were asked for, or a full context.
    case length
    /// It was cancelled.
    case cancelled
    /// Something went wrong.
    case failed(String)
  }

  /// The token that came; nil for text that was held back, and for an end alone.
  public var token: TokenID?
  /// Text that can be shown now.
  public var text: String
  /// How probable the token was, with others, where that was asked for.
  public var score: TokenScore?
  /// Set when nothing more will come.
  public var end: End?
  /// Tokens of the prompt that were computed already.
  public var cachedTokens = 0

  /// Creates an event.
  public init(token: TokenID? = nil, text: String = "", end: End? = nil) {
    self.token = token
    self.text = text
    self.end = end
  }
}

/// Why a request was not taken.
public enum SubmitFailure: Error, Hashable, Sendable {
  /// Too many wait already.
  case overloaded(String)
  /// The server is shutting down.
  case stopping
  /// It can never be served.
  case invalid(Problem)
}
