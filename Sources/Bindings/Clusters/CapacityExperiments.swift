import Base
import Clusters
import Devices
import LuaBridge

/// Experiments as Lua describes them, and what is the same for all studies.
struct StudyExperiments {
  let state: LuaState
  /// What replicas cost, where Lua says so.
  let price: ReplicaPrice?
  private let faults = KeptFault()

  init(_ options: OptionTable, in state: LuaState) throws(Problem) {
    self.state = state
    price = try PriceArgument.price(options, in: state)
  }

  /// A run of a service; policies in Lua that can be copied begin anew.
  func experiment(_ service: ServiceObject, _ trace: Trace) throws(Problem) -> Experiment {
    try faults.keep {
      Experiment(
        try service.freshOptions(in: state), trace: trace,
        price: price ?? ReplicaPrice(of: service.cost.model))
    }
  }

  /// The same, where what is run is made first.
  func make(_ body: () throws -> (ServiceObject, Trace)) throws(Problem) -> Experiment {
    let (service, trace) = try faults.keep(body)
    return try experiment(service, trace)
  }

  /// As many threads as are wanted; none but this one where a policy is written in Lua.
  static func threads(_ options: OptionTable, isNative: Bool) -> Int {
    isNative ? options["threads"].integer ?? ParallelRuns.processorCount : 0
  }

  /// Runs a study; an error of Lua's comes out as it was thrown.
  func run<Outcome>(_ body: () throws(Problem) -> Outcome) throws -> Outcome {
    do throws(Problem) {
      let outcome = try body()
      if let fault = PolicyFaults.of(state).take() { throw faults.wrapped(fault) }
      return outcome
    } catch {
      if let fault = PolicyFaults.of(state).take() ?? faults.fault { throw fault }
      throw error
    }
  }

  /// Options that all studies take.
  static let parameters: [Parameter] =
    PriceArgument.parameters + [
      Parameter(
        name: "threads", kind: .integer, isOptional: true, range: 1...1024,
        summary: "runs at once, one per core by itself; one where a policy is written in Lua"),
      Parameter(
        name: "progress", kind: .boolean, isOptional: true,
        summary: "whether a bar is shown; in a terminal by itself"),
    ]
}

/// Keeps an error that is no problem while it passes through code that throws problems only.
private final class KeptFault {
  var fault: (any Error)?

  func keep<Value>(_ body: () throws -> Value) throws(Problem) -> Value {
    do { return try body() } catch { throw wrapped(error) }
  }

  func wrapped(_ error: any Error) -> Problem {
    if let problem = error as? Problem { return problem }
    fault = error
    return Problem("\(error)")
  }
}

/// Which metrics are meant, as Lua names them.
enum MetricsArgument {
  /// The names of a list, which there must be.
  static func names(_ table: LuaTable, _ call: String) throws -> [String] {
    try table.pairs.sorted { ($0.key.integer ?? 0) < ($1.key.integer ?? 0) }.map { key, value in
      guard key.integer != nil, let name = value.text else {
        throw Problem(
          "\(call): metrics holds \(LuaPolicy.shown(value))",
          fix: "give a list of names: { \"ttft_p99_seconds\" }; cluster.metrics() shows all")
      }
      _ = try Metric.catalog[name]
      return name
    }
  }
}

/// What GPUs cost, as Lua says it.
enum PriceArgument {
  static let parameters: [Parameter] = [
    Parameter(
      name: "gpus", kind: .integer, isOptional: true, range: 1...100_000,
      summary: "GPUs of a replica; those of the cost model, or 1, by itself"),
    Parameter(
      name: "device", kind: .any, isOptional: true,
      summary: "the GPU, whose price and power are taken: a name or a device"),
    Parameter(
      name: "gpu_usd_per_hour", kind: .number, unit: .dollarsPerHour, isOptional: true,
      range: 0...1e6, summary: "what a GPU costs, in place of the device's price"),
    Parameter(
      name: "gpu_watts", kind: .number, unit: .watts, isOptional: true, range: 0...1e6,
      summary: "what a GPU may draw, in place of the device's"),
  ]

