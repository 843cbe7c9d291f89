import Base
import Devices
public import LuaBridge
import Sharing

/// `sharing`: tenants on one GPU, in virtual time.
public enum SharingModule: LuaDeclarations {
  /// The module.
  public static let module = LuaModule(
    "sharing", "Several tenants on one GPU: policies over virtual time.",
    detail: """
      A tenant is a table: `kernel = { seconds = 0.001, multiprocessor_share = 0.5 }` (what a launch \
      takes alone) or `kernel = { blocks = 864, block_seconds = 0.0005, blocks_per_multiprocessor = 2, \
      bytes_per_block = 1e6 }` or the report of a launch from `cuda.compile`, several as `kernels`; `requests_per_second` for random arrivals, else \
      `pause_seconds` after each request; `gap_seconds` of host time before each kernel; \
      `memory_bytes`; `count` for several alike. Or `workload`: a function run as a coroutine that \
      yields kernels and `{ wait_seconds = ... }`, `{ allocate_bytes = ... }`, `{ free_bytes = ... }`, \
      `{ fault = "context" }`; a yield answers the latency (or whether memory was given) and the time.

      Policies:

      """ + PolicyTables.list,
    example: #"return sharing.run { device = "A30", policy = "mps","#
      + #" tenants = { { count = 2, kernel = { seconds = 0.001 } } } }"#
  ) {
    function(
      "run", "Runs tenants that share a device and tells what came of each.", .state, runOptions
    ) { state, options in try run(options, state) }
    .example(
      #"return sharing.run { device = "A30", tenants = { { count = 3, kernel = { seconds = 0.001 } } } }"#
    )
    function(
      "compare", "Holds policies beside each other on equal tenants.", .state, compareOptions
    ) { state, options in try compare(options, state) }
    .example(
      #"return sharing.compare { device = "A30", tenants = { 2, 4 },"#
        + #" tenant = { kernel = { seconds = 0.001 } }, seconds = 0.05 }"#)
    function(
      "policy", "Makes a policy from its name and options.",
      .choice("name", "which", among: SharingFamily.catalog.names),
      .optional(.table("options", "by name, as help(sharing.policies) lists them"))
    ) { name, options in
      PolicyObject(try SharingFamily.catalog[name].make(PolicyTables.options(options)))
    }
    .example(#"return sharing.policy("vgpu", { scheduler = "fixed-share", places = 8 })"#)
    .detail(PolicyTables.list)
    function("policies", "The policies: name, summary, detail, source and parameters.", .state) {
      PolicyTables.tables(in: $0)
    }
    .returns(
      "{name: string, summary: string, detail: string, source: string, parameters: table[]}[]"
    )
    .example("return sharing.policies()[2].name")
    SharingResult.exported
    TenantReport.exported
    PolicyObject.exported
  }

  private typealias RunOptions = Named<
    DeviceArgument, PolicyArgument?, LuaTable, Double, Double, Int
  >

  private static var runOptions: Argument<RunOptions> {
    .named(
      .value(
        "device", "what is shared: a device, a slice of one, or a name", of: DeviceArgument.self),
      .optional(
        .value(
          "policy",
          "a name, a policy, or a function that is told `{ now_seconds, runnable, useful, "
            + "busy_seconds, multiprocessors }` and answers a tenant's number or each tenant's SMs, "
            + "and for how many seconds that stands; time-slicing where left out",
          of: PolicyArgument.self)),
      .table("tenants", "a list of tables"),
      .number("seconds", "virtual time", unit: .seconds, default: 1, range: 1e-6...1e6),
      warmUp,
      .integer("seed", "what random arrivals derive from", default: 0))
  }

  private static var warmUp: Argument<Double> {
    .number(
      "warm_up_seconds", "requests that begin before it are not counted", unit: .seconds,
      default: 0, range: 0...)
  }

  private static func run(_ options: RunOptions, _ state: LuaState) throws -> SharingResult {
    let (device, policy, tenants, seconds, warmUp, seed) = options.values
    let found = try device.device(in: state)
    let gpu = SharedGPU(
      found, policy: try (policy ?? .name("time-slicing")).policy(in: state),
      tenants: try TenantTables.tenants(tenants, on: found, in: state))
    return try gpu.run(
      seconds: seconds, warmUp: warmUp, seed: UInt64(bitPattern: Int64(seed)),
      shouldStop: { state.isStopRequested })
  }

  private typealias CompareOptions = Named<
    DeviceArgument, [PolicyArgument]?, [Int]?, LuaTable, Double, Double, Int
  >

  private static var compareOptions: Argument<CompareOptions> {
    .named(
      .value("device", "what is shared", of: DeviceArgument.self),
      .optional(
        .value("policies", "names or policies; all where left out", of: [PolicyArgument].self)),
      .optional(
        .value("tenants", "numbers of tenants; 2, 4, 8 and 16 where left out", of: [Int].self)),
      .table("tenant", "what each tenant does, as in `run`"),
      .number("seconds", "virtual time of each run", unit: .seconds, default: 1, range: 1e-3...1e5),
      warmUp,
      .integer("seed", "what random arrivals derive from", default: 0))
  }

  private static func compare(_ options: CompareOptions, _ state: LuaState) throws -> DeviceReport {
    let (argument, policies, counts, table, seconds, warmUp, seed) = options.values
    let device = try argument.device(in: state)
    let chosen = policies ?? SharingFamily.catalog.names.map { .name($0) }
    let fields = try FieldTable(table, "tenant", TenantTables.tenantFields)
    let numbers = counts ?? [2, 4, 8, 16]
    guard let most = numbers.max(), numbers.allSatisfy({ 1...256 ~= $0 }) else {
      throw Problem("compare takes numbers of tenants from 1 to 256")
    }
    let tenants = try (1...most).map {
      try TenantTables.tenant(fields, "tenant \($0)", on: device, in: state)
    }
    let comparison = try SharingComparison(
      device, policies: try chosen.map { try $0.policy(in: state) }, counts: numbers,
      seconds: seconds, warmUp: warmUp, seed: UInt64(bitPattern: Int64(seed)),
      tenant: { tenants[$0] },
      shouldStop: { state.isStopRequested })
    return DeviceReport(
      state.makeTable(comparison.rows.map { .table(row($0, state)) }),
      shown: SharingFigures.comparison(comparison), width: 118)
  }

  private static func row(_ row: SharingComparison.Row, _ state: LuaState) -> LuaTable {
    func number(_ value: Double?) -> LuaValue { value.map { .number($0) } ?? .nil }
    return state.makeTable(fields: [
      "policy": .text(row.policy), "tenants": .integer(row.tenants), "gpus": .integer(row.gpus),
      "latency_ratio": number(row.latencyRatio), "p99_ratio": number(row.tailRatio),
      "jitter_seconds": number(row.jitter), "work_ratio": .number(row.workRatio),
      "utilization": .number(row.utilization),
      "multiprocessor_utilization": .number(row.multiprocessorUtilization),
      "switch_share": .number(row.switchShare), "fairness": .number(row.fairness),
      "interference": number(row.interference), "memory_harm": .integer(row.memoryHarm),
      "context_harm": .integer(row.contextHarm), "device_harm": .integer(row.deviceHarm),
    ])
  }
}
