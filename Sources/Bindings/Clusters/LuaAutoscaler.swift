import Base
public import Clusters
public import LuaBridge

/// An autoscaler written in Lua: `desired(view)` gives how many replicas there should be.
struct LuaAutoscaler: Autoscaler {
  let policy: LuaPolicy
  let intervalSeconds: Double

  init(_ value: LuaValue, in state: LuaState) throws {
    try self.init(LuaPolicy(value, noun: "autoscaler", method: "desired", in: state))
  }

  private init(_ policy: LuaPolicy) throws {
    self.policy = policy
    let interval = try policy.setting("interval_seconds")
    guard interval.isNil || (1e-3...1e6).contains(interval.number ?? 0) else {
      throw Problem(
        "autoscaler \"\(policy.name)\": interval_seconds is \(LuaPolicy.shown(interval))",
        fix: "give seconds from 0.001 to 1000000")
    }
    intervalSeconds = interval.number ?? 10
  }

  /// The autoscaler for another simulation.
  func copied(in state: LuaState) throws -> LuaAutoscaler {
    try LuaAutoscaler(policy.copied(method: "desired", in: state))
  }

  func desiredReplicas(_ view: ClusterView) -> Int {
    do {
      let answer: LuaValue =
        if let table = policy.table {
          try policy.function(table, view)
        } else {
          try policy.function(view)
        }
      // Part of a replica is one more.
      if let number = answer.number, number >= 0, number < 1e6 { return Int(number.rounded(.up)) }
      policy.refuse(answer, expected: "a number of replicas")
    } catch {
      policy.fail(error)
    }
    return -1
  }
}

extension ClusterView: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "cluster.View"

  /// What an autoscaler in Lua sees.
  public static let exported = Exported<ClusterView>(
    "A cluster as autoscalers see it.",
    example: "cluster.service{ cost = {}, autoscaler = function(view) "
      + "return math.ceil(view.open_requests / 20) end }"
  ) {
    property("now_seconds", "The time.", unit: .seconds) { $0.time }
    property("ready", "Replicas that take requests.") { $0.ready }
    property("starting", "Replicas that will.") { $0.starting }
    property("open_requests", "Requests that came and have not ended.", unit: .requests) {
      $0.openRequests
    }
    property("waiting_requests", "Those that wait for their first blocks.", unit: .requests) {
      $0.waitingRequests
    }
    property("arrived_requests", "Requests that came since the start.", unit: .requests) {
      $0.arrivedRequests
    }
    property("start_seconds", "Seconds until a new replica takes requests.", unit: .seconds) {
      $0.startSeconds
    }
  }
}
