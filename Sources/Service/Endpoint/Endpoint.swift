public import Base

/// A server that speaks OpenAI's interface: this program's, vLLM's, llama.cpp's or another.
public struct Endpoint: Hashable, Sendable {
  /// Where its routes begin, as in "http://127.0.0.1:8000/v1".
  public let url: String
  /// The model that is asked for; found out when it is not given.
  public let model: String?
  /// The key that is sent along.
  public let apiKey: String?

  /// Names a server.
  public init(url: String, model: String? = nil, apiKey: String? = nil) throws(Problem) {
    guard url.hasPrefix("http://") || url.hasPrefix("https://"),
      !url.utf8.contains(where: { $0 <= 0x20 })
    else {
      throw Problem(
        "\"\(url)\" is not the address of an endpoint",
        fix: "write where its routes begin, as in http://127.0.0.1:8000/v1")
    }
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    self.model = model
    self.apiKey = apiKey
  }

  /// Asks which models it has.
  public func models(timeoutSeconds: Double = 10, shouldStop: () -> Bool = { false })
    throws(Problem)
    -> [String]
  {
    let url = url + "/models"
    let transfer = try Transfer(
      url: url, body: nil, apiKey: apiKey, limits: TransferLimits(timeoutSeconds: timeoutSeconds))
    let loop = try TransferLoop()
    try loop.add(transfer)
    while !transfer.isDone { try loop.run(seconds: 0.2, shouldStop: shouldStop) }
    if let failure = transfer.failure { throw Problem("\(url): \(failure)", kind: .system) }
    let list = try JSONValue(parsing: transfer.body, file: url)["data"]?.array
    guard let names = list?.compactMap({ $0["id"]?.string }), !names.isEmpty else {
      throw Problem("\(url) lists no models", fix: "name the model")
    }
    return names
  }

  /// The model that was given, or the first that the server lists.
  func resolvedModel(shouldStop: () -> Bool) throws(Problem) -> String {
    if let model { return model }
    return try models(shouldStop: shouldStop)[0]
  }
}
