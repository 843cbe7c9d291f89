import Base

/// A matrix that adapters can add to.
struct AdapterTarget: Hashable, Sendable {
  /// Outputs.
  let rows: Int
  /// Inputs.
  let columns: Int
  /// The number of heads whose rows lie in pairs (i, i + D/2) in the model's first home and in pairs
  /// (2i, 2i + 1) here; 0 where both are in the same order.
  var pairedHeads = 0

  /// The row of the first home that stands at a row here.
  func homeRow(_ row: Int) -> Int {
    guard pairedHeads > 0 else { return row }
    let width = rows / pairedHeads
    let (head, place) = (row / width, row % width)
    return head * width + place % 2 * (width / 2) + place / 2
  }
}

/// All matrices of an engine that adapters can add to, by their tensors' names without ".weight".
struct AdapterTargets: Sendable {
  let byName: [String: AdapterTarget]
  /// Equal for engines to which the same adapters fit.
  let fingerprint: UInt64

  init(_ byName: [String: AdapterTarget]) {
    self.byName = byName
    // FNV-1a over names and shapes, in the order of the names.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for (name, target) in byName.sorted(by: { $0.key < $1.key }) {
      for byte in "\(name) \(target.rows) \(target.columns)\n".utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    fingerprint = hash
  }

  /// The names behind the layer's number, each once, as in "attn_q".
  var kinds: [String] {
    Set(byName.keys.map(Self.kind)).sorted()
  }

  /// A name without its layer.
  static func kind(_ name: String) -> String {
    let parts = name.split(separator: ".", maxSplits: 2)
    return parts.count == 3 && parts[0] == "blk" ? String(parts[2]) : name
  }

  /// A matrix by its name.
  func find(_ name: String) throws(Problem) -> AdapterTarget {
    guard let target = byName[name] else {
      throw .unknown(
        "matrix", name, among: byName.keys.sorted(),
        list: "adapters add to \(kinds.joined(separator: ", ")) of each layer")
    }
    return target
  }
}
