import Base
import Kernels
import Testing

/// PTX that nvcc made of the samples, run: against our own front end on the same source, and against
/// plain Swift where that does not take it.
@Suite struct PTXRunTests {
  /// What an argument is: an array filled from a seed, or a number.
  enum Argument: Sendable {
    /// Whole numbers below a bound.
    case integers(Int)
    case longs(Int)
    case floats, doubles, halves, brains, bits
    case number(Int64)
    case bytes([UInt8])
  }

  /// A launch of a sample's kernel.
  struct Launch: Sendable, CustomTestStringConvertible {
    let sample: String
    let kernel: String
    var grid = 1
    var block = 64
    var sharedBytes = 0
    let arguments: [Argument]
    /// `|a - b| <= tolerance · (1 + |b|)`: contraction to fused operations differs between the two.
    var tolerance = 0.0
    var testDescription: String { "\(sample) \(kernel)" }
  }

  static let launches: [Launch] = [
    Launch(sample: "control", kernel: "switches", arguments: [.integers(9), .integers(1)]),
    Launch(
      sample: "control", kernel: "exits", arguments: [.integers(11), .integers(1), .number(20)]),
    Launch(
      sample: "control", kernel: "collatz", grid: 2,
      arguments: [.integers(1000), .integers(1), .number(100)]),
    Launch(
      sample: "calls", kernel: "calls", arguments: [.floats, .floats, .doubles], tolerance: 1e-5),
    Launch(
      sample: "calls", kernel: "byValue",
      arguments: [
        .bytes([
          0, 0, 0, 64, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 64, 5, 0, 7, 0, 0, 0, 128, 63, 0, 0, 0, 64,
          0, 0, 64, 64, 9, 0, 0, 0, 0, 0, 0, 0,
        ]), .floats,
      ], tolerance: 1e-5),
    Launch(sample: "calls", kernel: "prints", block: 32, arguments: [.floats, .number(3)]),
    Launch(
      sample: "memory", kernel: "spaces", block: 128, sharedBytes: 512,
      arguments: [.floats, .floats], tolerance: 1e-6),
    Launch(
      sample: "memory", kernel: "generic", block: 32, arguments: [.integers(90), .number(1)]),
    Launch(
      sample: "memory", kernel: "generic", block: 32, arguments: [.integers(90), .number(2)]),
    Launch(
      sample: "memory", kernel: "locals",
      arguments: [.integers(90), .integers(1), .number(70)]),
    Launch(
      sample: "memory", kernel: "small",
      arguments: [.bits, .bits, .bits, .bits, .bits, .bits, .bits]),
    Launch(sample: "numbers", kernel: "longs", arguments: [.bits, .bits, .bits]),
    Launch(
      sample: "numbers", kernel: "conversions",
      arguments: [.floats, .doubles, .bits, .bits, .floats, .doubles, .bits, .bits]),
    // Polynomials of the two libraries differ in their last places.
    Launch(
      sample: "numbers", kernel: "mathematics", arguments: [.floats, .floats], tolerance: 3e-5),
    Launch(sample: "warps", kernel: "warps", arguments: [.integers(9), .integers(1)]),
    Launch(
      sample: "warps", kernel: "atomics", grid: 2,
      arguments: [.integers(9), .integers(9), .floats, .doubles, .longs(9), .integers(1)],
      tolerance: 1e-6),
    Launch(sample: "warps", kernel: "groups", arguments: [.integers(9), .integers(1)]),
    Launch(
      sample: "warps", kernel: "blockSum<128>", grid: 2, block: 128,
      arguments: [.floats, .floats], tolerance: 1e-6),
    Launch(sample: "halves", kernel: "pairs", arguments: [.halves, .halves, .floats]),
    Launch(
      sample: "halves", kernel: "brains",
      arguments: [.brains, .brains, .brains, .brains, .floats]),
    Launch(
      sample: "matrices", kernel: "product", block: 32,
      arguments: [.halves, .halves, .floats, .number(32)], tolerance: 1e-5),
    Launch(
      sample: "matrices", kernel: "halfProduct", block: 32,
      arguments: [.halves, .halves, .halves], tolerance: 1e-2),
    Launch(
      sample: "matrices", kernel: "byteProduct", block: 32, arguments: [.bits, .bits, .bits]),
  ]

