public import Base
import CTensors
public import Models

/// How keys and values are kept.
public enum KVFormat: String, Sendable, CaseIterable {
  /// 32 bits: nothing is lost.
  case f32
  /// Half precision: half the memory, 11 bits of mantissa.
  case f16
  /// Half the memory, the range of f32, 8 bits of mantissa.
  case bf16
  /// A quarter of the memory: bytes with one scale for each position and head.
  case int8

  /// What Lua and `help` say of it.
  public var info: Info {
    switch self {
    case .f32: Info("f32", "32 bits: nothing is lost")
    case .f16: Info("f16", "half the memory, 11 bits of mantissa")
    case .bf16: Info("bf16", "half the memory, the range of f32, 8 bits of mantissa")
    case .int8: Info("int8", "a quarter of the memory: bytes, one scale for a position and head")
    }
  }

  /// The number by which the kernels know it.
  var kernelCode: Int32 {
    switch self {
    case .f32: Int32(CT_KV_F32.rawValue)
    case .f16: Int32(CT_KV_F16.rawValue)
    case .bf16: Int32(CT_KV_BF16.rawValue)
    case .int8: Int32(CT_KV_INT8.rawValue)
    }
  }
}

/// What a model keeps of each position: for every layer, keys and values of every key head.
public struct KVShape: Sendable, Hashable {
  /// Layers that keep something.
  public let layers: Int
  /// Key heads in a layer.
  public let heads: Int
  /// The width of a key.
  public let keyWidth: Int
  /// The width of a value.
  public let valueWidth: Int

  /// Creates a shape.
  public init(layers: Int, heads: Int, keyWidth: Int, valueWidth: Int) {
    self.layers = layers
    self.heads = heads
    self.keyWidth = keyWidth
    self.valueWidth = valueWidth
  }

  /// The usual shape: every layer keeps a key and a value of every key head, all as wide.
  public init(_ spec: ModelSpec) {
    self.init(
      layers: spec.layers, heads: spec.keyValueHeads, keyWidth: spec.headWidth,
      valueWidth: spec.headWidth)
  }

  /// What one layer of a block takes, in bytes.
  func layerBytes(_ format: KVFormat, blockSize: Int) -> Int {
    let bytes = ct_kv_layer_bytes(
      format.kernelCode, Int64(blockSize), Int64(heads), Int64(keyWidth), Int64(valueWidth))
    return (Int(bytes) + 63) & ~63
  }
}
