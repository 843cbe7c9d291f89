import Base
import LuaBridge
import Simulation

/// A resource with the simulation that it must not outlive.
final class ResourceObject: CustomStringConvertible {
  let simulation: SimulationObject
  let resource: Resource

  init(_ simulation: SimulationObject, _ resource: Resource) {
    self.simulation = simulation
    self.resource = resource
  }

  var description: String { "resource \"\(resource.name)\": \(resource.status)" }

  /// Refuses a request that could never be met.
  func check(_ request: Resource.Request) throws(Problem) {
    guard request.amount <= resource.capacity else {
      throw Problem(
        "resource \"\(resource.name)\" has \(resource.capacity) units, \(request.amount) were "
          + "asked for", fix: "that wait would never end")
    }
  }
}

/// A hold on units of a resource: closed, it gives them back.
final class HoldObject: CustomStringConvertible {
  let process: ProcessObject
  let resource: ResourceObject
  private let number: Int?

  /// Names what a process took last.
  init(_ process: ProcessObject, _ resource: ResourceObject) {
    self.process = process
    self.resource = resource
    number = resource.resource.lastHold(of: process.id)
  }

  func release() -> Bool {
    number.map { resource.resource.release(process.id, hold: $0) } ?? false
  }

  var description: String {
    let isHeld = number.map { resource.resource.isHeld(by: process.id, hold: $0) } ?? false
    let end = isHeld ? "" : ": given back"
    return "hold of \"\(process.name)\" on \"\(resource.resource.name)\"\(end)"
  }
}

extension ResourceObject: LuaExported {
  static let luaName = "sim.Resource"

  typealias RequestOptions = Named<Int, Int, Double?>

  /// The options of `acquire` as a request.
  static func request(_ options: RequestOptions) -> Resource.Request {
    let (amount, priority, timeout) = options.values
    return Resource.Request(amount: amount, priority: priority, timeout: timeout)
  }

  /// The options of a request.
  static var requestOptions: Argument<RequestOptions> {
    .named(
      .integer("amount", "how many units", default: 1, range: 1...),
      .integer("priority", "a lower number is served first", default: 0),
      .optional(
        .number("timeout_seconds", "the longest wait", unit: .seconds, range: 0...)))
  }

  static let exported = Exported<ResourceObject>(
    "Identical units that processes hold for a while: servers, seats, licences.",
    example: "sim.resource{ capacity = 2 }", keepsIdentity: true
  ) {
    property("name", "What messages and drawings call it.") { $0.resource.name }
    property(
      "capacity", "How many units there are; holders keep what they have when it is cut.",
      get: { $0.resource.capacity },
      set: { object, units in
        guard units > 0 else { throw Problem("a capacity is 1 or more, got \(units)") }
        object.resource.setCapacity(units)
      })
    property("in_use", "How many units are held now.") { $0.resource.inUse }
    property("free", "How many units are free now.") { $0.resource.free }
    property("is_preemptive", "True when urgent requests take units from less urgent holders.") {
      $0.resource.isPreemptive
    }
    property("waiting_count", "How many processes wait now.") { $0.resource.waitingCount }
    property("waiting", "The names of the processes that wait, first in line first.") { object in
      object.resource.waitingProcesses.map(object.simulation.simulator.name)
    }
    property("holders", "The names of the processes that hold units.") { object in
      object.resource.holders.map(object.simulation.simulator.name)
    }
    property("utilization", "The mean share of the units that was held.", unit: .ratio) {
      $0.resource.utilization
    }
    property("mean_queue_length", "How many processes waited, on average over time.") {
      $0.resource.queueLength.mean(at: $0.simulation.simulator.now)
    }
    property("max_queue_length", "The longest line there was.") {
      Int($0.resource.queueLength.maximum)
    }
    property("waits_seconds", "How long those that were served had waited, zeros included.") {
      StatisticsObject($0.resource.waits)
    }
    property("holds_seconds", "How long units were held.") {
      StatisticsObject($0.resource.holdTimes)
    }
    property("abandoned_count", "How many gave up waiting.") { $0.resource.abandonedCount }
    property("preempted_count", "How often a holder lost its units to a more urgent process.") {
      $0.resource.preemptedCount
    }
    operations
  }

  @MemberBuilder private static var operations: [ExportedMember] {
    method(
      "acquire", "Waits for units in the running process, as p:acquire does.", .state,
      requestOptions
    ) { object, state, options in
      let process = try object.simulation.currentProcess(state.stack, "r:acquire")
      return try process.acquire(state.stack, object, request(options))
    }.returns("sim.Hold?")
    method("release", "Gives back what the running process took last.") { object in
      guard let current = object.simulation.simulator.current else {
        throw Problem(
          "r:release gives back what a process holds, and none runs", fix: "call it inside of one")
      }
      return object.resource.release(current)
    }.returns("boolean")
    method(
      "use", "Waits for units, holds them for a time and gives them back.", .state,
      .value("process", "the process that waits", of: ProcessObject.self),
      .number("seconds", "how long they are held", unit: .seconds, range: 0...), requestOptions
    ) { object, state, process, seconds, options in
      try process.use(state.stack, object, seconds, request(options))
    }.example("sim.process(function(p) sim.resource():use(p, 2) end)").returns()
    method("reset_statistics", "Forgets figures so far, as after a warm-up.") {
      $0.resource.resetStatistics()
    }
  }
}

extension HoldObject: LuaExported {
  static let luaName = "sim.Hold"
  static let exported = Exported<HoldObject>(
    "Units that a process holds; a `local hold <close>` gives them back by itself.",
    example: "sim.process(function(p) local hold <close> = p:acquire(sim.resource()) end)"
  ) {
    property("resource", "What is held.") { $0.resource }
    method("release", "Gives the units back; false when that was done or they were taken away.") {
      $0.release()
    }
    metamethod(.close, "Gives the units back.") { hold in _ = hold.release() }
  }
}
