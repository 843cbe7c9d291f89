import Base
import Clusters
import LuaBridge
import Serving

/// A router written in Lua: `pick(request, replicas)` gives a place in the list, from 1.
struct LuaRouter: OutsideRouter {
  let policy: LuaPolicy
  private let views: RouterViews

  init(_ value: LuaValue, in state: LuaState) throws {
    self.init(try LuaPolicy(value, noun: "router", method: "pick", in: state), in: state)
  }

  private init(_ policy: LuaPolicy, in state: LuaState) {
    self.policy = policy
    views = RouterViews(in: state)
  }

  /// The router for another simulation.
  func copied(in state: LuaState) throws -> LuaRouter {
    LuaRouter(try policy.copied(method: "pick", in: state), in: state)
  }

  func ask(_ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews) -> Int {
    let outer = (views.request.content, views.list.content)
    views.request.content = (request, prefixes)
    views.list.content = replicas
    // A router may run a copy of the simulation, which asks it again.
    defer { (views.request.content, views.list.content) = outer }
    do {
      let answer: RouterAnswer =
        if let table = policy.table {
          try policy.function(table, views.requestPlace, views.listPlace)
        } else {
          try policy.function(views.requestPlace, views.listPlace)
        }
      if answer.place >= 1, answer.place <= replicas.count { return answer.place - 1 }
      policy.refuse(answer.value, expected: "a place from 1 to \(replicas.count)")
    } catch {
      policy.fail(error)
    }
    return -1
  }
}

/// What a router returned: a whole number quickly, anything else for the message.
private struct RouterAnswer: LuaReadable {
  let place: Int
  let value: LuaValue

  static func luaRead(_ stack: LuaStack, _ index: CInt) -> RouterAnswer? {
    if let place = Int.luaRead(stack, index) {
      return RouterAnswer(place: place, value: .integer(place))
    }
    return RouterAnswer(place: 0, value: LuaValue.luaRead(stack, index) ?? .nil)
  }

  static var luaKind: Parameter.Kind { .integer }
}

/// The two objects that a router in Lua gets again and again.
// Unchecked: they belong to the one thread of their Lua state.
private final class RouterViews: @unchecked Sendable {
  let request = RequestView()
  let list = ReplicaList()
  let requestPlace, listPlace: LuaUserdata

  init(in state: LuaState) {
    guard case .userdata(let request) = LuaValue.of(request, in: state),
      case .userdata(let list) = LuaValue.of(list, in: state)
    else { preconditionFailure("an exported object is a userdata") }
    (requestPlace, listPlace) = (request, list)
  }
}

/// The request that a router decides on.
final class RequestView {
  var content: (request: Request, prefixes: PrefixIDs)?

  fileprivate var request: Request {
    get throws(Problem) {
      guard let content else { throw Self.isOver }
      return content.request
    }
  }

  fileprivate static var isOver: Problem {
    Problem("this request is routed already", fix: "keep numbers, not the object")
  }

  /// The name of the beginning up to so many names.
  fileprivate func name(_ index: Int) throws(Problem) -> Int? {
    guard let content else { throw Self.isOver }
    let count = Int(content.request.prefix.tokens) / content.prefixes.tokensPerID
    guard index >= 1, index <= count else { return nil }
    let name = content.prefixes.ids[Int(content.request.prefix.start) + index - 1]
    return Int(truncatingIfNeeded: name)
  }
}

extension RequestView: LuaExported {
  static let luaName = "cluster.Request"
  static let exported = Exported<RequestView>(
    "The request that a router decides on; valid while it is asked.",
    example: "cluster.service{ cost = {}, replicas = 2, router = function(request, replicas) "
      + "return request.prompt_tokens > 1000 and 1 or 2 end }"
  ) {
    property("number", "Its number in the trace, from 1.") { try Int($0.request.id) + 1 }
    property("arrival_seconds", "When it came.", unit: .seconds) {
      Double(bitPattern: UInt64(bitPattern: try $0.request.rank))
    }
    property("prompt_tokens", "Tokens of its prompt.", unit: .tokens) {
      try Int($0.request.promptTokens)
    }
    property(
      "output_tokens", "Tokens of its answer, which a real router cannot know.", unit: .tokens
    ) { try Int($0.request.outputTokens) }
    property("priority", "Its priority; more urgent is smaller.") { try Int($0.request.priority) }
    property("class", "The number of its class of service, from 1.") {
      try Int($0.request.slaClass) + 1
    }
    property("adapter", "Its LoRA adapter; 0 is none.") { try Int($0.request.adapter) }
    property("prefix_tokens", "Tokens of its prompt that others may share.", unit: .tokens) {
      try Int($0.request.prefix.tokens)
    }
    method(
      "prefix", "The name of its beginning up to a number of names; nil beyond.",
      .integer("index", "how many names, from 1")
    ) { try $0.name($1) }
    .detail("Requests with an equal name have an equal beginning up to there.")
    .returns("integer?")
  }
}

/// The replicas that take requests, as a router in Lua sees them.
final class ReplicaList {
  var content: ReplicaViews?

  /// The replicas, when there is one at a place.
  fileprivate func look<Value>(
    _ place: Int, _ body: (borrowing ReplicaViews, Int) -> Value
  ) throws(Problem) -> Value {
    guard let content else {
      throw Problem("this request is routed already", fix: "keep numbers, not the list")
    }
    guard place >= 1, place <= content.count else {
      throw Problem(
        "there is no replica at place \(place)", fix: "places go from 1 to \(content.count)")
    }
    return body(content, place - 1)
  }
}

extension ReplicaList: LuaExported {
  static let luaName = "cluster.Replicas"

  private static var place: Argument<Int> { .integer("place", "in the list, from 1") }

  static let exported = Exported<ReplicaList>(
    "The replicas that take requests, by their place in the list; valid while a router is asked.",
    example: "cluster.service{ cost = {}, replicas = 2, router = function(request, replicas) "
      + "return #replicas end }"
  ) {
    metamethod(.length, "How many there are.") { $0.content?.count ?? 0 }
    method("number", "The number of a replica, which stays while others come and go.", place) {
      try $0.look($1) { $0.id($1) + 1 }
    }
    method("outstanding", "Requests it was given and that have not ended.", place) {
      try $0.look($1) { $0.outstanding($1) }
    }
    method("outstanding_tokens", "Tokens of those requests, prompts and answers.", place) {
      try $0.look($1) { $0.outstandingTokens($1) }
    }.unit(.tokens)
    method("waiting", "Requests that wait for their first blocks.", place) {
      try $0.look($1) { $0.waiting($1) }
    }
    method("occupancy", "The share of its blocks that are held.", place) {
      try $0.look($1) { $0.occupancy($1) }
    }.unit(.ratio)
  }
}
