public import Base
import CTensors
public import Models

/// The keys and values of one sequence, kept in blocks of 64 positions so that it grows without
/// being copied.
///
/// A block holds all layers: for each, keys `[G, D, 64]` and values `[G, 64, D]`.
public final class KVCache {
  /// How an element is kept.
  public enum Precision: String, Sendable, CaseIterable {
    /// 32 bits: nothing is lost.
    case single = "f32"
    /// 16 bits: half the memory.
    case half = "f16"

    /// The bytes of an element.
    public var size: Int { self == .single ? 4 : 2 }
  }

  /// Positions in one block.
  public static let blockPositions = Int(CT_KV_BLOCK)

  /// How an element is kept.
  public let precision: Precision
  /// The tokens whose keys and values are held, in order.
  public private(set) var tokens: [TokenID] = []
  /// The number of positions held.
  public var count: Int { tokens.count }
  /// What the blocks take.
  public var bytes: Bytes { Bytes(blocks.count * blockBytes) }

  private let spec: ModelSpec
  private let blockBytes: Int
  private var blocks: [UnsafeMutableRawPointer?] = []

  /// Creates an empty cache for a model.
  public init(_ spec: ModelSpec, precision: Precision = .single) {
    self.spec = spec
    self.precision = precision
    blockBytes =
      spec.keyValueBytes(bytesPerElement: precision.size).count * Self.blockPositions
  }

  deinit { for block in blocks { block?.deallocate() } }

  /// Forgets everything behind the first `count` positions.
  public func truncate(to count: Int) {
    precondition(count >= 0 && count <= tokens.count, "\(count) of \(tokens.count) positions")
    tokens.removeLast(tokens.count - count)
  }

  /// Makes room for more positions; the error says how many fit.
  func reserve(_ more: Int) throws(Problem) {
    let needed = tokens.count + more
    guard needed <= spec.contextLength else {
      throw Problem(
        "\(needed) tokens do not fit into the context of \(spec.contextLength)",
        fix: "shorten the prompt or ask for fewer tokens", kind: .limit)
    }
    while blocks.count * Self.blockPositions < needed {
      let block = UnsafeMutableRawPointer.allocate(byteCount: blockBytes, alignment: 64)
      // Scores of a block's unused positions are computed and dropped: they must not be NaN traps.
      block.initializeMemory(as: UInt8.self, repeating: 0, count: blockBytes)
      blocks.append(block)
    }
  }

  /// Counts positions whose keys and values are stored in every layer.
  func commit(_ more: some Sequence<TokenID>) { tokens += more }

  /// Describes one layer to the kernels.
  func withLayer<T>(_ layer: Int, _ body: (inout ct_attention_v0) -> T) -> T {
    let perLayer = spec.keyValueHeads * spec.headWidth * Self.blockPositions
    return blocks.withUnsafeBufferPointer { blocks in
      var attention = ct_attention_v0(
        blocks: blocks.baseAddress, key_offset: Int64(layer * 2 * perLayer),
        value_offset: Int64((layer * 2 + 1) * perLayer), heads: Int64(spec.heads),
        kv_heads: Int64(spec.keyValueHeads), head_dim: Int64(spec.headWidth),
        scale: 1 / Float(spec.headWidth).squareRoot(), is_half: precision == .half ? 1 : 0)
      return body(&attention)
    }
  }
}
