import Base
import Devices
import Figures
public import LuaBridge

/// The `gpu` module: devices, what joins them and what bounds work on them.
public enum GPUModule: LuaDeclarations {
  /// What Lua sees.
  public static let module = LuaModule(
    "gpu", "GPUs as values: sheets, comparison, rooflines, nodes and collectives.",
    detail: "Each number says how it is known: d:facts() lists sources. Dense and sparse rates are "
      + "kept apart; rates are dense unless sparsity is asked for.",
    example: "gpu \"H100-SXM5-80GB\""
  ) {
    callable(
      "Finds a device by its name, or any usual spelling of it.",
      .string(
        "name", "as in \"H100-SXM5-80GB\", \"h100\" or \"NVIDIA A100-SXM4-80GB\"", words: names),
      .state
    ) { name, state in
      DeviceObject(try Device.named(name, among: DefinedDevices.all(in: state)))
    }
    .example("gpu \"H100\"")
    listing
    defining
    function(
      "limits", "What a multiprocessor and a block of a compute capability may hold.",
      .string("capability", "as in \"9.0\" or \"sm_90\"", words: capabilityNames)
    ) { LimitsValue(try ComputeLimits.of(ComputeCapability(parsing: $0))) }
    .example("gpu.limits \"9.0\"")
    function(
      "topology", "A node or rack by its name.",
      .string("name", "a name from gpu.topologies()", words: topologyNames)
    ) { try Topology.catalog[$0] }
    .example("gpu.topology \"dgx-h100\"")
    function("topologies", "The names of known nodes and racks.") { Topology.catalog.names }
      .example("gpu.topologies()")
    DeviceObject.exported
    MIGObject.exported
    MIGInstance.exported
    DeviceReport.exported
    LimitsValue.exported
    DeviceList.exported
    RooflineReport.exported
    RooflineReport.PointValue.exported
    Topology.exported
    CollectiveValue.exported
  }

  @Sendable private static func names() -> [String] { Device.catalog.names }

  @Sendable private static func capabilityNames() -> [String] {
    ComputeLimits.all.map(\.name)
  }

  @Sendable private static func topologyNames() -> [String] { Topology.catalog.names }

  @Sendable private static func generationNames() -> [String] {
    Generation.allCases.map(\.rawValue)
  }

  @Sendable private static func vendorNames() -> [String] { Vendor.allCases.map(\.rawValue) }

  @MemberBuilder private static var listing: [ExportedMember] {
    function(
      "list", "Devices that fit some wishes, as a table.", .state,
      .named(
        .optional(
          .string(
            "generation", "as in \"Hopper\"", words: generationNames)),
        .optional(
          .string("vendor", "as in \"NVIDIA\"", words: vendorNames)),
        .optional(
          .choice(
            "format", "only those that calculate in it",
            among: NumberFormat.allCases.map(\.rawValue))),
        .optional(.number("min_memory_bytes", "the least memory", unit: .bytes, range: 0...1e15)),
        .optional(.string("min_compute_capability", "as in \"8.0\"")),
        .optional(.boolean("has_links", "whether it has NVLink or the like")),
        .choice(
          "sort_by", "the greatest first", among: DeviceList.Order.allCases.map(\.rawValue),
          default: "catalogue"))
    ) { state, options in
      let (generation, vendor, format, memory, capability, links, order) = options.values
      let filter = DeviceList.Filter(
        generation: try generation.map { try known("generation", $0, Generation.allCases) },
        vendor: try vendor.map { try known("vendor", $0, Vendor.allCases) },
        format: format.flatMap(NumberFormat.init), leastMemory: memory.map { Int($0) },
        leastCapability: try capability.map { try ComputeCapability(parsing: $0) },
        hasLinks: links)
      return DeviceList(
        DefinedDevices.all(in: state), filter, DeviceList.Order(rawValue: order) ?? .catalogue)
    }
    .example("gpu.list{ format = \"fp8\", sort_by = \"bandwidth\" }")
    function(
      "compare", "Draws devices against the first of them, with a table of the numbers.", .state,
      .value("devices", "names or devices", of: [DeviceArgument].self),
      .named(
        .choice(
          "format", "the format of the matrix products",
          among: NumberFormat.allCases.map(\.rawValue), default: "bf16"))
    ) { state, devices, options in
      guard devices.count >= 2 else {
        throw Problem("gpu.compare has \(devices.count) devices", fix: "name two or more")
      }
      let found = try devices.map { try $0.device(in: state) }
      return DeviceFigures.comparison(
        found, format: NumberFormat(rawValue: options.values) ?? .bf16)
    }
    .example("gpu.compare{ \"A100\", \"H100\", \"B200\" }")
  }

