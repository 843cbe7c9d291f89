import Base

/// A refusal in the form that OpenAI's clients read.
public struct APIError: Error, Hashable, Sendable {
  /// The HTTP status.
  public var status: Int
  /// What is wrong, for a person.
  public var message: String
  /// The sort of fault, as in "invalid_request_error".
  public var type: String
  /// The path of the field at fault, as in "messages[0].role".
  public var param: String?
  /// A word for programs, as in "context_length_exceeded".
  public var code: String?
  /// Seconds after which trying again makes sense.
  public var retryAfterSeconds: Int?

  /// Creates an error.
  public init(
    _ status: Int, _ message: String, type: String = "invalid_request_error", param: String? = nil,
    code: String? = nil, retryAfterSeconds: Int? = nil
  ) {
    self.status = status
    self.message = message
    self.type = type
    self.param = param
    self.code = code
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// A field that is not what it should be.
  public static func invalid(_ param: String?, _ message: String, code: String? = nil) -> APIError {
    APIError(400, message, param: param, code: code)
  }

  static func tooLarge(limit: Int, bytes: Int?) -> APIError {
    let size = bytes.map { "of \($0) bytes" } ?? "in pieces"
    return APIError(
      413, "the body \(size) is larger than the \(limit) bytes that are taken",
      code: "request_too_large")
  }

  static func overloaded(_ reason: String, retryAfterSeconds: Int = 1) -> APIError {
    APIError(
      429, "the server is busy: \(reason); try again later", type: "rate_limit_exceeded",
      code: "overloaded", retryAfterSeconds: retryAfterSeconds)
  }

  static let stopping = APIError(
    503, "the server is shutting down", type: "service_unavailable_error", code: "shutting_down")

  /// The error as JSON.
  var json: JSONValue {
    [
      "error": [
        "message": .string(message), "type": .string(type),
        "param": param.map { .string($0) } ?? .null, "code": code.map { .string($0) } ?? .null,
      ]
    ]
  }

  /// The error as an answer.
  public var response: HTTPResponse {
    var headers: [(name: String, value: String)] = []
    if let retryAfterSeconds { headers.append(("Retry-After", String(retryAfterSeconds))) }
    if status == 401 { headers.append(("WWW-Authenticate", "Bearer")) }
    return HTTPResponse(status: status, json: json, headers: headers)
  }
}

extension HTTPResponse {
  /// Creates an answer in JSON.
  init(status: Int = 200, json: JSONValue, headers: [(name: String, value: String)] = []) {
    self.init(
      status: status, type: "application/json", body: Array(json.formatted().utf8),
      headers: headers)
  }
}
