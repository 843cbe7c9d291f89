import Base
import Testing

@testable import Tensors

@Suite struct TensorTests {
  @Test func `bytes of all tensors are counted and given back`() throws {
    // Other tests make tensors at the same time; 64 MiB stands out among them.
    let size = 1 << 26
    let before = Tensor.liveBytes
    do {
      let tensor = try Tensor.zeros([size], .u8)
      let view = try tensor.narrowed(0, start: 5, length: 7)
      #expect(Tensor.liveBytes - before > size / 2)
      #expect(view.sharesStorage(with: tensor))
    }
    #expect(Tensor.liveBytes - before < size / 2)
  }

  @Test(arguments: [[1 << 40, 1 << 40], [1 << 62], [1 << 50], [-1, 3]])
  func `a shape that cannot be is refused`(shape: [Int]) {
    #expect(throws: Problem.self) { try Tensor.zeros(shape) }
  }

  @Test func `promotion goes by category first`() {
    let expected = """
      f64: f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64
      f32: f64 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32
      f16: f64 f32 f16 f32 f16 f16 f16 f16 f16 f16 f16
      bf16: f64 f32 f32 bf16 bf16 bf16 bf16 bf16 bf16 bf16 bf16
      f8e4m3: f64 f32 f16 bf16 f8e4m3 f32 f8e4m3 f8e4m3 f8e4m3 f8e4m3 f8e4m3
      f8e5m2: f64 f32 f16 bf16 f32 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2 f8e5m2
      i64: f64 f32 f16 bf16 f8e4m3 f8e5m2 i64 i64 i64 i64 i64
      i32: f64 f32 f16 bf16 f8e4m3 f8e5m2 i64 i32 i32 i32 i32
      i8: f64 f32 f16 bf16 f8e4m3 f8e5m2 i64 i32 i8 i32 i8
      u8: f64 f32 f16 bf16 f8e4m3 f8e5m2 i64 i32 i32 u8 u8
      bool: f64 f32 f16 bf16 f8e4m3 f8e5m2 i64 i32 i8 u8 bool
      """
    let table = DType.allCases.map { a in
      "\(a.name): " + DType.allCases.map { DType.promoted(a, $0).name }.joined(separator: " ")
    }
    #expect(table.joined(separator: "\n") == expected)
  }

  @Test(arguments: DType.allCases)
  func `a number never widens a tensor within its category`(dtype: DType) throws {
    let x = try Tensor([1, 0, 1], dtype: dtype)
    let sum = try x + 1
    #expect(sum.dtype == (dtype == .bool ? .i64 : dtype))
    #expect(try (x + 0.5).dtype == (dtype.isFloat ? dtype : .f32))
  }

