import Base
import CTensors
import Glibc
import Testing

/// The steps between matrix products, against their formulas in double precision.
@Suite struct StepKernelTests {
  /// Ends of rows that fill no register, and rows of several.
  static let lengths = [1, 7, 16, 31, 64, 100, 577]

  /// About four roundings of values of up to about 10.
  private let tolerance = 3e-6

  private func numbers(_ count: Int, seed: UInt64, scale: Double = 1) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Float(random.nextNormal() * scale) }
  }

  private func expectNear(_ got: [Float], _ expected: [Double], _ comment: Comment) {
    let worst = zip(got, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
    #expect(worst < tolerance && got.count == expected.count, comment)
  }

  @Test("norms equal their formulas", arguments: lengths)
  func norms(n: Int) {
    let (rows, epsilon) = (3, 1e-5)
    let x = numbers(rows * n, seed: 1, scale: 3)
    let (weight, bias) = (numbers(n, seed: 2), numbers(n, seed: 3))
    var out = x
    ct_rms_norm_offset(x, weight, 1, Int64(rows), Int64(n), Float(epsilon), &out)
    var rms: [Double] = []
    var layer: [Double] = []
    for row in 0..<rows {
      let values = x[row * n..<(row + 1) * n].map(Double.init)
      let mean = values.reduce(0, +) / Double(n)
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(n)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
      for (i, value) in values.enumerated() {
        rms.append(value / sqrt(square + epsilon) * (1 + Double(weight[i])))
        let centred = (value - mean) / sqrt(variance + epsilon)
        layer.append(centred * Double(weight[i]) + Double(bias[i]))
      }
    }
    expectNear(out, rms, "root mean square")
    ct_layer_norm(x, weight, bias, Int64(rows), Int64(n), Float(epsilon), &out)
    expectNear(out, layer, "layer")
  }

  @Test("the fused norm gives the bits of its two steps", arguments: lengths)
  func fused(n: Int) {
    let (x, more, weight) = (numbers(2 * n, seed: 4), numbers(2 * n, seed: 5), numbers(n, seed: 6))
    var (apart, together) = (x, x)
    var (first, second) = (x, x)
    ct_accumulate(&apart, more, Int64(2 * n))
    ct_rms_norm(apart, weight, 2, Int64(n), 1e-6, &first)
    ct_add_rms_norm(&together, more, weight, 2, Int64(n), 1e-6, &second)
    #expect(apart == together && first == second)
  }

  @Test("gates and caps equal their formulas", arguments: lengths)
  func gates(n: Int) {
    let (x, up) = (numbers(n, seed: 7, scale: 4), numbers(n, seed: 8))
    let bends:
      [(
        Comment, (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int64) -> Void,
        (Double) -> Double
      )] = [
        ("silu", ct_silu_gate, { $0 / (1 + exp(-$0)) }),
        ("gelu", ct_gelu_gate, { $0 * 0.5 * erfc(-$0 * 0.5.squareRoot()) }),
        (
          "gelu by tanh", ct_gelu_tanh_gate,
          { $0 * 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
        ),
      ]
    for (name, kernel, formula) in bends {
      var (plain, gated) = (x, x)
      kernel(&plain, nil, Int64(n))
      kernel(&gated, up, Int64(n))
      expectNear(plain, x.map { formula(Double($0)) }, name)
      expectNear(gated, zip(x, up).map { formula(Double($0)) * Double($1) }, name)
    }
    var capped = x
    ct_softcap(&capped, Int64(n), 2.5)
    expectNear(capped, x.map { 2.5 * tanh(Double($0) / 2.5) }, "cap")
  }

  @Test(
    "rotations turn each pair and leave the rest", arguments: [(64, 32), (80, 37), (6, 3)], [0, 1])
  func rotations(shape: (width: Int, pairs: Int), halves: Int32) {
    let (rows, heads, width, pairs) = (2, 3, shape.width, shape.pairs)
    let x = numbers(rows * heads * width, seed: 9)
    let angles = numbers(rows * pairs, seed: 10, scale: 3)
    var turned = x
    ct_rope(
      &turned, Int64(rows), Int64(heads), Int64(width), Int64(pairs), angles.map { cos($0) },
      angles.map { sin($0) }, halves)
    var expected = x.map(Double.init)
    for head in 0..<rows * heads {
      for pair in 0..<pairs {
        let a = head * width + (halves == 1 ? pair : 2 * pair)
        let b = halves == 1 ? a + pairs : a + 1
        let angle = Double(angles[head / heads * pairs + pair])
        expected[a] = Double(x[a]) * cos(angle) - Double(x[b]) * sin(angle)
        expected[b] = Double(x[a]) * sin(angle) + Double(x[b]) * cos(angle)
      }
    }
    expectNear(turned, expected, "turned")
  }

  @Test("logits are summed, softened and searched", arguments: lengths + [49_152])
  func logits(n: Int) {
    var x = numbers(n, seed: 11, scale: 5)
    let top = Double(x.max() ?? 0)
    let total = x.reduce(0) { $0 + exp(Double($1) - top) }
    #expect(abs(ct_log_sum_exp(x, Int64(n)) - (top + log(total))) < tolerance)
    let place = x.firstIndex(of: Float(top)) ?? -1
    #expect(ct_argmax(x, Int64(n)) == place)
    var soft = x
    ct_softmax_in_place(&soft, Int64(n))
    expectNear(soft, x.map { exp(Double($0) - top) / total }, "softmax")
    x[n - 1] = Float(top)
    #expect(ct_argmax(x, Int64(n)) == min(place, n - 1), "the first of equal ones")
    if n > 1 {
      x[0] = .nan
      #expect(ct_argmax(x, Int64(n)) == (1..<n).first { x[$0] == Float(top) } ?? -1)
    }
  }
}
