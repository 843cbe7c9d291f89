public import Base

/// The matrices of a layer that a low-rank adapter changes.
public enum AdapterTarget: String, Sendable, CaseIterable {
  case queries, keys, values, output, gate, up, down
}

extension ModelSpec {
  /// Parameters of a low-rank adapter (Hu and others, 2021): `rank·(in + out)` for each matrix it changes.
  public func adapterParameters(rank: Int, targets: [AdapterTarget]) -> Int {
    let queryWidth = heads * headWidth
    let keyWidth = keyValueHeads * headWidth
    let perLayer = Set(targets).reduce(0) { sum, target in
      switch target {
      case .queries: sum + width + queryWidth
      case .keys, .values: sum + width + keyWidth
      case .output: sum + queryWidth + width
      case .gate, .up, .down: sum + width + feedForwardWidth
      }
    }
    return layers * rank * perLayer
  }

  /// What an adapter takes, in half precision unless said otherwise.
  public func adapterBytes(
    rank: Int, targets: [AdapterTarget], bytesPerParameter: Int = 2
  ) -> Bytes {
    Bytes(adapterParameters(rank: rank, targets: targets) * bytesPerParameter)
  }
}