  @Test func `broadcasting agrees with a slow model`() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<200 {
      let rank = random.nextInteger(below: 4)
      let full = (0..<rank).map { _ in random.nextInteger(below: 4) }
      func thinned() -> [Int] {
        let sizes = full.map { random.nextInteger(below: 3) == 0 ? 1 : $0 }
        return Array(sizes.dropFirst(random.nextInteger(below: rank + 1)))
      }
      let (a, b) = (try Samples.floats(thinned(), seed: 7), try Samples.floats(thinned(), seed: 8))
      let sum = try a + b
      let shape = try Shape.broadcast(a.shape, b.shape, for: "test")
      #expect(sum.shape == shape)
      #expect(sum.doubles == slow(a, b, shape))
    }
  }

  /// Finds each pair of elements by their coordinates.
  private func slow(_ a: Tensor, _ b: Tensor, _ shape: [Int]) -> [Double] {
    let (x, y) = (a.doubles, b.doubles)
    func position(_ flat: Int, in tensor: Tensor) -> Int {
      var (rest, place, step) = (flat, 0, 1)
      for d in shape.indices.reversed() {
        let coordinate = rest % shape[d]
        rest /= shape[d]
        let own = d - (shape.count - tensor.rank)
        guard own >= 0 else { continue }
        if tensor.shape[own] != 1 { place += coordinate * step }
        step *= tensor.shape[own]
      }
      return place
    }
    return (0..<shape.reduce(1, *)).map {
      Double(Float(x[position($0, in: a)] + y[position($0, in: b)]))
    }
  }

  @Test func `slices of slices are slices`() throws {
    var random = SeededRandom(seed: 6)
    let t = try Tensor(Array(0..<17))
    for _ in 0..<500 {
      func bound() -> Int? {
        random.nextInteger(below: 4) == 0 ? nil : random.nextInteger(below: 40) - 20
      }
      func step() -> Int { [-3, -2, -1, 1, 2, 3][random.nextInteger(below: 6)] }
      let (a, b) = ((bound(), bound(), step()), (bound(), bound(), step()))
      let twice = try t.sliced(0, start: a.0, stop: a.1, step: a.2).sliced(
        0, start: b.0, stop: b.1, step: b.2)
      let first = python(Array(0..<17), a)
      #expect(twice.integers == python(first, b), "\(a) then \(b)")
    }
  }

  /// Python's rule, place by place.
  private func python(_ list: [Int], _ slice: (Int?, Int?, Int)) -> [Int] {
    let n = list.count
    func clamp(_ x: Int, _ low: Int, _ high: Int) -> Int {
      Swift.min(Swift.max(x < 0 ? x + n : x, low), high)
    }
    var result: [Int] = []
    if slice.2 > 0 {
      var i = slice.0.map { clamp($0, 0, n) } ?? 0
      let end = slice.1.map { clamp($0, 0, n) } ?? n
      while i < end { result.append(list[i]); i += slice.2 }
    } else {
      var i = slice.0.map { clamp($0, -1, n - 1) } ?? n - 1
      let end = slice.1.map { clamp($0, -1, n - 1) } ?? -1
      while i > end { result.append(list[i]); i += slice.2 }
    }
    return result
  }

  @Test func `writing through a view changes what shares its bytes`() throws {
    let t = try Tensor.zeros([3, 4])
    try t.transposed(0, 1).selected(0, 1).assign(try Tensor([1.0, 2, 3]))
    #expect(t.doubles == [0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0])
    try t.sliced(1, step: -2).assign(.integer(9))
    #expect(t.doubles == [0, 9, 0, 9, 0, 9, 0, 9, 0, 9, 0, 9])
  }

  @Test func `an overlapping copy reads everything before it writes`() throws {
    let t = try Tensor(Array(0..<2000))
    try t.sliced(0, start: 1).assign(try t.sliced(0, stop: -1))
    #expect(t.integers == [0] + Array(0..<1999))
    let u = try Tensor(Array(0..<2000))
    try u.assign(try u.sliced(0, step: -1))
    #expect(u.integers == Array((0..<2000).reversed()))
  }

  @Test(arguments: [1, 2, 3, 4])
  func `the number of threads changes no bit`(threads: Int) throws {
    let wide = try Samples.floats([3, 100_000])
    func all() throws -> [[UInt8]] {
      [
        try wide.sum().rawBytes, try wide.sum([0]).rawBytes, try wide.mean([1]).rawBytes,
        try wide.apply("var").rawBytes, try wide.apply("logsumexp").rawBytes,
        try wide.apply("exp").rawBytes, try wide.softmax(1).rawBytes,
        try wide.apply("argmax").rawBytes,
        try wide.apply("prod").rawBytes, try TensorGenerator(seed: 3).normal([1000]).rawBytes,
      ]
    }
    ComputeThreads.set(1)
    let alone = try all()
    ComputeThreads.set(threads)
    defer { ComputeThreads.set(0) }
    #expect(try all() == alone)
  }

  @Test func `a request to stop ends a long operation`() async {
    await #expect(processExitsWith: .success) {
      let x = try Tensor.zeros([1 << 20])
      Cancellation.request()
      #expect(throws: Problem.self) { try x.sum() }
      #expect(throws: Problem.self) { try x + x }
      #expect(throws: Problem.self) {
        try x.reshaped([1024, 1024]).matmul(try x.reshaped([1024, 1024]))
      }
      Cancellation.clear()
      #expect(try x.sum().doubles == [0])
    }
  }

  @Test func `a long sum keeps its digits`() throws {
    let x = try Tensor([0.1], dtype: .f32).expanded([10_000_000])
    let exact = Double(Float(0.1)) * 1e7
    #expect(Swift.abs(try x.sum().doubles[0] - exact) / exact < 1e-7)
    let long = try Tensor([0.1], dtype: .f64).expanded([1_000_000]).sum().doubles[0]
    #expect(Swift.abs(long - 1e5) < 1e5 * 1e-14)
  }

  @Test func `exp is right to two units in the last place over its whole range`() throws {
    let x = try Tensor.linspace(-104, 88.72, 20_001)
    let ours = try x.apply("exp").doubles
    let exact = try x.cast(to: .f64).apply("exp").doubles
    let wrong = ours.indices.first {
      Swift.abs(ours[$0] - exact[$0]) > 2 * Double(Float(exact[$0]).ulp)
    }
    #expect(wrong == nil, "exp(\(x.doubles[wrong ?? 0]))")
    #expect(try Tensor([89.0, 1000]).apply("exp").doubles == [.infinity, .infinity])
  }
}
