import CTensors

/// Floats on a cache line's boundary, zero at first.
// @unchecked: filled by whoever made it, before anybody else sees it, or owned by one run.
final class AlignedFloats: @unchecked Sendable {
  /// The first float.
  let start: UnsafeMutablePointer<Float>
  /// The number of floats.
  let count: Int

  init(_ count: Int) {
    self.count = count
    // Aligned raw memory bound for good: `allocate` of Float would align to 16 bytes only.
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: count * 4)
    start = raw.bindMemory(to: Float.self, capacity: count)
  }

  deinit { UnsafeMutableRawPointer(start).deallocate() }
}

/// A float32 weight matrix packed for products with many rows, and its bias: y = W·x + b.
struct PackedMatrix: Sendable {
  let outputs: Int
  let inputs: Int
  private let packed: AlignedFloats
  private let bias: AlignedFloats

  /// Stacks matrices of the same inputs: their outputs follow one another.
  init(inputs: Int, parts: [(weights: [Float], bias: [Float])]) {
    self.inputs = inputs
    outputs = parts.reduce(0) { $0 + $1.bias.count }
    packed = AlignedFloats(Int(ct_panel_count(Int64(outputs), Int64(inputs))))
    bias = AlignedFloats(outputs)
    var first = 0
    for part in parts {
      precondition(
        part.weights.count == part.bias.count * inputs,
        "\(part.weights.count) weights for \(part.bias.count) rows of \(inputs)")
      ct_panel_pack(
        part.weights, Int64(part.bias.count), Int64(inputs), Int64(first), packed.start)
      (bias.start + first).update(from: part.bias, count: part.bias.count)
      first += part.bias.count
    }
  }

  /// The bytes that it takes.
  var byteCount: Int { (packed.count + bias.count) * 4 }

  /// Multiplies rows of x, one after another, into rows of y; with GELU behind it where asked for.
  ///
  /// - Returns: False when a stop was asked for meanwhile; y is then unfinished.
  func multiply(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, hasGELU: Bool = false
  ) -> Bool {
    var product = ct_panel_product(
      packed: packed.start, bias: bias.start, n: Int64(outputs), k: Int64(inputs), x: x,
      x_stride: Int64(inputs), rows: Int64(rows), y: y, y_stride: Int64(outputs),
      step: Int32((hasGELU ? CT_PANEL_GELU : CT_PANEL_PLAIN).rawValue),
      simd: Int32(CT_SIMD_BEST.rawValue))
    return ct_panel_multiply(&product) == 0
  }
}
