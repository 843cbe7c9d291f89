import Base
import LuaBridge
import Simulation

/// A store with the simulation that it must not outlive; its items lie on the simulation's shelf.
final class StoreObject: CustomStringConvertible {
  let simulation: SimulationObject
  let store: Store

  init(_ simulation: SimulationObject, _ store: Store) {
    self.simulation = simulation
    self.store = store
  }

  var description: String { "store \"\(store.name)\": \(store.status)" }

  typealias PutOptions = Named<Int, Double?>
  typealias GetOptions = Named<LuaFunction?, Double?>

  /// Puts an item as the running process, or, outside of any, without waiting.
  func put(
    _ stack: LuaStack, _ item: LuaValue, _ options: PutOptions, as process: ProcessObject?
  ) throws -> LuaReturn {
    guard item != .nil else {
      throw Problem("a store cannot take nil", fix: "put false or a table")
    }
    let (priority, timeout) = options.values
    let number = simulation.shelf.put(item)
    guard let process = try process ?? runningProcess(stack, "store:put") else {
      let isStored = store.offer(number, priority: priority)
      if !isStored { _ = simulation.shelf.take(number) }
      isStored.luaPush(stack)
      return .values(1)
    }
    try process.requireRunning(stack, "p:put")
    if store.put(process.id, number, priority: priority, timeout: timeout) {
      true.luaPush(stack)
      return .values(1)
    }
    process.pending = .yes
    return .yield()
  }

  /// Gets an item as the running process, or, outside of any, what is there.
  func get(
    _ stack: LuaStack, _ options: GetOptions, as process: ProcessObject?
  ) throws -> LuaReturn {
    let (condition, timeout) = options.values
    let filter = condition.map { condition in
      { [unowned simulation] (number: Int) in
        simulation.callback(condition, [simulation.shelf[number]]).isTrue
      }
    }
    guard let process = try process ?? runningProcess(stack, "store:get") else {
      let number = store.poll(where: filter)
      (number.map { simulation.shelf.take($0) } ?? .nil).luaPush(stack)
      return .values(1)
    }
    try process.requireRunning(stack, "p:get")
    if let number = store.get(process.id, timeout: timeout, where: filter) {
      simulation.shelf.take(number).luaPush(stack)
      return .values(1)
    }
    process.pending = .item
    return .yield()
  }

  private func runningProcess(_ stack: LuaStack, _ call: String) throws(Problem) -> ProcessObject? {
    simulation.simulator.current == nil ? nil : try simulation.currentProcess(stack, call)
  }
}

extension StoreObject: LuaExported {
  static let luaName = "sim.Store"

  static var putOptions: Argument<PutOptions> {
    .named(
      .integer(
        "priority", "a lower number goes out first where the order is by priority", default: 0),
      .optional(.number("timeout_seconds", "the longest wait", unit: .seconds, range: 0...)))
  }

  static var getOptions: Argument<GetOptions> {
    .named(
      .optional(
        .function("where", "tells which items will do", signature: "fun(item: any): boolean")),
      .optional(.number("timeout_seconds", "the longest wait", unit: .seconds, range: 0...)))
  }

