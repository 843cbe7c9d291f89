import Base
import Clusters
import LuaBridge

/// A trace as Lua holds it; it does not change.
final class TraceObject {
  let trace: Trace

  init(_ trace: Trace) { self.trace = trace }
}

/// What is taken where a trace is wanted: one that was made, or a list of requests.
enum TraceArgument: LuaReadable {
  case made(TraceObject)
  case table(LuaTable)

  static func luaRead(_ stack: LuaStack, _ index: CInt) -> TraceArgument? {
    if let made = TraceObject.luaRead(stack, index) { return .made(made) }
    return LuaTable.luaRead(stack, index).map { .table($0) }
  }

  static var luaKind: Parameter.Kind {
    .either([
      TraceObject.luaKind,
      .table("{arrival_seconds: number, prompt_tokens: integer, output_tokens: integer}[]"),
    ])
  }

  static var argument: Argument<TraceArgument> {
    .value("trace", "what comes: a cluster.Trace or a list of requests")
  }

  /// The requests that are meant.
  func trace() throws -> Trace {
    switch self {
    case .made(let object): object.trace
    case .table(let table): try Self.trace(of: table)
    }
  }

  private static let fields = [
    "arrival_seconds", "prompt_tokens", "output_tokens", "follows", "class", "adapter",
  ]

  /// A list of requests, in the order in which they come.
  private static func trace(of table: LuaTable) throws -> Trace {
    var trace = Trace(name: "list of requests")
    var (classes, adapters): ([Int], [Int]) = ([], [])
    for (index, element) in table.elements.enumerated() {
      guard case .table(let row) = element else {
        throw Problem("request \(index + 1) is \(LuaPolicy.shown(element)), not a table")
      }
      let reader = try FieldTable(row, "request \(index + 1)", fields)
      guard let prompt = try reader.integer("prompt_tokens", 1...(1 << 30)),
        let output = try reader.integer("output_tokens", 1...(1 << 30))
      else {
        throw Problem(
          "request \(index + 1) lacks prompt_tokens or output_tokens",
          fix: "{ arrival_seconds = 0, prompt_tokens = 100, output_tokens = 20 }")
      }
      try trace.append(
        at: reader.number("arrival_seconds") ?? 0, promptTokens: prompt, outputTokens: output,
        follows: (reader.integer("follows", 1...max(1, index)) ?? 0) - 1)
      classes.append((try reader.integer("class", 1...65_536) ?? 1) - 1)
      adapters.append(try reader.integer("adapter", 0...1_000_000) ?? 0)
    }
    guard trace.count > 0 else { throw Problem("the list has no requests") }
    if classes.contains(where: { $0 > 0 }) { try trace.setClasses(classes) }
    if adapters.contains(where: { $0 > 0 }) { try trace.setAdapters(adapters) }
    return trace
  }
}
