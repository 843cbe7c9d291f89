import Base
import CTensors
import Tensors
import Testing

@Suite struct PackedMatrixTests {
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

  static let formats = BlockFormat.catalog.elements

  static let cases: [Case] = formats.flatMap { format in
    (0...ct_packed_simd_best()).flatMap { simd in
      // Cut bands, tails of single-value formats, every width of token tile and what is left over.
      [(1, 1, 1), (5, 3, 2), (37, 9, 5), (33, 2, 67), (64, 3, 16), (129, 2, 13)].map {
        rows, blocks, tokens in
        let columns = format.blockSize == 1 ? blocks * 32 + 7 : blocks * format.blockSize
        return Case(format: format, simd: simd, rows: rows, columns: columns, tokens: tokens)
      }
    }
  }

  /// Every kernel against sums in double precision over unpacked weights and rounded activations.
  ///
  /// The bound is the rounding of as many products: n/2^24 times the sum of their magnitudes.
  @Test("a product is that of the rounded activations", arguments: cases)
  func product(_ test: Case) throws {
    let matrix = try PackedFixture(test.format, rows: test.rows, columns: test.columns)
    let x = Activations(tokens: test.tokens, columns: test.columns)
    let y = matrix.multiplied(by: x.quantised(test.simd), tokens: test.tokens, simd: test.simd)
    let rounded = x.seen(by: test.format)
    for row in 0..<test.rows {
      let weights = matrix.row(row)
      for token in 0..<test.tokens {
        var sum = 0.0
        var magnitude = 0.0
        for k in 0..<test.columns {
          let product = Double(weights[k]) * rounded[token * test.columns + k]
          sum += product
          magnitude += abs(product)
        }
        let bound = magnitude * Double(test.columns + 8) * 0x1p-24 + 1e-30
        #expect(abs(Double(y[token * test.rows + row]) - sum) <= bound, "row \(row) token \(token)")
      }
    }
  }

  @Test("unpacked rows are those of the file", arguments: formats)
  func rows(_ format: BlockFormat) throws {
    let columns = format.blockSize == 1 ? 71 : format.blockSize * 3
    let matrix = try PackedFixture(format, rows: 21, columns: columns)
    let plain = matrix.bytes.withUnsafeBytes { format.dequantise($0, count: 21 * columns) }
    for row in 0..<21 {
      let expected = Array(plain[row * columns..<(row + 1) * columns])
      #expect(matrix.row(row) == expected)
    }
  }

  @Test("a token's result has the same bits in any batch", arguments: formats)
  func batches(_ format: BlockFormat) throws {
    let (rows, columns, most) = (37, max(format.blockSize, 64), 512)
    let matrix = try PackedFixture(format, rows: rows, columns: columns)
    let x = Activations(tokens: most, columns: columns)
    for simd in 0...ct_packed_simd_best() {
      let activations = x.quantised(simd)
      let alone = (0..<most).flatMap { token in
        matrix.multiplied(by: activations, from: token, tokens: 1, simd: simd)
      }
      for tokens in Array(2...40) + [most] {
        let together = matrix.multiplied(by: activations, tokens: tokens, simd: simd)
        #expect(together == Array(alone[0..<tokens * rows]), "simd \(simd), \(tokens) tokens")
      }
    }
  }

  @Test("every instruction set gives the same bits", arguments: formats)
  func instructionSets(_ format: BlockFormat) throws {
    let columns = max(format.blockSize, 96) * 2
    let matrix = try PackedFixture(format, rows: 50, columns: columns)
    let x = Activations(tokens: 19, columns: columns)
    let plain = x.quantised(0)
    let expected = matrix.multiplied(by: plain, tokens: 19, simd: 0)
    for simd in 0...ct_packed_simd_best() {
      let activations = x.quantised(simd)
      #expect(activations == plain)
      #expect(matrix.multiplied(by: activations, tokens: 19, simd: simd) == expected)
    }
  }

