import Base
import CTensors
import Glibc
import Testing

/// Attention by the formula, in double precision, over what the cache holds.
private struct PlainAttention {
  let call: ct_attention
  let keys: [Float]
  let values: [Float]

  /// The softmax of a row's head over all positions before `count`.
  func weights(_ q: ArraySlice<Float>, group: Int, position: Int, count: Int) -> [Double] {
    let (d, groups) = (Int(call.head_dim), Int(call.kv_heads))
    let low = call.window > 0 ? max(0, position - Int(call.window) + 1) : 0
    var scores = [Double](repeating: -.infinity, count: count)
    for p in low...position {
      let key = keys[((p * groups + group) * d)...].prefix(d)
      var product = 0.0
      for (a, b) in zip(q, key) { product += Double(a) * Double(b) }
      let score = product * Double(call.scale)
      let cap = Double(call.softcap)
      scores[p] = cap == 0 ? score : cap * tanh(score / cap)
    }
    let top = scores.max() ?? 0
    let powers = scores.map { exp($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  func output(_ weights: [Double], group: Int) -> [Double] {
    let (v, groups) = (Int(call.value_dim), Int(call.kv_heads))
    var sums = [Double](repeating: 0, count: v)
    for (p, weight) in weights.enumerated() where weight != 0 {
      let start = (p * groups + group) * v
      for e in 0..<v { sums[e] += weight * Double(values[start + e]) }
    }
    return sums
  }
}

/// Sequences over one set of blocks, with rows whose strides are wider than they need to be.
private final class PagedCase {
  var call: ct_attention
  let count: Int
  let keys: [Float]
  let values: [Float]
  let queries: [Float]
  let strides: (key: Int, value: Int, query: Int, out: Int)
  private let blocks: [UnsafeMutableRawPointer?]
  private let blockBytes: Int

  init(_ call: ct_attention, count: Int, seed: UInt64) {
    var call = call
    call.offset = 128
    self.call = call
    self.count = count
    let (keyWidth, valueWidth) = (call.kv_heads * call.head_dim, call.kv_heads * call.value_dim)
    strides = (
      Int(keyWidth) + 3, Int(valueWidth) + 5, Int(call.heads * call.head_dim) + 1,
      Int(call.heads * call.value_dim) + 7
    )
    var random = SeededRandom(seed: seed)
    func numbers(_ n: Int) -> [Float] { (0..<n).map { _ in Float(random.nextNormal()) } }
    keys = numbers(count * strides.key)
    values = numbers(count * strides.value)
    queries = numbers(count * strides.query).map { 2 * $0 }
    let bytes = Int(
      call.offset
        + ct_kv_layer_bytes(
          call.format, call.block_size, call.kv_heads, call.head_dim, call.value_dim))
    blocks = (0..<(count + Int(call.block_size) - 1) / Int(call.block_size)).map { _ in
      UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    }
    blockBytes = bytes
    wipe()
  }

  deinit { for block in blocks { block?.deallocate() } }

  /// Fills the blocks with what is no number: what was not stored must not be looked at.
  func wipe() {
    for block in blocks {
      block?.initializeMemory(as: UInt8.self, repeating: 0xFF, count: blockBytes)
    }
  }

  /// Stores and attends in chunks as long as given, again and again; the rows of `out` are dense.
  func run(chunks: [Int], scores: UnsafeMutablePointer<Float>? = nil) -> [Float] {
    var out = [Float](repeating: .nan, count: count * strides.out)
    var (done, number) = (0, 0)
    while done < count {
      let chunk = min(chunks[number % chunks.count], count - done)
      blocks.withUnsafeBufferPointer { blocks in
        var span = ct_span(
          blocks: blocks.baseAddress, first: Int64(done), row: Int64(done), count: Int64(chunk))
        ct_kv_store(
          &call, &span, 1, keys, Int64(strides.key), values, Int64(strides.value))
        ct_attend(
          &call, &span, 1, queries, Int64(strides.query), &out, Int64(strides.out), scores,
          Int64(count))
      }
      done += chunk
      number += 1
    }
    return dense(out)
  }

  func dense(_ out: [Float]) -> [Float] {
    let width = Int(call.heads * call.value_dim)
    return (0..<count).flatMap { out[$0 * strides.out..<$0 * strides.out + width] }
  }

  /// The blocks as a sequence of `count` rows from `row` of a joint batch.
  func withBlocks<T>(_ body: (UnsafePointer<UnsafeMutableRawPointer?>?) -> T) -> T {
    blocks.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  /// What the cache holds, as floats.
  func loaded() -> PlainAttention {
    let (d, v, groups) = (Int(call.head_dim), Int(call.value_dim), Int(call.kv_heads))
    var heldKeys = [Float](repeating: 0, count: count * groups * d)
    var heldValues = [Float](repeating: 0, count: count * groups * v)
    withBlocks { blocks in
      for place in 0..<count * groups {
        heldKeys.withUnsafeMutableBufferPointer { keys in
          heldValues.withUnsafeMutableBufferPointer { values in
            ct_kv_load(
              &call, blocks, Int64(place / groups), Int64(place % groups),
              keys.baseAddress.map { $0 + place * d }, values.baseAddress.map { $0 + place * v })
          }
        }
      }
    }
    return PlainAttention(call: call, keys: heldKeys, values: heldValues)
  }
}

/// The instruction set and the number of threads are the process's: these tests take turns.
@Suite(.serialized) struct PagedAttentionTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var block = 16
    var heads = (query: 9, key: 3)
    var widths = (key: 64, value: 64)
    var window = 0
    var cap: Float = 0
    var count = 100

    var testDescription: String {
      "block \(block), heads \(heads), widths \(widths), window \(window), cap \(cap), \(count) rows"
    }

    func call(_ format: ct_kv_format) -> ct_attention {
      ct_attention(
        block_size: Int64(block), offset: 0, heads: Int64(heads.query),
        kv_heads: Int64(heads.key), head_dim: Int64(widths.key), value_dim: Int64(widths.value),
        window: Int64(window), scale: 1 / Float(widths.key).squareRoot(), softcap: cap,
        format: Int32(format.rawValue))
    }
  }

  static let formats = [CT_KV_F32, CT_KV_F16, CT_KV_BF16, CT_KV_INT8].map(\.rawValue)

  static let shapes = [
    Shape(block: 64, count: 130),
    Shape(block: 16, heads: (4, 4), widths: (32, 32), window: 20, count: 70),
    Shape(block: 5, heads: (4, 2), widths: (33, 17), count: 43),
    Shape(block: 1, heads: (2, 1), widths: (80, 96), window: 7, count: 40),
    Shape(block: 64, heads: (4, 1), widths: (128, 128), cap: 5, count: 66),
    Shape(block: 24, heads: (8, 1), widths: (192, 128), count: 60),
    Shape(block: 1000, heads: (14, 1), widths: (7, 16), window: 260, count: 400),
    Shape(block: 32, heads: (2, 1), widths: (256, 256), window: 64, cap: 30, count: 90),
  ]

  private func withKernels(_ body: () -> Void) {
    defer { ct_attention_use(CT_SIMD_BEST.rawValue) }
    for simd in 0...ct_simd_best() {
      ct_attention_use(simd)
      body()
    }
  }

  /// Sums of a few hundred products of about 1, rounded to 24 bits; scores of up to about 10 carry
  /// their rounding into the weights.
  private let tolerance = 2e-5

  @Test("rows equal the formula, in outputs and weights", arguments: shapes, formats)
  func formula(_ shape: Shape, _ format: UInt32) {
    let test = PagedCase(shape.call(ct_kv_format(format)), count: shape.count, seed: 3)
    withKernels {
      let (heads, v) = (shape.heads.query, shape.widths.value)
      var scores = [Float](repeating: .nan, count: shape.count * heads * shape.count)
      let out = test.run(chunks: [shape.count], scores: &scores)
      let plain = test.loaded()
      var worst = (output: 0.0, weight: 0.0)
      // The first rows, those about the end of a strip, one in the middle, the last; two heads.
      for row in [0, 1, 15, 16, shape.count / 2, shape.count - 1] {
        for head in [0, heads - 1] {
          let group = head / (heads / shape.heads.key)
          let q = test.queries[(row * test.strides.query + head * shape.widths.key)...]
            .prefix(shape.widths.key)
          let weights = plain.weights(q, group: group, position: row, count: shape.count)
          let place = row * heads + head
          for (e, expected) in plain.output(weights, group: group).enumerated() {
            worst.output = distance(worst.output, Double(out[place * v + e]) - expected)
          }
          for (p, expected) in weights.enumerated() {
            worst.weight = distance(
              worst.weight, Double(scores[place * shape.count + p]) - expected)
          }
        }
      }
      #expect(worst.output < tolerance && worst.weight < tolerance, "\(worst)")
    }
  }

  /// The greater of two errors; what is no number is the greatest.
  private func distance(_ worst: Double, _ error: Double) -> Double {
    error.isNaN ? .infinity : max(worst, abs(error))
  }

  /// Bounds: half a unit in the last of 11 and of 8 bits, relative; half a step of 127 of the
  /// greatest of a position's head, which is below 5.
  @Test("what is stored comes back within its format", arguments: shapes, formats)
  func storing(_ shape: Shape, _ format: UInt32) {
    let test = PagedCase(shape.call(ct_kv_format(format)), count: shape.count, seed: 4)
    withKernels {
      _ = test.run(chunks: [7, 1, 30])
      let held = test.loaded()
      let width = shape.heads.key * shape.widths.key
      for row in 0..<shape.count {
        let stored = test.keys[(row * test.strides.key)...].prefix(width)
        for (was, now) in zip(stored, held.keys[(row * width)...]) {
          let bound =
            switch ct_kv_format(format) {
            case CT_KV_F32: Float(0)
            case CT_KV_F16: abs(was) * 0x1p-11 + 0x1p-24
            case CT_KV_BF16: abs(was) * 0x1p-8
            default: Float(5) / 254
            }
          if abs(was - now) > bound { Issue.record("\(was) came back as \(now)") }
        }
      }
    }
  }

  @Test("chunks and threads leave the bits as they are", arguments: shapes, formats)
  func bits(_ shape: Shape, _ format: UInt32) {
    let threads = ct_threads()
    defer { ct_set_threads(threads) }
    let test = PagedCase(shape.call(ct_kv_format(format)), count: shape.count, seed: 5)
    withKernels {
      let results = [(1, [1000]), (3, [1]), (2, [13, 40, 1])].map { threads, chunks in
        ct_set_threads(Int32(threads))
        test.wipe()
        return test.run(chunks: chunks)
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  @Test("sequences in one call do not see each other", arguments: formats)
  func batches(_ format: UInt32) {
    let call = Shape(window: 90).call(ct_kv_format(format))
    let tests = [(40, 1), (300, 2), (7, 3)].map { PagedCase(call, count: $0, seed: UInt64($1)) }
    let alone = tests.map { $0.run(chunks: [$0.count]) }
    // Once more, the last rows of each side by side: 40 of 40, one of 300, two of 7.
    let taken = [40, 1, 2]
    let total = taken.reduce(0, +)
    let strides = tests[0].strides
    var queries: [Float] = []
    for (test, n) in zip(tests, taken) { queries += test.queries.suffix(n * strides.query) }
    var out = [Float](repeating: .nan, count: total * strides.out)
    tests[0].withBlocks { a in
      tests[1].withBlocks { b in
        tests[2].withBlocks { c in
          let spans = [
            ct_span(blocks: a, first: 0, row: 0, count: 40),
            ct_span(blocks: b, first: 299, row: 40, count: 1),
            ct_span(blocks: c, first: 5, row: 41, count: 2),
          ]
          var call = tests[0].call
          ct_attend(
            &call, spans, 3, queries, Int64(strides.query), &out, Int64(strides.out), nil, 0)
        }
      }
    }
    let width = Int(call.heads * call.value_dim)
    var row = 0
    for (rows, n) in zip(alone, taken) {
      let expected = Array(rows.suffix(n * width))
      let got = (row..<row + n).flatMap { out[$0 * strides.out..<$0 * strides.out + width] }
      #expect(got == expected)
      row += n
    }
  }

  @Test("a half float saturates instead of becoming infinite", arguments: [Float(1e6), -7e9])
  func saturation(value: Float) {
    withKernels {
      var call = Shape(heads: (1, 1)).call(CT_KV_F16)
      let bytes = Int(ct_kv_layer_bytes(call.format, 16, 1, 64, 64))
      let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      defer { block.deallocate() }
      let row = [Float](repeating: value, count: 64)
      var key = [Float](repeating: 0, count: 64)
      var kept = key
      let blocks: [UnsafeMutableRawPointer?] = [block]
      blocks.withUnsafeBufferPointer { blocks in
        var span = ct_span(blocks: blocks.baseAddress, first: 0, row: 0, count: 1)
        ct_kv_store(&call, &span, 1, row, 64, row, 64)
        ct_kv_load(&call, blocks.baseAddress, 0, 0, &key, &kept)
      }
      #expect(key == [Float](repeating: value < 0 ? -65504 : 65504, count: 64))
      #expect(kept == key)
    }
  }
}
