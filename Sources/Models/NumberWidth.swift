/// A format that weights or cached keys and values are kept in, with what one number takes in all:
/// scales and minima of its blocks included.
public struct NumberWidth: Sendable, Hashable {
  /// The name, as in "q4_0".
  public let name: String
  /// Bits per number, with its share of scales.
  public let bits: Double
  /// Where the layout is written down.
  public let source: String

  /// States a format.
  public init(_ name: String, bits: Double, source: String) {
    self.name = name
    self.bits = bits
    self.source = source
  }

  /// The formats by name.
  public static let all: [NumberWidth] = [
    NumberWidth("f32", bits: 32, source: "IEEE 754"),
    NumberWidth("f16", bits: 16, source: "IEEE 754"),
    NumberWidth("bf16", bits: 16, source: "bfloat16"),
    NumberWidth("fp8", bits: 8, source: "OCP 8-bit floating point, a scale per tensor"),
    NumberWidth(
      "fp8_block", bits: 8 + 32.0 / (128 * 128), source: "DeepSeek-V3: a scale per 128 by 128"),
    NumberWidth("mxfp4", bits: 4 + 8.0 / 32, source: "OCP microscaling: a scale of 8 bits per 32"),
    NumberWidth("nvfp4", bits: 4 + 8.0 / 16, source: "NVFP4: a scale of 8 bits per 16"),
    NumberWidth("int8", bits: 8, source: "a scale per row"),
    NumberWidth(
      "int4_g128", bits: 4 + 16.0 / 128 + 4.0 / 128, source: "AWQ and GPTQ: scale and zero per 128"),
    NumberWidth("q8_0", bits: 8.5, source: "GGUF: 32 numbers in 34 bytes"),
    NumberWidth("q6_k", bits: 6.5625, source: "GGUF: 256 numbers in 210 bytes"),
    NumberWidth("q5_0", bits: 5.5, source: "GGUF: 32 numbers in 22 bytes"),
    NumberWidth("q5_1", bits: 6, source: "GGUF: 32 numbers in 24 bytes"),
    NumberWidth("q4_k", bits: 4.5, source: "GGUF: 256 numbers in 144 bytes"),
    NumberWidth("q4_0", bits: 4.5, source: "GGUF: 32 numbers in 18 bytes"),
    NumberWidth("q4_1", bits: 5, source: "GGUF: 32 numbers in 20 bytes"),
  ]
}