  static let exported = Exported<StoreObject>(
    "A buffer of items between processes: a queue, a mailbox, a shelf.",
    example: #"sim.store{ capacity = 10 }:put("letter")"#, keepsIdentity: true
  ) {
    property("name", "What messages and drawings call it.") { $0.store.name }
    property("capacity", "The most items it holds; infinite where there is no bound.") {
      $0.store.capacity == .max ? Double.infinity : Double($0.store.capacity)
    }
    property("count", "How many items are there.") { $0.store.count }
    property("items", "The items, the next to go out first.") { object in
      object.store.items.map { object.simulation.shelf[$0] }
    }
    property("waiting_count", "How many processes wait to get.") { $0.store.waitingCount }
    property("putting_count", "How many processes wait to put.") { $0.store.puttingCount }
    property("mean_count", "How many items were there, on average over time.") {
      $0.store.occupancy.mean(at: $0.simulation.simulator.now)
    }
    property("max_count", "The most items that were there.") { Int($0.store.occupancy.maximum) }
    property("put_count", "How many items have come in.") { $0.store.putCount }
    property("taken_count", "How many items have gone out.") { $0.store.takenCount }
    property("waits_seconds", "How long those that got an item had waited.") {
      StatisticsObject($0.store.waits)
    }
    method(
      "put", "Puts an item: a process waits for room, other code gets false when there is none.",
      .state, .any("item", "any value but nil"), putOptions
    ) { store, state, item, options in
      try store.put(state.stack, item, options, as: nil)
    }.example(#"sim.store():put("letter")"#).returns("boolean?")
    method(
      "get", "Gets an item: a process waits for one, other code gets nil when there is none.",
      .state, getOptions
    ) { store, state, options in
      try store.get(state.stack, options, as: nil)
    }.returns("any")
    metamethod(.length, "How many items are there.") { $0.store.count }
  }
}

/// A level with the simulation that it must not outlive.
final class LevelObject: CustomStringConvertible {
  let simulation: SimulationObject
  let level: Level

  init(_ simulation: SimulationObject, _ level: Level) {
    self.simulation = simulation
    self.level = level
  }

  var description: String { "level \"\(level.name)\": \(level.status)" }

  typealias Options = Named<Int, Double?>

  func move(
    _ stack: LuaStack, _ amount: Double, _ options: Options, as process: ProcessObject,
    isTaking: Bool
  ) throws -> LuaReturn {
    try process.requireRunning(stack, isTaking ? "p:take" : "p:give")
    guard amount <= level.capacity else {
      throw Problem(
        "level \"\(level.name)\" holds at most \(level.capacity), got \(amount)",
        fix: "that wait would never end")
    }
    let (priority, timeout) = options.values
    let isDone =
      isTaking
      ? level.take(process.id, amount, priority: priority, timeout: timeout)
      : level.give(process.id, amount, priority: priority, timeout: timeout)
    if isDone {
      true.luaPush(stack)
      return .values(1)
    }
    process.pending = .yes
    return .yield()
  }
}

extension LevelObject: LuaExported {
  static let luaName = "sim.Level"

  static var options: Argument<Options> {
    .named(
      .integer("priority", "a lower number is served first", default: 0),
      .optional(.number("timeout_seconds", "the longest wait", unit: .seconds, range: 0...)))
  }

  static let exported = Exported<LevelObject>(
    "An amount that processes fill and drain: fuel, budget, bytes of memory.",
    example: "sim.level{ capacity = 100, initial = 40 }.amount", keepsIdentity: true
  ) {
    property("name", "What messages and drawings call it.") { $0.level.name }
    property("amount", "What is there now.") { $0.level.amount }
    property("capacity", "The most that fits.") { $0.level.capacity }
    property("waiting_count", "How many processes wait to take.") { $0.level.waitingCount }
    property("giving_count", "How many processes wait to give.") { $0.level.givingCount }
    property("mean_amount", "What was there, on average over time.") {
      $0.level.history.mean(at: $0.simulation.simulator.now)
    }
    method(
      "take", "Waits in the running process until the amount is there, and takes it.", .state,
      .number("amount", "how much", range: 0...), options
    ) { level, state, amount, options in
      let process = try level.simulation.currentProcess(state.stack, "level:take")
      return try level.move(state.stack, amount, options, as: process, isTaking: true)
    }.returns("boolean?")
    method(
      "give", "Waits in the running process until the amount fits, and puts it in.", .state,
      .number("amount", "how much", range: 0...), options
    ) { level, state, amount, options in
      let process = try level.simulation.currentProcess(state.stack, "level:give")
      return try level.move(state.stack, amount, options, as: process, isTaking: false)
    }.returns("boolean?")
    method(
      "fill", "Adds what fits, from anywhere, and returns how much that was.",
      .number("amount", "how much", range: 0...)
    ) { $0.level.fill($1) }
  }
}