  @Test("both front ends come to the same results", arguments: launches)
  func sameResults(launch: Launch) throws {
    let ptx = try Self.run(launch, PTXSourceTests.source(launch.sample))
    let text = try PTXSourceTests.text(launch.sample, "cu")
    let options = CUDASource.Options(defines: ["ORRERY": "1"])
    let cuda = try Self.run(
      launch, CUDASource(text, name: "\(launch.sample).cu", options: options))
    #expect(ptx.printed == cuda.printed)
    for (index, argument) in launch.arguments.enumerated() {
      guard let left = ptx.arrays[index], let right = cuda.arrays[index] else { continue }
      let (a, b) = (Self.numbers(left, argument), Self.numbers(right, argument))
      let wrong = a.indices.first { !Self.agree(a[$0], b[$0], launch.tolerance) }
      if let wrong {
        Issue.record("argument \(index)[\(wrong)]: \(a[wrong]) from PTX, \(b[wrong]) from CUDA")
      }
    }
  }

  private static func agree(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * (1 + abs(b))
  }

  // MARK: What only the full compiler takes

  @Test func `a loop with two entries and jumps run as written`() throws {
    let source = try PTXSourceTests.source("control")
    let entries = Launch(
      sample: "control", kernel: "twoEntries", arguments: [.integers(50), .number(1000)])
    let input = Self.array(.integers(50), seed: 1, as: Int32.self)
    let got = try Self.run(entries, source).values(0, as: Int32.self)
    for thread in 0..<64 {
      var (x, steps) = (input[thread], Int32(0))
      var isSecond = thread % 2 == 1
      while true {
        if !isSecond {
          x += 3
          if x > 1000 { break }
        }
        isSecond = false
        x = x * 2 + 1
        steps += 1
        if steps >= 20 || x >= 1000 { break }
      }
      #expect(got[thread] == x + steps)
    }
    let jumps = Launch(
      sample: "control", kernel: "gotos", arguments: [.integers(50), .number(100)])
    let jumped = try Self.run(jumps, source).values(0, as: Int32.self)
    for thread in 0..<64 {
      var (value, k) = (input[thread], Int32(thread) & 3)
      repeat {
        value += k
        if value > 100 { break }
        k += 1
        if k & 1 == 0 { value *= 2 }
        value += 3
      } while k < 10
      #expect(jumped[thread] == value - 1)
    }
  }

