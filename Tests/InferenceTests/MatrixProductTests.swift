import Base
import CTensors
import Tensors
import Testing

@Suite struct MatrixProductTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let format: BlockFormat
    let simd: Int32
    let rows: Int
    let columns: Int
    let tokens: Int
    var testDescription: String {
      "\(format.info.name) \(String(cString: ct_simd_name(simd))) \(rows)x\(columns)x\(tokens)"
    }
  }

  static let cases: [Case] = BlockFormat.catalog.elements.flatMap { format in
    (0...ct_simd_best()).flatMap { simd in
      // Odd row counts, more than one panel of columns, tails of single-value formats.
      [(1, 1, 1), (5, 3, 2), (37, 9, 5), (33, 2, 53)].map { rows, blocks, tokens in
        let columns = format.blockSize == 1 ? blocks * 32 + 7 : blocks * format.blockSize
        return Case(
          format: format, simd: simd, rows: rows, columns: columns, tokens: tokens)
      }
    }
  }

  /// Every path against sums in double precision over the plainly unpacked weights.
  ///
  /// The bound is the
  /// rounding of n products: n/2^24 times the sum of their magnitudes, and room for the unpacking.
  @Test("a product equals the plain sum", arguments: cases)
  func product(_ test: Case) {
    var random = SeededRandom(seed: 9)
    let bytes = randomBlocks(test.format, count: test.rows * test.columns, &random)
    let x = (0..<test.tokens * test.columns).map { _ in Float(random.nextNormal()) }
    var y = [Float](repeating: .nan, count: test.tokens * test.rows)
    bytes.withUnsafeBytes { raw in
      var matrix = ct_matrix(
        data: raw.baseAddress, rows: Int64(test.rows), cols: Int64(test.columns),
        format: test.format.kernelCode)
      ct_matmul(
        &matrix, 0, Int64(test.rows), x, Int64(test.columns), Int64(test.tokens), &y,
        Int64(test.rows), test.simd)
    }
    let weights = bytes.withUnsafeBytes {
      test.format.dequantise($0, count: test.rows * test.columns)
    }
    for token in 0..<test.tokens {
      for row in 0..<test.rows {
        var sum = 0.0
        var magnitude = 0.0
        for k in 0..<test.columns {
          let product =
            Double(weights[row * test.columns + k]) * Double(x[token * test.columns + k])
          sum += product
          magnitude += abs(product)
        }
        let bound = magnitude * (Double(test.columns) + 8) * 0x1p-24 + 1e-30
        #expect(abs(Double(y[token * test.rows + row]) - sum) <= bound, "row \(row)")
      }
    }
  }

  @Test("any split of the rows gives the same bits", arguments: [1, 6])
  func splits(tokens: Int) throws {
    let format = try BlockFormat.catalog["q4_1"]
    var random = SeededRandom(seed: 1)
    let (rows, columns) = (300, 576)
    let bytes = randomBlocks(format, count: rows * columns, &random)
    let x = (0..<tokens * columns).map { _ in Float(random.nextNormal()) }
    let threads = ct_threads()
    defer { ct_set_threads(threads) }
    let results = [1, 2, 5].map { count -> [Float] in
      var y = [Float](repeating: 0, count: tokens * rows)
      ct_set_threads(Int32(count))
      bytes.withUnsafeBytes { raw in
        var matrix = ct_matrix(
          data: raw.baseAddress, rows: Int64(rows), cols: Int64(columns), format: format.kernelCode)
        ct_matmul_parallel(&matrix, x, Int64(columns), Int64(tokens), &y, Int64(rows))
      }
      return y
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }
}

/// Random bytes with sane scales: any level may stand in a block, scales are small half floats.
func randomBlocks(_ format: BlockFormat, count: Int, _ random: inout SeededRandom)
  -> [UInt8]
{
  if let bytes = format.quantise((0..<count).map { _ in Float(random.nextNormal()) }) {
    return bytes
  }
  var bytes = (0..<format.byteCount(of: count)).map { _ in
    UInt8(truncatingIfNeeded: random.nextUInt32())
  }
  let scales = format.info.name == "q6_k" ? [208] : [0, 2]
  for start in stride(from: 0, to: bytes.count, by: format.blockBytes) {
    for scale in scales { bytes[start + scale + 1] = 0x1C }
  }
  return bytes
}
