public import Base

/// A device that someone makes up: what is said of it, checked and completed.
///
/// What is not said comes from another device that it is like, with rates scaled to its
/// multiprocessors and clock, or from the limits of its compute capability.
public struct DeviceDefinition: Sendable {
  /// Its name.
  public var name: String
  /// The device whose numbers hold where nothing is said; nil: everything needed must be said.
  public var like: Device?
  /// The compute capability.
  public var capability: ComputeCapability?
  /// Streaming multiprocessors.
  public var multiprocessors: Int?
  /// The boost clock.
  public var boostHertz: Double?
  /// The clock of the tensor cores under load.
  public var tensorHertz: Double?
  /// The size of device memory.
  public var memory: Bytes?
  /// The kind of memory chips.
  public var memoryKind: String?
  /// What device memory moves.
  public var memoryBytesPerSecond: Double?
  /// The size of the second-level cache.
  public var l2: Bytes?
  /// What the second-level cache gives.
  public var l2BytesPerSecond: Double?
  /// The power it may draw.
  public var watts: Double?
  /// What all its ports move in one direction.
  public var portBytesPerSecond: Double?
  /// The year of its launch.
  public var year: Int?
  /// Dollars to buy one.
  public var priceToBuy: Double?
  /// Dollars to rent one for an hour.
  public var pricePerHour: Double?
  /// Dense rates, in operations per second.
  public var peaks: [Arithmetic: Double] = [:]
  /// Where the numbers come from.
  public var source: String?

  /// Begins a definition.
  public init(name: String) { self.name = name }

  /// What a definition's numbers are said to come from.
  private var sheet: Sheet { Sheet(source ?? "as defined") }

  /// Checks the numbers and completes the device.
  public func make() throws(Problem) -> Device {
    try checkName()
    let limits = try chosenLimits()
    let multiprocessors = try needed(
      "multiprocessors", self.multiprocessors.map(Double.init), like?.multiprocessors.value,
      1...1024)
    let boost = try needed("boost_hertz", boostHertz, like?.clocks.boost.value, 1e8...1e10)
    let clocks = Clocks(
      base: like?.clocks.base, boost: sheet.read(boost),
      tensor: tensorHertz.map { sheet.read($0) } ?? (boostHertz == nil ? like?.clocks.tensor : nil))
    let memory = try completedMemory(multiprocessors * boost)
    let peaks = try completedPeaks(limits, multiprocessors, clocks)
    let watts = try needed("watts", self.watts, like?.watts.value, 1...100_000)
    return Device(
      info: Info(name, "defined here", source: sheet.name),
      vendor: like?.vendor ?? .nvidia, chip: like?.chip ?? "made up",
      generation: Self.generation(of: limits), year: year ?? like?.year ?? 2026,
      process: like?.process ?? "unknown", multiprocessors: sheet.read(Int(multiprocessors)),
      limits: limits, clocks: clocks, memory: memory,
      latencies: (like ?? Self.relative(of: limits))?.latencies.inferred(
        from: (like ?? Self.relative(of: limits))?.name ?? "") ?? Measured.here(.gh100).latencies,
      peaks: peaks, ports: ports, slot: like?.slot, watts: sheet.read(watts),
      price: Price(
        toBuy: priceToBuy.map { sheet.read($0) } ?? like?.price.toBuy,
        perHour: pricePerHour.map { sheet.read($0) } ?? like?.price.perHour),
      notes: like.map { ["like \($0.name) where nothing else is said"] } ?? [])
  }

  private func checkName() throws(Problem) {
    guard !name.isEmpty, name.utf8.count <= 80 else {
      throw Problem("a device needs a name of 1 to 80 letters")
    }
    if let known = try? Device.named(name) {
      throw Problem(
        "\"\(name)\" is \(known.name) of the catalogue", fix: "take a name of your own")
    }
  }

  private func chosenLimits() throws(Problem) -> ComputeLimits {
    if let capability { return try ComputeLimits.of(capability) }
    guard let like else { throw missing("compute_capability") }
    return like.limits
  }

  private func missing(_ what: String) -> Problem {
    Problem(
      "the device \"\(name)\" has no \(what)", fix: "say it, or name a device that it is like")
  }

  /// A number that was said or taken over, within what is possible.
  private func needed(
    _ what: String, _ said: Double?, _ taken: (some BinaryInteger)?, _ range: ClosedRange<Double>
  ) throws(Problem) -> Double {
    try needed(what, said, taken.map { Double($0) }, range)
  }