  /// Nothing where no option says anything.
  static func price(_ options: OptionTable, in state: LuaState) throws(Problem) -> ReplicaPrice? {
    var price = ReplicaPrice()
    var isGiven = false
    switch options["device"] {
    case .nil: break
    case let value:
      let device = try device(value, in: state)
      price.dollarsPerHour = device.price.perHour?.value ?? 0
      price.watts = device.watts.value
      isGiven = true
    }
    if let gpus = options["gpus"].integer { (price.gpus, isGiven) = (gpus, true) }
    if let dollars = options["gpu_usd_per_hour"].number {
      (price.dollarsPerHour, isGiven) = (dollars, true)
    }
    if let watts = options["gpu_watts"].number { (price.watts, isGiven) = (watts, true) }
    return isGiven ? price : nil
  }

  private static func device(_ value: LuaValue, in state: LuaState) throws(Problem) -> Device {
    if let name = value.text { return try Device.named(name, among: DefinedDevices.all(in: state)) }
    if case .userdata(let object) = value {
      if let device = object.object(DeviceObject.self) { return device.device }
      if let instance = object.object(MIGInstance.self) { return try instance.device() }
    }
    throw Problem(
      "device, whose price and power are taken: a name or a gpu.Device expected, got "
        + LuaPolicy.shown(value), fix: "give device = \"H100\", or gpu_usd_per_hour and gpu_watts")
  }
}

/// Tables of results as Lua sees them.
enum StudyTables {
  /// The rows of a table, from 1; numbers that are not known are left out.
  static func rows(_ table: ResultTable) -> [[(String, LuaValue)]] {
    (0..<table.count).map { row in
      table.columns.map { column in
        switch column.values {
        case .numbers(let values): (column.name, values[row].isNaN ? .nil : .number(values[row]))
        case .integers(let values): (column.name, .integer(values[row]))
        case .texts(let values): (column.name, values[row].isEmpty ? .nil : .text(values[row]))
        }
      }
    }
  }

  /// A table that shows itself, of some columns or of all.
  static func shown(
    _ table: ResultTable, columns: [String]? = nil, title: String, subtitle: String = "",
    standsUpright: Bool = false, in state: LuaState
  ) -> ClusterTable {
    ClusterTable(
      rows(table), columns: (columns ?? table.names).map(column), title: title,
      subtitle: subtitle, standsUpright: standsUpright, in: state)
  }

  /// Columns that stand beside many others.
  private static let shortHeadings: [String: ClusterTable.Column] = [
    "start_seconds": .init("start_seconds", shown: "from s"),
    "arrivals": .init("arrivals", shown: "came", decimals: 0),
    "finished": .init("finished", shown: "ended", decimals: 0),
    "running": .init("running", shown: "run", decimals: 1),
    "waiting": .init("waiting", shown: "wait", decimals: 1),
    "kv_occupancy_ratio": .init("kv_occupancy_ratio", shown: "KV %", scale: 100, decimals: 1),
    "output_tokens_per_second": .init("output_tokens_per_second", shown: "tok/s", decimals: 0),
    "utilisation_ratio": .init("utilisation_ratio", shown: "busy %", scale: 100, decimals: 1),
    "million_tokens_usd": .init("million_tokens_usd", shown: "$/M tok", decimals: 3),
  ]

  /// A column under a short heading: seconds per token in milliseconds, shares in per cent.
  static func column(_ name: String) -> ClusterTable.Column {
    if let heading = shortHeadings[name] { return heading }
    func heading(_ ending: String, _ unit: String) -> String {
      let words = name.dropLast(ending.count).split(separator: "_").map { word in
        ["ttft", "tpot", "itl", "e2e", "slo", "kv"].contains(word)
          ? word.uppercased() : String(word)
      }
      return words.joined(separator: " ") + " " + unit
    }
    let endings: [(String, String, Double, Int?)] = [
      ("_tokens_per_second", "tokens/s", 1, 0), ("_requests_per_second", "requests/s", 1, 2),
      ("_usd", "$", 1, 3), ("_ratio", "%", 100, 1), ("_joules", "J", 1, 0),
    ]
    if name == "requests_per_second" { return .init(name, shown: "requests/s", decimals: 2) }
    for (ending, unit, scale, decimals) in endings where name.hasSuffix(ending) {
      return .init(name, shown: heading(ending, unit), scale: scale, decimals: decimals)
    }
    if name.hasSuffix("_seconds") {
      let isSmall = ["ttft", "tpot", "itl", "queueing"].contains { name.hasPrefix($0) }
      return isSmall
        ? .init(name, shown: heading("_seconds", "ms"), scale: 1e3, decimals: 1)
        : .init(name, shown: heading("_seconds", "s"), decimals: 2)
    }
    return .init(name)
  }
}
