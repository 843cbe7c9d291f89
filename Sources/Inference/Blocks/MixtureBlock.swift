import Base
import CTensors
import Models

/// A mixture of feed-forward blocks: a router picks some experts for each token, and what they say is
/// added up by the router's shares (Shazeer 2017; Mixtral, 2024).
///
/// The rows of a pass are gathered by expert, so an expert's matrices are read once a pass, and only
/// when a row wants them.
struct MixtureBlock: StreamBlock {
  let layer: Int
  let router: Projection
  let routing: Routing
  let activation: Activation
  let experts: [Expert]
  /// The block that every token goes through beside its experts.
  var shared: FeedForwardBlock?

  /// The matrices of one expert.
  struct Expert: Sendable {
    let gate: WeightMatrix
    let up: WeightMatrix
    let down: WeightMatrix

    var byteCount: Int { gate.byteCount + up.byteCount + down.byteCount }
    var parameters: Int { 3 * gate.rows * gate.columns }
  }

  func run(_ x: Rows, _ pass: Pass) -> Rows {
    let shares = pass.project(router, x, as: .router)
    pass.timed(.router) {
      overRows(x.count, floatsEach: shares.columns * 16) { rows in
        for row in rows { routing.share(UnsafeMutableBufferPointer(shares, row: row)) }
      }
    }
    pass.show(.experts, layer, shares)
    let out = shared?.run(x, pass) ?? pass.rows(x.columns)
    if shared == nil { out.start.update(repeating: 0, count: out.count * out.columns) }
    for (number, expert) in experts.enumerated() {
      let wanted = (0..<x.count).filter { shares.row($0)[number] != 0 }
      if !wanted.isEmpty { add(expert, number, x, wanted, shares, to: out, pass) }
    }
    return out
  }

  /// Adds what one expert says of the rows that want it; a row's sum grows in the experts' order,
  /// whatever rows stand beside it.
  private func add(
    _ expert: Expert, _ number: Int, _ x: Rows, _ wanted: [Int], _ shares: Rows, to out: Rows,
    _ pass: Pass
  ) {
    let arena = pass.arena
    let mark = arena.mark
    defer { arena.reset(to: mark) }
    let input = arena.rows(wanted.count, x.columns)
    for (index, row) in wanted.enumerated() {
      input.row(index).update(from: x.row(row), count: x.columns)
    }
    let (gate, up) = (
      arena.rows(wanted.count, expert.gate.rows), arena.rows(wanted.count, expert.up.rows)
    )
    pass.timed(
      .gateUp, bytes: expert.gate.byteCount + expert.up.byteCount,
      multiplyAdds: 2 * expert.parameters / 3 * wanted.count
    ) { WeightMatrix.multiply([expert.gate, expert.up], input, into: [gate, up], arena) }
    pass.timed(.activation) { activation.run(gate, gating: up) }
    let result = arena.rows(wanted.count, out.columns)
    pass.timed(
      .down, bytes: expert.down.byteCount, multiplyAdds: expert.parameters / 3 * wanted.count
    ) { expert.down.multiply(gate, into: result, arena) }
    pass.timed(.add) {
      for (index, row) in wanted.enumerated() {
        let (from, to, share) = (result.row(index), out.row(row), shares.row(row)[number])
        for column in 0..<out.columns { to[column] += share * from[column] }
      }
    }
  }
}

extension WeightReader {
  /// The feed-forward block of a layer: a mixture where the model has one there, else a plain block.
  mutating func feedForwardOrMixture(
    _ layer: Int, _ activation: Activation, _ routing: @autoclosure () -> Routing
  ) throws(Problem) -> any StreamBlock {
    guard let mixture = spec.mixture, layer >= mixture.denseLayers else {
      return try feedForward(layer, activation)
    }
    return try self.mixture(layer, activation, routing(), mixture)
  }

  /// The mixture of a layer, with the block that all tokens share where the model has one.
  private mutating func mixture(
    _ layer: Int, _ activation: Activation, _ routing: Routing, _ mixture: Mixture
  ) throws(Problem) -> MixtureBlock {
    let (block, d) = ("blk.\(layer).", spec.width)
    func stack(_ name: String, rows: Int, columns: Int) throws(Problem) -> [WeightMatrix] {
      try tables(
        block + "ffn_\(name)_exps.weight", count: mixture.count, rows: rows, columns: columns)
    }
    let gates = try stack("gate", rows: mixture.width, columns: d)
    let ups = try stack("up", rows: mixture.width, columns: d)
    let downs = try stack("down", rows: d, columns: mixture.width)
    var routing = routing
    routing.bias = try optionalVector(block + "exp_probs_b.bias", count: mixture.count)
    var result = MixtureBlock(
      layer: layer,
      router: try projection(block + "ffn_gate_inp", rows: mixture.count, columns: d),
      routing: routing, activation: activation,
      experts: zip(gates, zip(ups, downs)).map { .init(gate: $0, up: $1.0, down: $1.1) })
    if mixture.sharedWidth > 0 {
      result.shared = try feedForward(
        layer, activation, suffix: "_shexp", width: mixture.sharedWidth)
    }
    return result
  }
}

extension UnsafeMutableBufferPointer where Element == Float {
  /// One of several rows.
  fileprivate init(_ rows: Rows, row: Int) {
    self.init(start: rows.row(row), count: rows.columns)
  }
}
