import Base

/// One thing that can be asked for.
struct Route: Sendable {
  /// A request with the part of its path that a `*` stands for.
  struct Call {
    let request: HTTPRequest
    let rest: String
  }

  typealias Action =
    @Sendable (OpenAIService, Call, any ResponseWriter) throws(APIError) -> Void

  let method: String
  /// The path; a `*` at the end stands for anything but nothing.
  let path: String
  let needsKey: Bool
  let action: Action

  init(_ method: String, _ path: String, needsKey: Bool = true, action: @escaping Action) {
    self.method = method
    self.path = path
    self.needsKey = needsKey
    self.action = action
  }

  /// What the `*` stands for in a path; nil for another path.
  func match(_ path: String) -> String? {
    guard self.path.hasSuffix("*") else { return path == self.path ? "" : nil }
    let start = self.path.dropLast()
    guard path.hasPrefix(start), path.utf8.count > start.utf8.count else { return nil }
    return String(path.dropFirst(start.count))
  }
}

/// Finds what a request asks for.
struct Router: Sendable {
  private let routes: [Route]

  init(_ routes: [Route]) { self.routes = routes }

  /// The route of a request.
  func find(_ request: HTTPRequest) throws(APIError) -> (Route, Route.Call) {
    let path = Self.trimmed(request.path)
    // HEAD is GET without a body, which the transport leaves out.
    let method = request.method == "HEAD" ? "GET" : request.method
    for route in routes where route.method == method {
      if let rest = route.match(path) {
        return (route, Route.Call(request: request, rest: rest))
      }
    }
    let methods = methods(for: path)
    guard methods.isEmpty else {
      throw APIError(
        405,
        "\(request.method) is not allowed for \(path): use \(methods.joined(separator: " or "))",
        code: "method_not_allowed")
    }
    let names = routes.map(\.path)
    let problem = Problem.unknown(
      "path", path.truncated(toWidth: 80),
      among: names.map { $0.hasSuffix("*") ? $0.dropLast() + "{id}" : $0 })
    throw APIError(404, problem.description, type: "not_found_error", code: "unknown_path")
  }

  /// The methods that a path takes.
  func methods(for path: String) -> [String] {
    routes.filter { $0.match(Self.trimmed(path)) != nil }.map(\.method)
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