  @Test func `pointers to functions and tables of addresses are followed`() throws {
    let calls = Launch(
      sample: "calls", kernel: "pointers", arguments: [.integers(90), .integers(1)])
    let input = Self.array(.integers(90), seed: 1, as: Int32.self)
    let got = try Self.run(calls, PTXSourceTests.source("calls")).values(1, as: Int32.self)
    for thread in 0..<64 {
      let (i, a) = (Int32(thread), input[thread])
      #expect(got[thread] == [i + a, i * a, i - a][Int(a % 3)])
    }
    let tables = Launch(sample: "memory", kernel: "tables", block: 32, arguments: [.floats])
    let read = try Self.run(tables, PTXSourceTests.source("memory")).values(0, as: Float.self)
    let table: [Float] = [1, 2, 3, 4, 0, 0, 0, 0, 0, 0]
    for thread in 0..<32 { #expect(read[thread] == table[thread % 2 * 2 + thread % 8]) }
  }

  @Test func `sums of 128 bits carry`() throws {
    let launch = Launch(sample: "numbers", kernel: "wide", arguments: [.bits, .bits])
    let a = Self.array(.bits, seed: 1, as: UInt64.self)
    let got = try Self.run(launch, PTXSourceTests.source("numbers")).values(1, as: UInt64.self)
    for thread in 0..<64 {
      let product = a[thread].multipliedFullWidth(by: a[thread + 1])
      let (sum, carry) = product.low.addingReportingOverflow(a[thread + 2])
      let (low, borrow) = sum.subtractingReportingOverflow(a[thread + 1])
      let high = product.high &+ (carry ? 1 : 0) &- a[thread] &- (borrow ? 1 : 0)
      #expect(got[2 * thread] == low && got[2 * thread + 1] == high)
    }
  }

  @Test func `directed roundings enclose the nearest result`() throws {
    let launch = Launch(
      sample: "numbers", kernel: "rounding", arguments: [.floats, .doubles, .floats, .doubles])
    let run = try Self.run(launch, PTXSourceTests.source("numbers"))
    let x = Self.array(.floats, seed: 1, as: Float.self)
    let got = try run.values(2, as: Float.self)
    for thread in 0..<64 {
      let (a, b, c) = (x[thread], x[thread + 1], x[thread + 2])
      let o = Array(got[16 * thread..<16 * thread + 16])
      Self.checkEnclosure(zero: o[0], up: o[1], down: o[2], nearest: a + b)
      Self.checkEnclosure(zero: o[3], up: o[4], down: o[5], nearest: a * b)
      Self.checkEnclosure(zero: o[6], up: o[7], down: o[8], nearest: a / b)
      Self.checkEnclosure(zero: o[11], up: o[12], down: o[13], nearest: c.addingProduct(a, b))
      #expect(o[9] >= abs(a).squareRoot() && o[10] <= abs(a).squareRoot() && o[14] <= 1 / a)
      #expect(o[15] == min(max(a, 0), 1))
    }
    let y = Self.array(.doubles, seed: 2, as: Double.self)
    let wide = try run.values(3, as: Double.self)
    for thread in 0..<64 {
      let (a, b, c) = (y[thread], y[thread + 1], y[thread + 2])
      let o = Array(wide[16 * thread..<16 * thread + 16])
      Self.checkEnclosure(zero: o[0], up: o[1], down: o[2], nearest: a + b)
      Self.checkEnclosure(zero: o[3], up: o[4], down: o[5], nearest: a * b)
      Self.checkEnclosure(zero: o[6], up: o[7], down: o[8], nearest: a / b)
      Self.checkEnclosure(zero: o[11], up: o[12], down: o[13], nearest: c.addingProduct(a, b))
      #expect(o[9] >= abs(a).squareRoot() && o[10] <= abs(a).squareRoot() && o[14] <= 1 / a)
    }
  }

  /// The two neighbours of an exact result are one step apart (or the result itself), the nearest is
  /// one of them, and rounding to zero is the smaller in size.
  private static func checkEnclosure<T: BinaryFloatingPoint>(zero: T, up: T, down: T, nearest: T) {
    #expect(down <= nearest && nearest <= up)
    #expect(up == down || up == down.nextUp)
    #expect(nearest == up || nearest == down)
    #expect(zero == (nearest < 0 ? up : down))
  }

  @Test func `mma.sync and ldmatrix multiply matrices`() throws {
    let launch = Launch(
      sample: "matrices", kernel: "syncProduct", block: 32,
      arguments: [.halves, .halves, .floats])
    let a = Self.array(.halves, seed: 1, as: Float16.self).map { Float($0) }
    let b = Self.array(.halves, seed: 2, as: Float16.self).map { Float($0) }
    let got = try Self.run(launch, PTXSourceTests.source("matrices")).values(2, as: Float.self)
    for row in 0..<16 {
      for column in 0..<8 {
        let sum = (0..<16).reduce(Float(0)) { $0 + a[row * 16 + $1] * b[$1 * 8 + column] }
        // Sums of 16 products in any order.
        #expect(abs(got[row * 8 + column] - sum) <= 1e-4)
      }
    }
  }

  @Test func `tf32 products see ten bits of fraction`() throws {
    let launch = Launch(
      sample: "matrices", kernel: "tf32Product", block: 32,
      arguments: [.floats, .floats, .floats])
    func cut(_ value: Float) -> Float {
      Float(bitPattern: (value.bitPattern &+ 0x1000) & 0xffff_e000)
    }
    let a = Self.array(.floats, seed: 1, as: Float.self).map(cut)
    let b = Self.array(.floats, seed: 2, as: Float.self).map(cut)
    let got = try Self.run(launch, PTXSourceTests.source("matrices")).values(2, as: Float.self)
    for row in 0..<16 {
      for column in 0..<16 {
        let sum = (0..<8).reduce(Float(0)) { $0 + a[row * 8 + $1] * b[column * 8 + $1] }
        #expect(abs(got[row * 16 + column] - sum) <= 1e-4)
      }
    }
  }

  @Test func `textures are bound by the parameter's place`() throws {
    let source = try PTXSourceTests.source("matrices")
    #expect(source.tables.textures == ["param_0", "param_1"])
    let memory = DeviceMemory()
    let module = try KernelModule(source: source, memory: memory)
    let texels = try memory.allocate((0..<32).map { Float($0) })
    let out = try memory.allocate([Float](repeating: 0, count: 32))
    try module.bindTexture(
      "param_0", TextureBinding(address: texels.address, width: 8, height: 4, type: .f32))
    try module.bindTexture(
      "param_1", TextureBinding(address: texels.address, width: 32, type: .f32))
    _ = try module.launch(
      "textures", grid: Extent(1), block: Extent(32),
      arguments: [.integer(0), .integer(0), .buffer(out), .integer(8)]
    ).checked()
    #expect(try memory.values(out, as: Float.self) == (0..<32).map { Float(2 * $0) })
  }

  @Test func `a failed assertion says what it asserted`() throws {
    let launch = Launch(
      sample: "calls", kernel: "prints", block: 32, arguments: [.floats, .number(100)])
    let error = try #require(throws: Problem.self) {
      try Self.run(launch, PTXSourceTests.source("calls"))
    }
    #expect(error.description.contains("assertion failed: n < 100 (calls.cu:"))
  }

