import Base
public import Tensors

/// How the numbers of a tensor are stored, as GGUF files number it.
///
/// Block sizes and bytes are needed for every type that a file may hold, since they place and bound
/// its tensors; which of them can be computed with is said by ``format``.
/// Source: ggml's `ggml_type` and `type_traits`, as of version 0.25.
public struct GGUFTensorType: Hashable, Sendable {
  /// The number that stands in the file.
  public let code: UInt32
  /// The name as ggml spells it, in lower case.
  public let name: String
  /// How many values one block holds.
  public let blockSize: Int
  /// How many bytes one block takes.
  public let blockBytes: Int

  /// The arithmetic for it, or nothing where this engine has none.
  public var format: BlockFormat? { BlockFormat.catalog.find(name) }

  /// Finds a type by its number.
  public static func numbered(_ code: UInt32) -> GGUFTensorType? { byCode[code] }

  /// Finds a type by its name.
  public static func named(_ name: String) -> GGUFTensorType? { all.first { $0.name == name } }

  private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })

  private init(_ code: UInt32, _ name: String, _ blockSize: Int, _ blockBytes: Int) {
    self.code = code
    self.name = name
    self.blockSize = blockSize
    self.blockBytes = blockBytes
  }

  /// Every type, by number.
  public static let all: [GGUFTensorType] = [
    .init(0, "f32", 1, 4), .init(1, "f16", 1, 2), .init(2, "q4_0", 32, 18),
    .init(3, "q4_1", 32, 20), .init(6, "q5_0", 32, 22), .init(7, "q5_1", 32, 24),
    .init(8, "q8_0", 32, 34), .init(9, "q8_1", 32, 36), .init(10, "q2_k", 256, 84),
    .init(11, "q3_k", 256, 110), .init(12, "q4_k", 256, 144), .init(13, "q5_k", 256, 176),
    .init(14, "q6_k", 256, 210), .init(15, "q8_k", 256, 292), .init(16, "iq2_xxs", 256, 66),
    .init(17, "iq2_xs", 256, 74), .init(18, "iq3_xxs", 256, 98), .init(19, "iq1_s", 256, 50),
    .init(20, "iq4_nl", 32, 18), .init(21, "iq3_s", 256, 110), .init(22, "iq2_s", 256, 82),
    .init(23, "iq4_xs", 256, 136), .init(24, "i8", 1, 1), .init(25, "i16", 1, 2),
    .init(26, "i32", 1, 4), .init(27, "i64", 1, 8), .init(28, "f64", 1, 8),
    .init(29, "iq1_m", 256, 56), .init(30, "bf16", 1, 2), .init(34, "tq1_0", 256, 54),
    .init(35, "tq2_0", 256, 66), .init(39, "mxfp4", 32, 17),
  ]
}