  private func needed(
    _ what: String, _ said: Double?, _ taken: Double?, _ range: ClosedRange<Double>
  ) throws(Problem) -> Double {
    guard let value = said ?? taken else { throw missing(what) }
    guard range.contains(value) else {
      throw Problem(
        "\(what) of \"\(name)\" is \(value)", fix: "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private var ports: Ports? {
    guard let portBytesPerSecond else { return like?.ports }
    return Ports(
      like?.ports?.kind ?? "NVLink", count: 1,
      bothWaysGigabytesPerSecond: 2 * portBytesPerSecond / 1e9, sheet)
  }

  private static func relative(of limits: ComputeLimits) -> Device? {
    Device.catalog.elements.first { $0.limits == limits }
  }

  private static func generation(of limits: ComputeLimits) -> Generation {
    relative(of: limits)?.generation ?? .hopper
  }
}

extension DeviceDefinition {
  /// The memory, with the second-level cache's rate scaled to the multiprocessors and the clock.
  private func completedMemory(_ cycles: Double) throws(Problem) -> MemoryHierarchy {
    let size = try needed(
      "memory_bytes", memory.map { Double($0.count) },
      like?.memory.size.value.count, 268_435_456...1e15)
    let rate = try needed(
      "memory_bytes_per_second", memoryBytesPerSecond, like?.memory.bytesPerSecond.value,
      1e9...1e15)
    let cache = try needed(
      "l2_bytes", l2.map { Double($0.count) }, like?.memory.l2Size.value.count, 65_536...1e12)
    guard cache < size else {
      throw Problem("l2_bytes of \"\(name)\" is not below its memory_bytes")
    }
    let perCycle = like.map {
      $0.memory.l2BytesPerSecond.value
        / (Double($0.multiprocessors.value) * $0.clocks.boost.value)
    }
    let cacheRate = l2BytesPerSecond ?? max(1.2 * rate, (perCycle ?? 35) * cycles)
    guard cacheRate >= rate else {
      throw Problem("l2_bytes_per_second of \"\(name)\" is below memory_bytes_per_second")
    }
    return MemoryHierarchy(
      kind: memoryKind ?? like?.memory.kind ?? "memory", size: sheet.read(Bytes(Int(size))),
      bytesPerSecond: sheet.read(rate),
      streamedShare: .inferred(like?.memory.streamedShare.value ?? 0.9, like?.name ?? "a guess"),
      mixedShare: .inferred(like?.memory.mixedShare.value ?? 0.92, like?.name ?? "a guess"),
      l2Size: sheet.read(Bytes(Int(cache))),
      l2BytesPerSecond: l2BytesPerSecond.map { sheet.read($0) }
        ?? .derived(cacheRate, "\(perCycle ?? 35) B/cycle/SM x SMs x boost clock"))
  }

  /// The rates that were said, others by cores and clock; what was said may not beat those by a tenth.
  private func completedPeaks(
    _ limits: ComputeLimits, _ multiprocessors: Double, _ clocks: Clocks
  ) throws(Problem) -> Peaks {
    let derived = Self.derivedPeaks(limits, multiprocessors, clocks)
    for (kind, rate) in peaks {
      guard rate.isFinite, rate > 0 else {
        throw Problem("the peak \(kind.rawValue) of \"\(name)\" is \(rate)")
      }
      if let most = derived[kind]?.value, rate > 1.1 * most {
        throw Problem(
          "\(kind.rawValue) of \"\(name)\" is \(rate / 1e12) TFLOP/s, "
            + "its cores and clock give \(most / 1e12)",
          fix: "dense rates are meant, not those with sparsity")
      }
    }
    var dense = derived
    if let like, like.limits == limits {
      let scale =
        multiprocessors * clocks.tensor.value
        / (Double(like.multiprocessors.value) * like.clocks.tensor.value)
      dense = like.peaks.scaled(by: scale, "SMs and clock over those of \(like.name)").dense
    }
    for (kind, rate) in peaks { dense[kind] = sheet.read(rate) }
    let sparse = like?.peaks.sparse.isEmpty == false || limits.tensorFMAsPerCycle >= 128
    return Peaks(
      dense: dense,
      sparse: sparse
        ? dense.filter { $0.key.usesTensorCores && $0.key != .fp64Tensor }
          .mapValues { .derived(2 * $0.value, "twice the dense rate") } : [:])
  }

  /// What lanes, tensor cores and clocks give.
  private static func derivedPeaks(
    _ limits: ComputeLimits, _ multiprocessors: Double, _ clocks: Clocks
  ) -> [Arithmetic: Fact<Double>] {
    let cycles = multiprocessors * 2 * clocks.boost.value
    var rates: [Arithmetic: Fact<Double>] = [
      .fp32: .derived(cycles * Double(limits.fp32Lanes), "lanes x 2 x clock"),
      .fp64: .derived(cycles * Double(limits.fp64Lanes), "lanes x 2 x clock"),
    ]
    guard limits.tensorCores > 0 else { return rates }
    let tensor =
      multiprocessors * 2 * clocks.tensor.value
      * Double(limits.tensorCores * limits.tensorFMAsPerCycle)
    func add(_ kind: Arithmetic, _ factor: Double) {
      rates[kind] = .derived(tensor * factor, "tensor cores x FMAs x 2 x clock")
    }
    add(.fp16Tensor, 1)
    guard let capability = limits.capability, capability >= ComputeCapability(8, 0) else {
      return rates
    }
    add(.bf16Tensor, 1)
    add(.tf32Tensor, 0.5)
    add(.int8Tensor, 2)
    if capability >= ComputeCapability(8, 9) { add(.fp8Tensor, 2) }
    if capability >= ComputeCapability(10, 0) { add(.fp4Tensor, 4) }
    return rates
  }
}
