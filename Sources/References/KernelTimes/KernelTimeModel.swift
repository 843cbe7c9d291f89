import Base
import Devices
import Kernels

/// Predicts measured rows: runs a program like the benchmark's and estimates its time on the device.
final class KernelTimeModel {
  private var sources: [String: CUDASource] = [:]
  private var known: [String: Double] = [:]

  /// What we expect in the row's own metric; nil for what is not modelled.
  func predict(_ row: MeasuredRow) throws(Problem) -> PredictedTime? {
    guard let device = row.device else { return nil }
    if row.suite.contains("gpu-stream") { return try stream(row, device) }
    if row.suite.contains("gpu-strides") { return try strides(row, device) }
    if row.suite.contains("gpu-cache") { return try cache(row, device) }
    if row.suite.contains("gpu-l2-cache") { return try sharedSet(row, device) }
    if row.suite.contains("SGEMM") { return try product(row, device) }
    if row.metric == "cycles", !row.kernel.contains("constant") { return try latency(row, device) }
    return nil
  }

  // MARK: Streams

  private func stream(_ row: MeasuredRow, _ device: Device) throws(Problem) -> PredictedTime? {
    let words = row.kernel.split(separator: " ")
    guard words.count > 1, let threads = row.blockThreads else { return nil }
    let name = String(words[1])
    let resident = row.residentBlocks ?? 2
    let blocks = device.multiprocessors.value * resident * 12
    let count = blocks * threads
    let launch = try Prepared(try source(MeasuredKernels.streams), name, device)
    let buffers = try (0..<3).map { (_) throws(Problem) in try launch.buffer(count * 8) }
    let estimate = try launch.estimate(
      grid: Extent(blocks), block: Extent(threads),
      buffers.map { .buffer($0) } + [.integer(Int64(count)), .integer(0)], resident: resident,
      level: .dram)
    let moved = ["init": 1, "read": 1, "scale": 2, "triad": 3][name] ?? 1
    return estimate.map { PredictedTime($0, rate: Double(count * 8 * moved)) }
  }

  // MARK: First-level cache

  private func strides(_ row: MeasuredRow, _ device: Device) throws(Problem) -> PredictedTime? {
    guard let number = row.kernel.split(separator: " ").last.flatMap({ Int($0) }) else {
      return nil
    }
    let isBlock = row.kernel.contains("block")
    let type = row.kernel.contains("double") ? "double" : "float"
    let launch = try Prepared(
      try source(MeasuredKernels.strides), "\(isBlock ? "blocked" : "strided")<\(type)>", device)
    let (turns, threads) = (64, 1024)
    // Rows of a block lie 4,098 elements apart.
    let distance = isBlock ? 4098 : number
    let estimate = try launch.estimate(
      grid: Extent(device.multiprocessors.value),
      block: isBlock ? Extent(number, threads / number) : Extent(threads),
      [
        .buffer(try launch.buffer((64 * distance + 128) * 8)), .buffer(try launch.buffer(8192)),
        .integer(0), .integer(Int64(distance)), .integer(Int64(turns)),
      ], resident: 1)
    return estimate.map { PredictedTime($0, $0.cycles / Double(turns * 8 * threads / 32)) }
  }

  private func cache(_ row: MeasuredRow, _ device: Device) throws(Problem) -> PredictedTime? {
    guard let kilobytes = row.sizeNumber else { return nil }
    let count = kilobytes * 1024 / 4
    let launch = try Prepared(try source(MeasuredKernels.caches), "again<\(count)>", device)
    // The benchmark turns so often that what the first turn brings does not count.
    let turns = 64
    let estimate = try launch.estimate(
      grid: Extent(device.multiprocessors.value), block: Extent(256),
      [
        .buffer(try launch.buffer(count * 4)), .buffer(try launch.buffer(4096)), .integer(0),
        .integer(Int64(turns)),
      ], resident: 1)
    let bytes = Double(device.multiprocessors.value * count * 4 * turns)
    return estimate.map { PredictedTime($0, rate: bytes) }
  }

  private func sharedSet(_ row: MeasuredRow, _ device: Device) throws(Problem) -> PredictedTime? {
    guard let kilobytes = row.sizeNumber else { return nil }
    let launch = try Prepared(try source(MeasuredKernels.caches), "shared_set", device)
    let turns = 16
    let run = max(1, kilobytes * 1024 / (1024 * 2 * turns * 8))
    let resident = 2
    let blocks = device.multiprocessors.value * resident * 4
    let estimate = try launch.estimate(
      grid: Extent(blocks), block: Extent(1024),
      [
        .buffer(try launch.buffer((1024 * run * turns * 2 + 2048) * 8)),
        .buffer(try launch.buffer(16384)), .integer(Int64(run)), .integer(Int64(turns)),
      ], resident: resident, level: .l2)
    let bytes = Double(blocks * 1024 * turns * 2 * 8)
    return estimate.map { PredictedTime($0, rate: bytes) }
  }