  @Test func `half a block arrives and the other half waits`() throws {
    let launch = Launch(sample: "warps", kernel: "namedBarriers", arguments: [.integers(9)])
    let before = Self.array(.integers(9), seed: 1, as: Int32.self)
    let after = try Self.run(launch, PTXSourceTests.source("warps")).values(0, as: Int32.self)
    for thread in 32..<64 { #expect(after[thread] == before[63 - thread]) }
  }

  // MARK: Running

  /// What a launch left behind.
  struct Outcome {
    let printed: String
    let arrays: [Int: [UInt8]]

    func values<T: BitwiseCopyable>(_ argument: Int, as type: T.Type) throws -> [T] {
      try PTXRunTests.values(#require(arrays[argument]), as: type)
    }
  }

  private static func run(_ launch: Launch, _ source: any KernelSource) throws -> Outcome {
    let memory = DeviceMemory()
    let kernel = try source.kernel(launch.kernel)
    let module = try KernelModule(tables: source.tables, programs: [kernel], memory: memory)
    var arguments: [LaunchArgument] = []
    var buffers: [Int: DeviceBuffer] = [:]
    for (index, argument) in launch.arguments.enumerated() {
      switch argument {
      case .number(let value): arguments.append(.integer(value))
      case .bytes(let bytes): arguments.append(.bytes(bytes))
      default:
        let buffer = try memory.allocate(fill(argument, seed: index + 1))
        buffers[index] = buffer
        arguments.append(.buffer(buffer))
      }
    }
    let result = try module.launch(
      kernel.name, grid: Extent(launch.grid), block: Extent(launch.block),
      sharedBytes: launch.sharedBytes, arguments: arguments
    ).checked()
    let arrays = try buffers.mapValues { try memory.read($0.address, bytes: $0.bytes) }
    return Outcome(printed: result.printed.text, arrays: arrays)
  }

  private static func array<T: BitwiseCopyable>(
    _ argument: Argument, seed: Int, as type: T.Type
  ) -> [T] {
    values(fill(argument, seed: seed), as: type)
  }

  private static func values<T: BitwiseCopyable>(_ bytes: [UInt8], as type: T.Type) -> [T] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<T>.size).map {
        raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: type)
      }
    }
  }

  /// 4,096 seeded elements; floats lie between -4 and 4.
  private static func fill(_ argument: Argument, seed: Int) -> [UInt8] {
    var random = SeededRandom(seed: UInt64(seed))
    var bytes: [UInt8] = []
    func put<T: BitwiseCopyable>(_ value: T) { withUnsafeBytes(of: value) { bytes += $0 } }
    for _ in 0..<4096 {
      let unit = Double(random.nextUniform()) * 8 - 4
      switch argument {
      case .integers(let bound): put(Int32(random.nextInteger(below: bound)))
      case .longs(let bound): put(Int64(random.nextInteger(below: bound)))
      case .floats: put(Float(unit))
      case .doubles: put(unit * 1.0000000001)
      case .halves: put(Float16(unit))
      case .brains: put(UInt16(Float(unit).bitPattern >> 16))
      case .bits: put(UInt32(truncatingIfNeeded: random.nextInteger(below: 1 << 32)))
      case .number, .bytes: break
      }
    }
    return bytes
  }

  private static func numbers(_ bytes: [UInt8], _ argument: Argument) -> [Double] {
    switch argument {
    case .floats: values(bytes, as: Float.self).map { Double($0) }
    case .doubles: values(bytes, as: Double.self)
    case .halves: values(bytes, as: Float16.self).map { Double($0) }
    case .brains:
      values(bytes, as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .longs: values(bytes, as: Int64.self).map { Double($0) }
    default: values(bytes, as: Int32.self).map { Double($0) }
    }
  }
}
