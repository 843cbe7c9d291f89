import Base
import Clusters
import LuaBridge
import Serving

/// A service in virtual time as Lua holds it: run, paused, looked at, changed, copied.
final class ServiceRun {
  /// A condition in Lua that stops runs.
  struct Condition {
    let name: String
    let function: LuaFunction
  }

  /// What it was started from.
  let service: ServiceObject
  /// Everything that happens in it.
  let cluster: Cluster
  private(set) var conditions: [Condition] = []
  private var nextCondition = 1
  private var isRunning = false
  /// True while a condition is asked: between two instants everything can be changed.
  private var isBetweenInstants = false
  /// What policies are called now; they can be changed.
  private(set) var schedulerName, routerName: String
  private(set) var autoscalerName: String?
  /// What picks the replica of an answer; nothing where prompts and answers are not apart.
  private(set) var answerRouterName: String?
  private(set) var cost: CostObject

  init(_ service: ServiceObject, _ trace: Trace, in state: LuaState) throws {
    self.service = service
    cluster = try service.cluster(trace, in: state)
    (schedulerName, routerName) = (service.schedulerName, service.routerName)
    (autoscalerName, cost) = (service.autoscalerName, service.cost)
    answerRouterName = service.answerRouterName
  }

  /// The same from here on, by itself: policies in Lua that can be copied are, others are shared.
  private init(copying other: ServiceRun, in state: LuaState) throws {
    service = other.service
    cluster = other.cluster.copy()
    (schedulerName, routerName) = (other.schedulerName, other.routerName)
    (autoscalerName, cost) = (other.autoscalerName, other.cost)
    answerRouterName = other.answerRouterName
    if let router = cluster.router as? LuaRouter { cluster.router = try router.copied(in: state) }
    if let router = cluster.answerRouter as? LuaRouter {
      cluster.answerRouter = try router.copied(in: state)
    }
    if let autoscaler = cluster.autoscaler as? LuaAutoscaler {
      cluster.autoscaler = try autoscaler.copied(in: state)
    }
    // Conditions are asked about the copy, not about the original.
    for condition in other.conditions {
      try cluster.removeBreakpoint(condition.name)
      add(condition, in: state)
    }
    nextCondition = other.nextCondition
  }

  func copy(in state: LuaState) throws -> ServiceRun { try ServiceRun(copying: self, in: state) }

  /// What came of it so far; it stays when the simulation goes on.
  func result() -> ResultObject {
    ResultObject(
      cluster.isDone && conditions.isEmpty ? cluster : cluster.copy(), name: service.name,
      policies: policies)
  }

  /// What decides now, in words.
  var policies: String {
    policyNames + (autoscalerName.map { ", \($0)" } ?? "")
  }

  // MARK: Running

  /// Runs to the end, or to a time.
  func replay(until limit: Double, in state: LuaState) throws {
    guard try run(until: limit, in: state) == .done, let stall else { return }
    throw stall
  }

  /// Why no step runs though requests are open; nothing where steps do, or all requests have ended.
  var stall: Problem? { cluster.stall(of: schedulerName) }

  /// Runs until nothing is to come, a time, or a condition; throws what a policy failed with.
  func run(until limit: Double, in state: LuaState) throws -> Cluster.Stop {
    try exclusively {
      let stop = cluster.run(until: limit, shouldStop: { state.isStopRequested })
      if let error = PolicyFaults.of(state).take() { throw error }
      return stop
    }
  }

  /// Handles so many instants; gives how many there were.
  func step(_ count: Int, in state: LuaState) throws -> Int {
    try exclusively {
      for done in 0..<count {
        guard cluster.step() else { return done }
        if let error = PolicyFaults.of(state).take() { throw error }
        if done & 0xFFF == 0xFFF, state.isStopRequested { return done + 1 }
      }
      return count
    }
  }

  private func exclusively<Value>(_ body: () throws -> Value) throws -> Value {
    guard !isRunning else {
      throw Problem(
        "the simulation is running already", fix: "run a copy of it: sim:copy():run()")
    }
    isRunning = true
    defer { isRunning = false }
    return try body()
  }

  /// Refuses a change while policies are asked, which could pull the ground from under them.
  func requireChangeable(_ call: String) throws(Problem) {
    guard !isRunning || isBetweenInstants else {
      throw Problem(
        "\(call): the simulation is in the middle of an instant",
        fix: "pause it (sim:pause()), or change it in a breakpoint's condition")
    }
  }

