/// A request as it came over the wire, its body read to the end.
public struct HTTPRequest: Sendable {
  /// The method, as in "POST".
  public var method: String
  /// The path without its query.
  public var path: String
  /// The value of the header `Authorization`.
  public var authorization: String?
  /// The value of the header `Content-Type`.
  public var contentType: String?
  /// The body.
  public var body: [UInt8]

  /// Creates a request.
  public init(
    method: String, path: String, authorization: String? = nil, contentType: String? = nil,
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.authorization = authorization
    self.contentType = contentType
    self.body = body
  }
}

/// A whole answer.
public struct HTTPResponse: Sendable {
  /// The status, as in 200.
  public var status: Int
  /// Names and values of the headers.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: [UInt8]

  /// Creates an answer.
  public init(
    status: Int, type: String, body: [UInt8], headers: [(name: String, value: String)] = []
  ) {
    self.status = status
    self.headers = [("Content-Type", type)] + headers
    self.body = body
  }
}

/// Where the answer to one request goes.
///
/// An answer is whole (`respond`) or comes in pieces (`startStream`, `write`, `end`). Any thread may
/// call; what comes behind the end is ignored.
public protocol ResponseWriter: Sendable {
  /// Answers at once.
  func respond(_ response: HTTPResponse)
  /// Begins an answer in pieces, with status 200.
  func startStream(type: String)
  /// Adds a piece; false when nobody reads any more, or reads too slowly.
  @discardableResult func write(_ bytes: [UInt8]) -> Bool
  /// Ends an answer in pieces.
  func end()
  /// Says what to do when the client goes away before the end; at once when it has.
  func whenGone(_ action: @escaping @Sendable () -> Void)
}

/// What a server allows its clients.
public struct HTTPLimits: Sendable {
  /// The most bytes of a request's body.
  public var bodyBytes = 4 << 20
  /// The most bytes of all bodies that are held at once.
  public var allBodyBytes = 64 << 20
  /// The most bytes of an answer that wait for a client to read them.
  public var unreadBytes = 256 << 10
  /// The most connections at once.
  public var connections = 1024
  /// Seconds after which a connection is closed that does nothing.
  public var idleSeconds = 30
  /// Seconds in which a request must have come.
  public var requestSeconds = 30.0
  /// Seconds in which the rest of a finished answer must be read.
  public var readSeconds = 60.0

  /// Creates the usual limits.
  public init() {}
}
