import Base
import Devices
import LuaBridge
import Sharing

/// Reads tenants and kernels from tables.
enum TenantTables {
  /// The fields of a kernel.
  static let kernelFields = [
    "blocks", "block_seconds", "blocks_per_multiprocessor", "bytes_per_block", "seconds",
    "multiprocessor_share", "bandwidth_share", "waves",
  ]

  /// The fields of a tenant.
  static let tenantFields = [
    "name", "count", "kernel", "kernels", "workload", "pause_seconds", "requests_per_second",
    "gap_seconds", "memory_bytes", "requests", "memory_limit_bytes", "thread_percentage",
    "cores_percent", "bypasses_hook",
  ]

  /// A kernel from its grid (`blocks`, `block_seconds`) or from what it takes alone (`seconds`).
  static func kernel(_ table: LuaTable, on device: Device, extra: [String] = []) throws(Problem)
    -> KernelDemand
  {
    let options = try FieldTable(table, "kernel", kernelFields + extra)
    if let blocks = try options.integer("blocks", 1...2_147_483_647) {
      guard let time = try options.number("block_seconds", 1e-9...1e6) else {
        throw Problem("a kernel with blocks needs block_seconds")
      }
      return KernelDemand(
        blocks: blocks, blockSeconds: time,
        blocksPerMultiprocessor: try options.integer("blocks_per_multiprocessor", 1...64) ?? 1,
        bytesPerBlock: try options.number("bytes_per_block", 0...1e15) ?? 0)
    }
    guard let seconds = try options.number("seconds", 1e-9...1e6) else {
      throw Problem(
        "a kernel has blocks and block_seconds, or seconds",
        fix: "write { seconds = 0.001, multiprocessor_share = 0.5 }")
    }
    return KernelDemand(
      seconds: seconds, on: device,
      multiprocessorShare: try options.number("multiprocessor_share", 1e-6...1) ?? 1,
      bandwidthShare: try options.number("bandwidth_share", 0...1) ?? 0,
      waves: try options.integer("waves", 1...1_000_000) ?? 4,
      blocksPerMultiprocessor: try options.integer("blocks_per_multiprocessor", 1...64) ?? 2)
  }

  /// The tenants of a list of tables; one with `count` stands for several.
  static func tenants(_ list: LuaTable, on device: Device, in state: LuaState) throws(Problem)
    -> [Tenant]
  {
    var tenants: [Tenant] = []
    for element in list.elements {
      guard let table = element.table else {
        throw Problem("tenants is a list of tables", fix: "write tenants = { { kernel = ... } }")
      }
      let options = try FieldTable(table, "tenant", tenantFields)
      let count = try options.integer("count", 1...4096) ?? 1
      for number in 1...count {
        let own = try options.text("name")
        let name =
          (own ?? "tenant")
          + (own != nil && count == 1 ? "" : " \(own == nil ? tenants.count + 1 : number)")
        tenants.append(try tenant(options, name, on: device, in: state))
      }
    }
    guard !tenants.isEmpty, tenants.count <= 4096 else {
      throw Problem("a run takes from 1 to 4096 tenants, not \(tenants.count)")
    }
    return tenants
  }

  /// One tenant of a name.
  static func tenant(
    _ options: FieldTable, _ name: String, on device: Device, in state: LuaState
  ) throws(Problem) -> Tenant {
    var tenant = try program(options, name, on: device, in: state)
    tenant.memoryLimit = try options.integer("memory_limit_bytes")
    tenant.threadPercentage = try options.number("thread_percentage", 1...100)
    tenant.cores = try options.number("cores_percent", 1...100)
    tenant.bypassesHook = try options.flag("bypasses_hook")
    return tenant
  }

