import Base
import Devices
import Figures
public import LuaBridge

extension DeviceObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "gpu.Device"

  /// What Lua sees of a device.
  public static let exported = Exported<DeviceObject>(
    "A GPU, or a slice of one: what it calculates, remembers and moves.",
    example: "gpu \"H100-SXM5-80GB\""
  ) {
    identity
    calculating
    remembering
    reaching
    method(
      "peak", "The rate of a matrix product in a format; nil where the device lacks it.",
      formatArgument,
      .named(
        .boolean("tensor_cores", "whether tensor cores may be used", default: true),
        .boolean("sparse", "whether 2:4 sparsity is counted", default: false))
    ) { object, format, options in
      let (tensor, sparse) = options.values
      let found = object.device.peak(
        NumberFormat(rawValue: format) ?? .fp32, tensorCores: tensor, sparse: sparse)
      return found?.rate.value
    }
    .unit(.flopsPerSecond).example("gpu(\"RTX-4090\"):peak(\"fp16\")")
    .detail(
      "Of the kinds of arithmetic in that format the one with FP32 accumulation is taken: a "
        + "GeForce board halves its rate for it.")
    method("facts", "Every number with its unit, how it is known and its source.", .state) {
      DeviceFacts.list($0.device, $1)
    }
    .returns("{name: string, value: number, origin: string, source: string}[]")
    .example("gpu(\"T4\"):facts()")
    method("figure", "A picture of its multiprocessors, memory and links.") {
      DeviceFigures.portrait($0.device)
    }
    .example("gpu(\"T4\"):figure()")
    rooflineMethod
    property("mig", "How it is cut into isolated slices; an error where it cannot be.") {
      try $0.mig()
    }
    method("__mime", "What a notebook shows of it: a picture.", .state) { object, state in
      var figure = DeviceFigures.portrait(object.device)
      if let cut = object.cut, !cut.partition.instances.isEmpty {
        figure = .column([figure, cut.figure()])
      }
      return ["text/plain": object.description, "image/svg+xml": figure.svg()]
    }
  }

  static var formatArgument: Argument<String> {
    .choice("format", "the numbers' format", among: NumberFormat.allCases.map(\.rawValue))
  }

  @MemberBuilder private static var identity: [ExportedMember] {
    property("name", "Its name.") { $0.device.name }
    property("summary", "What it is, in a few words.") { $0.device.info.summary }
    property("source", "Where its numbers come from.") { $0.device.info.source }
    property("aliases", "Other spellings that find it.") { $0.device.aliases }
    property("vendor", "Who makes it.") { $0.device.vendor.rawValue }
    property("chip", "The chip, as in \"GA100\".") { $0.device.chip }
    property("generation", "The family of chips, as in \"Hopper\".") {
      $0.device.generation.rawValue
    }
    property("year", "The year of its launch.") { $0.device.year }
    property("process", "The process it is made in.") { $0.device.process }
    property("transistors", "Transistors on the chip; nil where no sheet says.") {
      $0.device.transistors?.value
    }
    property("notes", "What is worth knowing beside the numbers.") { $0.device.notes }
    property("price_usd", "What one costs; nil where no price is published.", unit: .dollars) {
      $0.device.price.toBuy?.value
    }
    property(
      "price_usd_per_hour", "What an hour costs in a cloud; nil where none is published.",
      unit: .dollarsPerHour
    ) { $0.device.price.perHour?.value }
    property("parent", "The device that it is a slice of; nil for a whole one.") {
      $0.device.sliceOrigin?.parent
    }
  }

  @MemberBuilder private static var calculating: [ExportedMember] {
    property("compute_capability", "The compute capability, as in \"9.0\"; nil for others.") {
      $0.device.limits.capability?.description
    }
    property("limits", "What a multiprocessor and a block may hold.") {
      LimitsValue($0.device.limits)
    }
    property("multiprocessors", "Streaming multiprocessors.") { $0.device.multiprocessors.value }
    property("fp32_lanes", "Lanes that calculate in FP32, \"CUDA cores\".") {
      $0.device.fp32Lanes
    }
    property("tensor_cores", "Tensor cores.") { $0.device.tensorCores }
    property("base_hertz", "The base clock; nil where no sheet says.", unit: .hertz) {
      $0.device.clocks.base?.value
    }
    property("boost_hertz", "The clock that FP32 peaks are quoted at.", unit: .hertz) {
      $0.device.clocks.boost.value
    }
    property("tensor_hertz", "The clock that tensor peaks are quoted at.", unit: .hertz) {
      $0.device.clocks.tensor.value
    }
    property(
      "peaks", "Dense rates by kind of arithmetic, as in peaks.bf16_tensor.",
      unit: .flopsPerSecond
    ) { DeviceFacts.rates($0.device.peaks.dense) }
    property(
      "sparse_peaks", "Rates with 2:4 sparsity, where half of the products are skipped.",
      unit: .flopsPerSecond
    ) { DeviceFacts.rates($0.device.peaks.sparse) }
    property("watts", "The power it may draw.", unit: .watts) { $0.device.watts.value }
  }

  @MemberBuilder private static var remembering: [ExportedMember] {
    property("memory_kind", "The kind of memory chips, as in \"HBM3\".") {
      $0.device.memory.kind
    }
    property("memory_bytes", "The size of device memory.", unit: .bytes) {
      $0.device.memory.size.value.count
    }
    property(
      "memory_bytes_per_second", "What device memory moves at most.", unit: .bytesPerSecond
    ) { $0.device.memory.bytesPerSecond.value }
    property("streamed_share", "The share of that which long streams reach.", unit: .ratio) {
      $0.device.memory.streamedShare.value
    }
    property("l2_bytes", "The size of the second-level cache.", unit: .bytes) {
      $0.device.memory.l2Size.value.count
    }
    property("l2_bytes_per_second", "What that cache gives to all SMs.", unit: .bytesPerSecond) {
      $0.device.memory.l2BytesPerSecond.value
    }
    property(
      "l1_bytes_per_second", "What the first-level caches give together.", unit: .bytesPerSecond
    ) { $0.device.l1BytesPerSecond }
    property(
      "latency_cycles", "Cycles of a lone load from shared, l1, l2 and dram."
    ) { object in
      let latencies = object.device.latencies
      return [
        "shared": latencies.shared.value, "l1": latencies.l1.value, "l2": latencies.l2.value,
        "dram": latencies.dram.value,
      ]
    }
  }

  @MemberBuilder private static var reaching: [ExportedMember] {
    property("link_kind", "The kind of ports to other devices; nil without.") {
      $0.device.ports?.kind
    }
    property("link_count", "How many such ports there are.") { $0.device.ports?.count ?? 0 }
    property(
      "link_bytes_per_second", "What all of them move in one direction.", unit: .bytesPerSecond
    ) { $0.device.ports?.bytesPerSecond ?? 0 }
    property(
      "host_bytes_per_second", "What the slot moves in one direction; nil without one.",
      unit: .bytesPerSecond
    ) { $0.device.slot?.bytesPerSecond }
  }
}