  @Test("any split of rows and any number of threads give the same bits", arguments: [1, 7, 150])
  func splits(tokens: Int) throws {
    let (rows, columns) = (1000, 576)
    let names = ["q4_1", "q8_0", "bf16"]
    let matrices = try names.map {
      try PackedFixture(BlockFormat.catalog[$0], rows: rows, columns: columns)
    }
    let activations = Activations(tokens: tokens, columns: columns).quantised(CT_SIMD_BEST.rawValue)
    let whole = matrices.map { $0.multiplied(by: activations, tokens: tokens, simd: -1) }
    let parts = matrices.map { matrix in
      var y = [Float](repeating: 0, count: tokens * rows)
      for first in stride(from: 0, to: rows, by: 48) {
        withUnsafePointer(to: matrix.packed) {
          ct_packed_matmul(
            $0, Int64(first), Int64(min(first + 48, rows)), activations, Int64(tokens), &y,
            Int64(rows))
        }
      }
      return y
    }
    #expect(parts == whole)
    let threads = ct_threads()
    defer { ct_set_threads(threads) }
    for count in [1, 2, 5] {
      ct_set_threads(Int32(count))
      #expect(parallel(matrices, activations, tokens: tokens) == whole, "\(count) threads")
    }
  }

  /// All products in one call, in one buffer that is cut afterwards.
  private func parallel(_ matrices: [PackedFixture], _ activations: [UInt64], tokens: Int)
    -> [[Float]]
  {
    let size = tokens * 1000
    var y = [Float](repeating: 0, count: matrices.count * size)
    let packed = matrices.map(\.packed)
    y.withUnsafeMutableBufferPointer { y in
      packed.withUnsafeBufferPointer { packed in
        guard let base = packed.baseAddress, let out = y.baseAddress else { return }
        let products = matrices.indices.map {
          ct_product(w: base + $0, y: out + $0 * size, y_stride: 1000)
        }
        ct_packed_matmul_parallel(products, Int32(products.count), activations, Int64(tokens))
      }
    }
    return matrices.indices.map { Array(y[$0 * size..<($0 + 1) * size]) }
  }

  @Test("the rounding of activations errs by half a step", arguments: [32, 45, 576, 2048])
  func rounding(columns: Int) {
    let x = Activations(tokens: 3, columns: columns)
    let rounded = x.rounded
    for token in 0..<3 {
      let row = x.row(token)
      for start in stride(from: 0, to: columns, by: 32) {
        let group = start..<min(start + 32, columns)
        let most = Double(group.map { abs(row[$0]) }.max() ?? 0)
        for k in group {
          // Half of a step of most/127, and the float rounding of the step itself.
          let error = abs(rounded[token * columns + k] - Double(row[k]))
          #expect(error <= most / 254 * 1.0001)
        }
      }
    }
  }

  @Test("NaN, infinity and numbers too small to scale reach the result", arguments: 0...2)
  func extremes(simd: Int32) throws {
    guard simd <= ct_packed_simd_best() else { return }
    let matrix = try PackedFixture(BlockFormat.catalog["q4_1"], rows: 16, columns: 64)
    func product(_ value: Float) -> [Float] {
      var x = Activations(tokens: 1, columns: 64)
      x.values[40] = value
      return matrix.multiplied(by: x.quantised(simd), tokens: 1, simd: simd)
    }
    #expect(product(.nan).filter(\.isNaN).count == 16)
    #expect(product(.infinity).filter(\.isFinite).isEmpty)
    var tiny = Activations(tokens: 1, columns: 64)
    tiny.values = tiny.values.map { $0 * Float.leastNormalMagnitude / 16 }
    let small = matrix.multiplied(by: tiny.quantised(simd), tokens: 1, simd: simd)
    #expect(small.map(abs).max() ?? 1 < 1e-36)
  }