  // MARK: Conditions

  /// Stops runs where a function is true; gives the condition's number.
  func stop(where function: LuaFunction, in state: LuaState) -> Int {
    defer { nextCondition += 1 }
    add(Condition(name: "\(nextCondition)", function: function), in: state)
    return nextCondition
  }

  /// Takes a condition away; false when there is none of the number.
  func removeCondition(_ number: Int) throws -> Bool {
    guard let place = conditions.firstIndex(where: { $0.name == "\(number)" }) else { return false }
    try cluster.removeBreakpoint(conditions.remove(at: place).name)
    return true
  }

  private func add(_ condition: Condition, in state: LuaState) {
    conditions.append(condition)
    let (function, faults) = (condition.function, PolicyFaults.of(state))
    // The cluster belongs to this object, so it is there when the cluster asks. Nothing here crosses
    // to another thread.
    nonisolated(unsafe) unowned let run = self
    nonisolated(unsafe) let keptFaults = faults
    cluster.addBreakpoint(
      Breakpoint(condition.name) { _ in
        run.isBetweenInstants = true
        defer { run.isBetweenInstants = false }
        do {
          let answer: LuaValue = try function(run)
          return answer.isTrue
        } catch {
          keptFaults.note(error)
          return true
        }
      })
  }

  // MARK: Changing

  /// Lets another scheduler decide from the next step on.
  func setScheduler(_ value: LuaValue, in state: LuaState) throws {
    try requireChangeable("set_scheduler")
    let choice = try PolicyReader.scheduler(value, in: state)
    cluster.scheduler = choice.policy
    schedulerName = choice.name
  }

  /// Lets another router pick from the next request on.
  func setRouter(_ value: LuaValue, in state: LuaState) throws {
    try requireChangeable("set_router")
    let choice = try PolicyReader.router(value, seed: cluster.options.seed, in: state)
    cluster.router = choice.policy
    routerName = choice.name
  }

  /// Lets another router pick the replicas of answers from the next one on.
  func setAnswerRouter(_ value: LuaValue, in state: LuaState) throws {
    try requireChangeable("set_answer_router")
    guard answerRouterName != nil else {
      throw Problem(
        "set_answer_router: prompts and answers of \(service.name) are on the same replicas",
        fix: "set_router picks them; prefill_replicas = 1 in the service sets prompts apart")
    }
    let choice = try PolicyReader.router(value, seed: cluster.options.seed, in: state)
    cluster.answerRouter = choice.policy
    answerRouterName = choice.name
  }

  /// Lets another autoscaler, or none, say how many replicas there should be.
  func setAutoscaler(_ value: LuaValue, in state: LuaState) throws {
    try requireChangeable("set_autoscaler")
    let choice = try PolicyReader.autoscaler(value, in: state)
    cluster.autoscaler = choice?.policy
    autoscalerName = choice?.name
  }

  /// Lets steps take other times.
  func setCost(_ value: LuaValue, in state: LuaState) throws {
    try requireChangeable("set_cost")
    cost = try CostArgument.cost(value, "cluster.Simulation", in: state)
    cluster.cost = cost.model
  }

  /// The replica of a number from 1.
  func replica(_ number: Int) throws(Problem) -> Replica {
    guard number >= 1, number <= cluster.replicas.count else {
      throw Problem(
        "there is no replica \(number)", fix: "numbers go from 1 to \(cluster.replicas.count)")
    }
    return cluster.replicas[number - 1]
  }
}

extension ServiceRun: CustomStringConvertible {
  /// The policies that decide each step and each request.
  var policyNames: String {
    guard let answerRouterName else { return "\(schedulerName), \(routerName)" }
    return "\(schedulerName), prompts \(routerName), answers \(answerRouterName)"
  }

  var description: String {
    let ready = cluster.readyReplicas.count
    return "simulation of \(service.name) at \(ShownNumber.time(cluster.time)): "
      + "\(cluster.arrivedRequests) of \(cluster.trace.count) requests came, "
      + "\(cluster.openRequests) are open, \(ready) replica\(ready == 1 ? "" : "s") ready; "
      + policies
  }
}
