/// What a device calculates at most, in operations per second: dense and, kept apart, with 2:4
/// sparsity, which skips every second multiplication of the tensor cores.
public struct Peaks: Sendable {
  /// Rates where every product counts.
  public let dense: [Arithmetic: Fact<Double>]
  /// Rates where half of the products are skipped and counted all the same.
  public let sparse: [Arithmetic: Fact<Double>]

  /// Creates rates from facts.
  public init(
    dense: [Arithmetic: Fact<Double>], sparse: [Arithmetic: Fact<Double>] = [:]
  ) {
    self.dense = dense
    self.sparse = sparse
  }

  /// Takes a sheet's figures in 10^12 operations per second.
  ///
  /// - Parameters:
  ///   - sheet: where they stand.
  ///   - dense: dense rates.
  ///   - sparse: sparse rates that the sheet states.
  ///   - doubled: kinds whose sparse rate is twice the dense one.
  public init(
    _ sheet: Sheet, dense: [Arithmetic: Double], sparse: [Arithmetic: Double] = [:],
    doubled: [Arithmetic] = []
  ) {
    self.dense = dense.mapValues { sheet.read($0 * 1e12) }
    var facts = sparse.mapValues { sheet.read($0 * 1e12) }
    for kind in doubled {
      guard let rate = dense[kind] else { preconditionFailure("no dense rate of \(kind.rawValue)") }
      facts[kind] = .derived(2 * rate * 1e12, "twice the dense rate")
    }
    self.sparse = facts
  }

  /// The kinds of arithmetic with a dense rate, in the order of their declaration.
  public var kinds: [Arithmetic] { Arithmetic.allCases.filter { dense[$0] != nil } }

  /// The same rates on a share of the device's cores.
  public func scaled(by share: Double, _ rule: String) -> Peaks {
    Peaks(
      dense: dense.mapValues { $0.derive(rule) { $0 * share } },
      sparse: sparse.mapValues { $0.derive(rule) { $0 * share } })
  }
}