  @Test func `an empty matrix has no packed form`() throws {
    var matrix = ct_matrix(
      data: nil, rows: 0, cols: 32, format: try BlockFormat.catalog["q4_0"].kernelCode)
    #expect(ct_packed_bytes(&matrix) == 0)
  }

  @Test func `four-bit weights take the bytes of the file`() throws {
    let format = try BlockFormat.catalog["q4_1"]
    var matrix = ct_matrix(data: nil, rows: 192, cols: 576, format: format.kernelCode)
    #expect(Int(ct_packed_bytes(&matrix)) == format.byteCount(of: 192 * 576))
  }
}

/// Activations whose rows lie apart and start off any alignment.
private struct Activations {
  let tokens: Int
  let columns: Int
  var values: [Float]

  private var stride: Int { columns + 3 }

  init(tokens: Int, columns: Int) {
    self.tokens = tokens
    self.columns = columns
    var random = SeededRandom(seed: 4)
    values = (0..<tokens * (columns + 3) + 1).map { _ in Float(random.nextNormal()) }
  }

  func row(_ token: Int) -> [Float] { Array(values[(1 + token * stride)...].prefix(columns)) }

  /// Words, so that a comparison sees every byte.
  func quantised(_ simd: Int32) -> [UInt64] {
    let bytes = ct_activation_bytes(Int64(tokens), Int64(columns))
    var out = [UInt64](repeating: 0, count: Int(bytes) / 8)
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      ct_quantise_activations_simd(
        base + 1, Int64(stride), 0, Int64(tokens), Int64(columns), &out, simd)
    }
    return out
  }

  func seen(by format: BlockFormat) -> [Double] {
    format.blockSize > 1 ? rounded : (0..<tokens).flatMap { row($0).map(Double.init) }
  }

  /// The activations in steps of a 127th of the greatest of each 32, by definition.
  var rounded: [Double] {
    (0..<tokens).flatMap { token -> [Double] in
      let row = row(token)
      return Swift.stride(from: 0, to: columns, by: 32).flatMap { start -> [Double] in
        let group = row[start..<min(start + 32, columns)]
        let most = group.map(abs).max() ?? 0
        return group.map {
          Double(($0 * (127 / most)).rounded(.toNearestOrEven)) * Double(most / 127)
        }
      }
    }
  }
}

/// A matrix of random blocks and its packed copy.
private final class PackedFixture {
  let bytes: [UInt8]
  let packed: ct_packed

  init(_ format: BlockFormat, rows: Int, columns: Int) throws {
    var random = SeededRandom(seed: 9)
    bytes = randomBlocks(format, count: rows * columns, &random)
    packed = bytes.withUnsafeBytes { raw in
      var matrix = ct_matrix(
        data: raw.baseAddress, rows: Int64(rows), cols: Int64(columns), format: format.kernelCode)
      var packed = ct_packed()
      packed.data = .allocate(byteCount: Int(ct_packed_bytes(&matrix)), alignment: 64)
      // In two parts, as threads would.
      let middle = Int64(rows / 32 * 16)
      ct_pack(&matrix, middle, Int64(rows), &packed)
      ct_pack(&matrix, 0, middle, &packed)
      return packed
    }
  }

  deinit { packed.data.deallocate() }

  func row(_ row: Int) -> [Float] {
    var out = [Float](repeating: .nan, count: Int(packed.cols))
    withUnsafePointer(to: packed) { ct_packed_row($0, Int64(row), &out) }
    return out
  }

  func multiplied(by activations: [UInt64], from token: Int = 0, tokens: Int, simd: Int32)
    -> [Float]
  {
    let rows = Int(packed.rows)
    var y = [Float](repeating: .nan, count: tokens * rows)
    activations.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return }
      withUnsafePointer(to: packed) {
        ct_packed_matmul_simd(
          $0, 0, Int64(rows), base + token * Int(ct_activation_bytes(1, packed.cols)),
          Int64(tokens), &y, Int64(rows), simd)
      }
    }
    return y
  }
}