/// A device's numbers as lists and tables.
enum DeviceFacts {
  static func rates(_ rates: [Arithmetic: Fact<Double>]) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: rates.map { ($0.key.rawValue, $0.value.value) })
  }

  /// A row for each fact.
  static func list(_ device: Device, _ state: LuaState) -> [LuaTable] {
    all(device).map { name, fact in
      state.makeTable(fields: [
        "name": .text(name), "value": .number(fact.value), "origin": .text(fact.origin.rawValue),
        "source": .text(fact.source),
      ])
    }
  }

  private static func all(_ device: Device) -> [(String, Fact<Double>)] {
    let memory = device.memory
    func number(_ fact: Fact<Bytes>) -> Fact<Double> {
      Fact(Double(fact.value.count), fact.origin, fact.source)
    }
    let sms = device.multiprocessors
    var facts: [(String, Fact<Double>)] = [
      ("multiprocessors", Fact(Double(sms.value), sms.origin, sms.source)),
      ("boost_hertz", device.clocks.boost), ("tensor_hertz", device.clocks.tensor),
      ("memory_bytes", number(memory.size)), ("memory_bytes_per_second", memory.bytesPerSecond),
      ("streamed_share", memory.streamedShare), ("l2_bytes", number(memory.l2Size)),
      ("l2_bytes_per_second", memory.l2BytesPerSecond), ("watts", device.watts),
      ("latency_cycles.shared", device.latencies.shared),
      ("latency_cycles.l1", device.latencies.l1), ("latency_cycles.l2", device.latencies.l2),
      ("latency_cycles.dram", device.latencies.dram),
    ]
    if let base = device.clocks.base { facts.append(("base_hertz", base)) }
    if let ports = device.ports {
      facts.append(("link_bytes_per_second of one", ports.bytesPerSecondEach))
    }
    if let price = device.price.toBuy { facts.append(("price_usd", price)) }
    if let price = device.price.perHour { facts.append(("price_usd_per_hour", price)) }
    for kind in device.peaks.kinds {
      if let rate = device.peaks.dense[kind] { facts.append(("peaks.\(kind.rawValue)", rate)) }
      if let rate = device.peaks.sparse[kind] {
        facts.append(("sparse_peaks.\(kind.rawValue)", rate))
      }
    }
    return facts
  }
}
