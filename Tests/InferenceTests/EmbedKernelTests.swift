import Base
import CTensors
import Testing

@testable import Inference

@Suite struct EmbedKernelTests {
  static func numbers(_ count: Int, _ random: inout SeededRandom) -> [Float] {
    (0..<count).map { _ in Float(random.nextUniform()) - 0.5 }
  }

  /// Odd sizes, strides and row counts, with bias and GELU, on every instruction set that is here.
  @Test(
    "a packed product is the plain one", arguments: [CT_SIMD_SCALAR, CT_SIMD_AVX2, CT_SIMD_AVX512])
  func packed(simd: ct_simd) {
    guard Int32(simd.rawValue) <= ct_simd_best() else { return }
    var random = SeededRandom(seed: 31)
    for round in 0..<40 {
      let (n, k) = (1 + random.nextInteger(below: 100), 1 + random.nextInteger(below: 70))
      let rows = 1 + random.nextInteger(below: round % 10 == 0 ? 300 : 30)
      let (xStride, yStride) = (k + random.nextInteger(below: 4), n + random.nextInteger(below: 4))
      let (w, bias) = (Self.numbers(n * k, &random), Self.numbers(n, &random))
      let x = Self.numbers(rows * xStride, &random)
      var y = [Float](repeating: 9, count: rows * yStride)
      let hasGELU = round % 2 == 1
      var packed = [Float](repeating: 0, count: Int(ct_panel_count(Int64(n), Int64(k))))
      ct_panel_pack(w, Int64(n), Int64(k), 0, &packed)
      var product = ct_panel_product()
      product.n = Int64(n)
      product.k = Int64(k)
      product.x_stride = Int64(xStride)
      product.rows = Int64(rows)
      product.y_stride = Int64(yStride)
      product.step = Int32((hasGELU ? CT_PANEL_GELU : CT_PANEL_PLAIN).rawValue)
      product.simd = Int32(simd.rawValue)
      packed.withUnsafeBufferPointer { packed in
        bias.withUnsafeBufferPointer { bias in
          x.withUnsafeBufferPointer { x in
            y.withUnsafeMutableBufferPointer { y in
              product.packed = packed.baseAddress
              product.bias = bias.baseAddress
              product.x = x.baseAddress
              product.y = y.baseAddress
              #expect(ct_panel_multiply(&product) == 0)
            }
          }
        }
      }
      var worst = 0.0
      for r in 0..<rows {
        for j in 0..<n {
          var sum = Double(bias[j])
          for p in 0..<k { sum += Double(x[r * xStride + p]) * Double(w[j * k + p]) }
          if hasGELU { sum = 0.5 * sum * (1 + errorFunction(sum / 2.0.squareRoot())) }
          worst = max(worst, abs(sum - Double(y[r * yStride + j])))
        }
        for j in n..<yStride { #expect(y[r * yStride + j] == 9, "beyond the row") }
      }
      // Seventy products of numbers below 1/2, each rounded to 2^-24 of a sum below 18.
      #expect(worst < 5e-6, "n \(n) k \(k) rows \(rows)")
    }
  }

  @Test func `GELU is within 2e-6 of the formula, also far out`() {
    var x = stride(from: Float(-30), to: 30, by: 0.013).map { $0 }
    let before = x
    ct_gelu_erf(&x, Int64(x.count))
    for (value, x) in zip(x, before.map(Double.init)) {
      let expected = 0.5 * x * (1 + errorFunction(x / 2.0.squareRoot()))
      #expect(abs(Double(value) - expected) <= 2e-6 + 1e-7 * abs(x), "at \(x)")
    }
  }

  @Test func `the norm has mean 0 and variance 1 before its weights`() {
    var random = SeededRandom(seed: 7)
    for n in [1, 3, 16, 33, 384] {
      var x = Self.numbers(n * 3, &random)
      let (y, weight, bias) = (
        Self.numbers(n * 3, &random), Self.numbers(n, &random), Self.numbers(n, &random)
      )
      let sums = zip(x, y).map { Double($0) + Double($1) }
      ct_add_layer_norm(&x, y, weight, bias, 3, Int64(n), 1e-5)
      for row in 0..<3 {
        let values = sums[row * n..<(row + 1) * n]
        let mean = values.reduce(0, +) / Double(n)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
        for i in 0..<n {
          let expected =
            (sums[row * n + i] - mean) / (variance + 1e-5).squareRoot() * Double(weight[i])
            + Double(bias[i])
          #expect(abs(Double(x[row * n + i]) - expected) < 1e-5)
        }
      }
    }
  }
}
