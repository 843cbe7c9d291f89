public import Base
internal import CTensors

/// A way to store weights: blocks of a few values that share a scale, unpacked as they are used.
///
/// `Q4_1` keeps 32 values as `q·d + m` with 4-bit `q`: 20 bytes a block, 5 bits a weight. The K
/// formats keep 256 values in eight or sixteen sub-blocks whose scales are quantised themselves.
public struct BlockFormat: Described, Hashable, Sendable {
  /// What Lua, `help` and the tests know about this format.
  public let info: Info
  /// How many values one block holds.
  public let blockSize: Int
  /// How many bytes one block takes.
  public let blockBytes: Int
  /// The number by which the C kernels know it.
  public let kernelCode: Int32

  /// The bits that one weight takes, its share of the scales included.
  public var bitsPerWeight: Double { Double(blockBytes * 8) / Double(blockSize) }

  /// Two formats are the same when the kernels say so.
  public static func == (a: BlockFormat, b: BlockFormat) -> Bool { a.kernelCode == b.kernelCode }

  /// Feeds the kernel's number.
  public func hash(into hasher: inout Hasher) { hasher.combine(kernelCode) }

  /// The bytes of `count` values; `count` must be whole blocks.
  public func byteCount(of count: Int) -> Int {
    precondition(count % blockSize == 0, "\(count) values in \(info.name) blocks of \(blockSize)")
    return count / blockSize * blockBytes
  }

  /// Unpacks blocks to floats.
  public func dequantise(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Float] {
    precondition(
      bytes.count >= byteCount(of: count), "\(bytes.count) bytes for \(count) \(info.name) values")
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      if let from = bytes.baseAddress, let to = values.baseAddress {
        ct_dequantise(kernelCode, from, Int64(count), to)
      }
      initialized = count
    }
  }

  /// Packs floats into blocks by ggml's reference rounding; nil for the K formats, which have none.
  public func quantise(_ values: [Float]) -> [UInt8]? {
    var known = true
    let bytes = [UInt8](unsafeUninitializedCapacity: byteCount(of: values.count)) { out, count in
      if let to = out.baseAddress {
        known = ct_quantise(kernelCode, values, Int64(values.count), to) != 0
      }
      count = known ? out.count : 0
    }
    return known ? bytes : nil
  }
}

extension BlockFormat {
  /// Every format that can be computed with, in the order of the kernels' numbers.
  public static let catalog = Catalog<BlockFormat>(
    "weight format",
    [
      .init(0, "f32", "single precision", "IEEE 754 binary32"),
      .init(1, "f16", "half precision", "IEEE 754 binary16"),
      .init(2, "bf16", "single precision cut to eight bits of mantissa", "Google's bfloat16"),
      .init(3, "q4_0", "32 values: a scale and 4-bit levels around zero"),
      .init(4, "q4_1", "32 values: a scale, a minimum and 4-bit levels"),
      .init(5, "q5_0", "32 values: a scale and 5-bit levels around zero"),
      .init(6, "q5_1", "32 values: a scale, a minimum and 5-bit levels"),
      .init(7, "q8_0", "32 values: a scale and signed bytes"),
      .init(8, "q4_k", "256 values: eight sub-blocks of 4-bit levels with 6-bit scales and minima"),
      .init(9, "q5_k", "256 values: eight sub-blocks of 5-bit levels with 6-bit scales and minima"),
      .init(10, "q6_k", "256 values: sixteen sub-blocks of 6-bit levels with 8-bit scales"),
    ])

  private init(
    _ code: Int32, _ name: String, _ summary: String,
    _ source: String = "ggml-common.h and ggml-quants.c of ggml 0.25"
  ) {
    info = Info(name, summary, source: source)
    kernelCode = code
    blockSize = Int(ct_format_block_size(code))
    blockBytes = Int(ct_format_block_bytes(code))
  }
}

extension BlockFormat {
  /// Single precision.
  public static let single = catalog.elements[0]
}