  private static func program(
    _ options: FieldTable, _ name: String, on device: Device, in state: LuaState
  ) throws(Problem) -> Tenant {
    let code = options.table["workload"]
    if let function = code.function {
      return Tenant(name) { _ in LuaWorkload(state.makeThread(function), device) }
    }
    if case .thread(let thread) = code {
      return Tenant(name) { _ in LuaWorkload(thread, device) }
    }
    if code != .nil { throw options.bad("workload", "function or coroutine", code) }
    let kernels = try kernels(options, on: device)
    let arrivals: RequestWorkload.Arrivals =
      if let rate = try options.number("requests_per_second", 1e-6...1e9) {
        .poisson(rate: rate)
      } else {
        .afterTheLast(pause: try options.number("pause_seconds", 0...1e6) ?? 0)
      }
    let gap = try options.number("gap_seconds", 0...1e6) ?? 0
    let memory = try options.integer("memory_bytes") ?? 0
    let limit = try options.integer("requests", 1...Int(1e15)) ?? .max
    return Tenant(name) {
      RequestWorkload(
        kernels: kernels, arrivals: arrivals, gap: gap, memory: memory, limit: limit, random: $0)
    }
  }

  private static func kernels(_ options: FieldTable, on device: Device) throws(Problem)
    -> [KernelDemand]
  {
    if options.table["kernel"] != .nil { return [try kernel("kernel", of: options, on: device)] }
    guard let list = options.table["kernels"].table, list.count > 0 else {
      throw Problem(
        "a tenant has a kernel, kernels or a workload",
        fix: "write { kernel = { seconds = 0.001 } }")
    }
    let many = FieldTable(unnamed: list, "kernels")
    var kernels: [KernelDemand] = []
    for number in 1...list.count {
      kernels.append(try kernel(.integer(number), of: many, on: device))
    }
    return kernels
  }

  /// A kernel under a key: a table, or the report of a launch.
  static func kernel(_ key: LuaValue, of options: FieldTable, on device: Device) throws(Problem)
    -> KernelDemand
  {
    if let report = options.table.read(key, as: CudaReport.self) {
      return try report.demand(on: device)
    }
    guard let table = options.table[key].table else {
      throw options.bad("a kernel", "table or cuda.Report", options.table[key])
    }
    return try kernel(table, on: device)
  }
}

/// A tenant's program as a Lua coroutine: it yields what it does and gets what came of it.
struct LuaWorkload: Workload {
  private static let actions = ["wait_seconds", "allocate_bytes", "free_bytes", "fault"]
  private let thread: LuaThread
  private let device: Device
  private var last = Last.nothing

  /// What the program waits to hear of.
  private enum Last { case nothing, launch, memory }

  init(_ thread: LuaThread, _ device: Device) {
    self.thread = thread
    self.device = device
  }

  mutating func next(_ moment: TenantMoment) throws -> TenantAction {
    let answer: LuaValue =
      switch last {
      case .nothing: .nil
      case .launch: moment.latency.map { .number($0) } ?? .nil
      case .memory: .boolean(!moment.wasRefused)
      }
    last = .nothing
    guard thread.status == .suspended else { return .end }
    guard case .yielded(let values) = try thread.resume([answer, .number(moment.now)]) else {
      return .end
    }
    guard let table = values.first?.table else {
      throw Problem(
        "a workload yields tables: kernels, or { wait_seconds = 0.01 }",
        fix: "call coroutine.yield{ seconds = 0.001 }")
    }
    return try action(table)
  }

  private mutating func action(_ table: LuaTable) throws(Problem) -> TenantAction {
    let options = try FieldTable(
      table, "what a workload yields",
      TenantTables.kernelFields + Self.actions + ["ends_request", "kernel"])
    if let seconds = try options.number("wait_seconds", 0...1e9) { return .wait(seconds) }
    if let bytes = try options.integer("allocate_bytes") {
      last = .memory
      return .allocate(bytes)
    }
    if let bytes = try options.integer("free_bytes") { return .free(bytes) }
    if let word = try options.text("fault") {
      guard let kind = FaultKind(rawValue: word) else {
        throw .unknown("fault", word, among: FaultKind.allCases.map(\.rawValue))
      }
      return .fault(kind)
    }
    last = .launch
    let goesOn = table["ends_request"] == .boolean(false)
    let kernel =
      table["kernel"] == .nil
      ? try TenantTables.kernel(table, on: device, extra: ["ends_request"])
      : try TenantTables.kernel("kernel", of: options, on: device)
    return .launch(kernel, endsRequest: !goesOn)
  }
}