  // MARK: Latencies

  private func latency(_ row: MeasuredRow, _ device: Device) throws(Problem) -> PredictedTime? {
    let steps = 256
    if row.kernel.contains("FFMA") {
      let launch = try Prepared(try source(MeasuredKernels.chase), "chain", device)
      return try launch.estimate(
        grid: Extent(1), block: Extent(32),
        [.buffer(try launch.buffer(128)), .number(1), .number(1), .integer(Int64(steps * 16))],
        resident: 1
      ).map { PredictedTime($0, ($0.cycles - 400) / Double(steps * 16)) }
    }
    let name = row.kernel + " " + row.size
    let isShared = name.contains("shared")
    let launch = try Prepared(
      try source(MeasuredKernels.chase), isShared ? "chase_shared" : "chase", device)
    // The chain points at itself, so that it stays where its bytes are; what level that is, is said.
    let level: MemoryLevel = name.contains("L1") ? .l1 : name.contains("L2") ? .l2 : .dram
    return try launch.estimate(
      grid: Extent(1), block: Extent(isShared ? 256 : 32),
      [
        .buffer(try launch.buffer(4096)), .buffer(try launch.buffer(4096)),
        .integer(Int64(steps)),
      ], resident: 1, level: isShared ? nil : level
    ).map { PredictedTime($0, ($0.cycles - 400) / Double(steps)) }
  }

  // MARK: Matrix products

  private func product(_ row: MeasuredRow, _ device: Device) throws(Problem) -> PredictedTime? {
    guard let n = row.sizeNumber, let form = ProductForm(row) else { return nil }
    let launch = try Prepared(try source(MeasuredKernels.products), form.kernel, device)
    let buffers = try (0..<3).map { (_) throws(Problem) in try launch.buffer(n * n * 4) }
    let estimate = try launch.sampled(
      grid: Extent((n + form.tile - 1) / form.tile, (n + form.tile - 1) / form.tile),
      block: form.block,
      [
        .integer(Int64(n)), .number(1), .buffer(buffers[0]), .buffer(buffers[1]), .number(0.5),
        .buffer(buffers[2]),
      ])
    return estimate.map { PredictedTime($0, 2 * Double(n * n) * Double(n) / $0.seconds / 1e9) }
  }

  private func source(_ text: String) throws(Problem) -> CUDASource {
    if let known = sources[text] { return known }
    let made = try CUDASource(text, name: "measured.cu")
    sources[text] = made
    return made
  }
}

/// What we expect of a row, and why.
struct PredictedTime {
  /// In the row's metric.
  let value: Double
  /// What limits the launch.
  let bound: String
  /// The whole estimate.
  let estimate: TimeEstimate

  init(_ estimate: TimeEstimate, _ value: Double) {
    self.value = value
    self.estimate = estimate
    bound = estimate.bound
  }

  /// Gigabytes a second, the launch itself left out as benchmarks of long streams do.
  init(_ estimate: TimeEstimate, rate bytes: Double) {
    self.init(estimate, bytes / (estimate.seconds - estimate.launchSeconds) / 1e9)
  }
}

/// The program that stands for a published matrix product.
struct ProductForm {
  let kernel: String
  let block: Extent
  let tile: Int

  init?(_ row: MeasuredRow) {
    let isPractice = row.suite.contains("PRACTICE")
    switch (row.number ?? -1, isPractice) {
    case (1, false): (kernel, block, tile) = ("rows", Extent(32, 32), 32)
    case (2, false), (1, true): (kernel, block, tile) = ("columns", Extent(1024), 32)
    case (3, false), (2, true): (kernel, block, tile) = ("tiled<32>", Extent(1024), 32)
    case (4, false), (3, true): (kernel, block, tile) = ("strips<64, 64, 8, 8>", Extent(512), 64)
    case (5, false), (4, true), (5, true):
      (kernel, block, tile) = ("squares<128, 128, 8, 8, 8>", Extent(256), 128)
    case (6, _), (7, true):
      (kernel, block, tile) = ("vectors<128, 128, 8, 8, 8>", Extent(256), 128)
    default: return nil
    }
  }
}