  /// A word of an enumeration, whatever its case.
  private static func known<Word: RawRepresentable<String>>(
    _ noun: String, _ name: String, _ words: [Word]
  ) throws(Problem) -> String {
    let names = words.map(\.rawValue)
    guard let found = names.first(where: { $0.lowercased() == name.lowercased() }) else {
      throw .unknown(noun, name, among: names)
    }
    return found
  }

  private static var defining: ExportedMember {
    function(
      "define", "Adds a device to this session, checked and completed.", .state,
      .named(
        .string("name", "what it is called"),
        .optional(
          .value(
            "like", "the device whose numbers hold where none is said", of: DeviceArgument.self)),
        .optional(.string("compute_capability", "as in \"9.0\"")),
        .optional(.integer("multiprocessors", range: 1...1024)),
        .optional(.number("boost_hertz", "the boost clock", unit: .hertz)),
        .optional(.number("tensor_hertz", "the tensor cores' clock", unit: .hertz)),
        .optional(.number("memory_bytes", "its memory", unit: .bytes, range: 1...1e15)),
        .optional(.string("memory_kind", "as in \"HBM3\"")),
        .optional(.number("memory_bytes_per_second", unit: .bytesPerSecond)),
        .optional(.number("l2_bytes", unit: .bytes, range: 1...1e12)),
        .optional(.number("l2_bytes_per_second", unit: .bytesPerSecond)),
        .optional(.number("link_bytes_per_second", "all links, one way", unit: .bytesPerSecond)),
        .optional(.number("watts", unit: .watts)),
        .optional(.integer("year", range: 1999...2100)),
        .optional(.number("price_usd", unit: .dollars, range: 0...)),
        .optional(.number("price_usd_per_hour", unit: .dollarsPerHour, range: 0...)),
        .optional(
          .value(
            "peaks", "dense rates by kind, as in { bf16_tensor = 1e15 }", of: [String: Double].self,
            unit: .flopsPerSecond)),
        .optional(.string("source", "where the numbers come from")))
    ) { state, options in
      let device = try definition(options.values, state).make()
      DefinedDevices.of(state).add(device)
      return DeviceObject(device)
    }
    .detail(
      "Where a device is `like` another one, rates follow multiprocessors and clock. Rates that "
        + "cores and clock cannot give are refused: they are dense ones."
    )
    .example(
      "gpu.define{ name = \"H100-144GB\", like = \"H100\", memory_bytes = 144 * 2 ^ 30,"
        + " memory_bytes_per_second = 4.9e12 }")
  }

  private typealias Said = (
    String, DeviceArgument?, String?, Int?, Double?, Double?, Double?, String?, Double?, Double?,
    Double?, Double?, Double?, Int?, Double?, Double?, [String: Double]?, String?
  )

  private static func definition(
    _ said: Said, _ state: LuaState
  ) throws(Problem) -> DeviceDefinition {
    var definition = DeviceDefinition(name: said.0)
    if let like = said.1 { definition.like = try like.device(in: state) }
    if let text = said.2 { definition.capability = try ComputeCapability(parsing: text) }
    definition.multiprocessors = said.3
    definition.boostHertz = said.4
    definition.tensorHertz = said.5
    definition.memory = said.6.map { Bytes(Int($0)) }
    definition.memoryKind = said.7
    definition.memoryBytesPerSecond = said.8
    definition.l2 = said.9.map { Bytes(Int($0)) }
    definition.l2BytesPerSecond = said.10
    definition.portBytesPerSecond = said.11
    definition.watts = said.12
    definition.year = said.13
    definition.priceToBuy = said.14
    definition.pricePerHour = said.15
    for (name, rate) in said.16 ?? [:] {
      guard let kind = Arithmetic(rawValue: name) else {
        throw .unknown("arithmetic", name, among: Arithmetic.allCases.map(\.rawValue))
      }
      definition.peaks[kind] = rate
    }
    definition.source = said.17
    return definition
  }
}
