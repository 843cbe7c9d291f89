public import Base

/// A GPU as sold, or a slice of one: what it calculates, remembers and moves, each number with how it
/// is known.
///
/// Everything that takes a device takes a slice of one: see `slice`.
public struct Device: Described, Sendable {
  /// Its name, summary and sources.
  public let info: Info
  /// Other spellings of the name that people use.
  public let aliases: [String]
  /// Who makes it.
  public let vendor: Vendor
  /// The chip, as in "GA100".
  public let chip: String
  /// The family of chips.
  public let generation: Generation
  /// The year of its launch.
  public let year: Int
  /// The process it is made in, as in "4N".
  public let process: String
  /// Transistors on the chip.
  public let transistors: Fact<Double>?
  /// Streaming multiprocessors, or compute units.
  public let multiprocessors: Fact<Int>
  /// What one multiprocessor and one block may hold.
  public let limits: ComputeLimits
  /// Its clocks.
  public let clocks: Clocks
  /// Device memory and the second-level cache.
  public let memory: MemoryHierarchy
  /// Latencies of the levels of memory.
  public let latencies: Latencies
  /// What it calculates at most.
  public let peaks: Peaks
  /// How it reaches other devices; nil where only through the host.
  public let ports: Ports?
  /// How it reaches its host; nil where it is not by PCI Express.
  public let slot: HostSlot?
  /// The power it may draw, in watts.
  public let watts: Fact<Double>
  /// What it costs.
  public let price: Price
  /// What is worth knowing beside the numbers.
  public let notes: [String]
  /// Of what it is a slice; nil for a whole device.
  public let sliceOrigin: SliceOrigin?

  /// Creates a device from its parts.
  public init(
    info: Info, aliases: [String] = [], vendor: Vendor = .nvidia, chip: String,
    generation: Generation, year: Int, process: String, transistors: Fact<Double>? = nil,
    multiprocessors: Fact<Int>, limits: ComputeLimits, clocks: Clocks, memory: MemoryHierarchy,
    latencies: Latencies, peaks: Peaks, ports: Ports? = nil, slot: HostSlot? = nil,
    watts: Fact<Double>, price: Price = Price(), notes: [String] = [],
    sliceOrigin: SliceOrigin? = nil
  ) {
    self.info = info
    self.aliases = aliases
    self.vendor = vendor
    self.chip = chip
    self.generation = generation
    self.year = year
    self.process = process
    self.transistors = transistors
    self.multiprocessors = multiprocessors
    self.limits = limits
    self.clocks = clocks
    self.memory = memory
    self.latencies = latencies
    self.peaks = peaks
    self.ports = ports
    self.slot = slot
    self.watts = watts
    self.price = price
    self.notes = notes
    self.sliceOrigin = sliceOrigin
  }

  /// Its name.
  public var name: String { info.name }
}

// MARK: Rates

extension Device {
  /// Lanes that calculate in FP32, "CUDA cores".
  public var fp32Lanes: Int { multiprocessors.value * limits.fp32Lanes }

  /// Tensor cores of all multiprocessors.
  public var tensorCores: Int { multiprocessors.value * limits.tensorCores }

  /// The kind of arithmetic that a matrix product in a format would use, and its rate in operations
  /// per second; nil where the device does not have the format.
  public func peak(
    _ format: NumberFormat, tensorCores: Bool = true, sparse: Bool = false
  ) -> (kind: Arithmetic, rate: Fact<Double>)? {
    let rates = sparse ? peaks.sparse : peaks.dense
    for kind in Arithmetic.preferred(for: format) where tensorCores || !kind.usesTensorCores {
      if let rate = rates[kind] { return (kind, rate) }
    }
    return nil
  }

  /// The FP32 rate that lanes and clock give: lanes x 2 (a fused multiply-add) x clock.
  public var derivedFP32Peak: Double { Double(fp32Lanes) * 2 * clocks.boost.value }

  /// The dense FP16 tensor rate that cores and clock give: cores x FMAs x 2 x clock; nil without
  /// tensor cores.
  public var derivedTensorPeak: Double? {
    guard limits.tensorCores > 0 else { return nil }
    return Double(tensorCores * limits.tensorFMAsPerCycle) * 2 * clocks.tensor.value
  }

  /// What the first-level caches give together, in bytes per second.
  public var l1BytesPerSecond: Double {
    Double(multiprocessors.value * limits.l1BytesPerCycle) * clocks.boost.value
  }

  /// What shared memory gives in all multiprocessors together, in bytes per second.
  public var sharedBytesPerSecond: Double {
    Double(multiprocessors.value * limits.sharedBytesPerCycle) * clocks.boost.value
  }
}

// MARK: Slices

extension Device {
  /// A part of this device as a device of its own, as MIG makes them.
  ///
  /// Clocks and latencies stay; rates follow the multiprocessors, bandwidth and the second-level
  /// cache the share of memory. A slice has no ports: MIG switches peer-to-peer traffic off.
  ///
  /// - Parameters:
  ///   - name: what the slice is called.
  ///   - profile: the kind of slice, as in "3g.40gb".
  ///   - multiprocessors: its SMs.
  ///   - memory: its memory.
  ///   - memoryShare: its share of bandwidth and cache; 3 of 8 slices: 0.375.
  /// - Returns: a device whose numbers are derived from this one's.
  public func slice(
    named name: String, profile: String, multiprocessors: Int, memory: Bytes, memoryShare: Double
  ) -> Device {
    precondition(
      multiprocessors > 0 && multiprocessors <= self.multiprocessors.value,
      "\(multiprocessors) of \(self.multiprocessors.value) SMs")
    precondition(memoryShare > 0 && memoryShare <= 1, "a share of \(memoryShare)")
    let computeShare = Double(multiprocessors) / Double(self.multiprocessors.value)
    let bySMs = "\(multiprocessors) of \(self.multiprocessors.value) SMs"
    let bySlices = "share \(memoryShare) of the memory slices"
    return Device(
      info: Info(
        name, "\(profile) slice of \(self.name)", detail: info.detail, source: info.source),
      vendor: vendor, chip: chip, generation: generation, year: year, process: process,
      multiprocessors: .derived(multiprocessors, "profile \(profile)"), limits: limits,
      clocks: clocks,
      memory: self.memory.share(
        memoryShare, size: .derived(memory, "profile \(profile)"), bySlices),
      latencies: latencies, peaks: peaks.scaled(by: computeShare, bySMs), slot: slot,
      watts: watts.derive(bySMs) { $0 * computeShare }, notes: notes,
      sliceOrigin: SliceOrigin(
        parent: self.name, profile: profile, computeShare: computeShare,
        memoryShare: memoryShare))
  }
}

extension MemoryHierarchy {
  /// A share of a memory with its own size.
  fileprivate func share(_ share: Double, size: Fact<Bytes>, _ rule: String) -> MemoryHierarchy {
    MemoryHierarchy(
      kind: kind, size: size, bytesPerSecond: bytesPerSecond.derive(rule) { $0 * share },
      streamedShare: streamedShare, mixedShare: mixedShare,
      l2Size: l2Size.derive(rule) { Bytes(Int(Double($0.count) * share)) },
      l2BytesPerSecond: l2BytesPerSecond.derive(rule) { $0 * share })
  }
}
