import Base
import CTensors
import Models

/// What bends the neurons of a feed-forward block.
enum Activation: Sendable {
  /// x · sigmoid(x).
  case silu
  /// x · Φ(x) by the tanh formula.
  case geluTanh
  /// x · Φ(x).
  case gelu

  /// Bends rows, and multiplies them with `up` where there is one.
  func run(_ x: Rows, gating up: Rows?) {
    overRows(x.count, floatsEach: x.columns * 4) { rows in
      let (start, count) = (x.row(rows.lowerBound), Int64(rows.count * x.columns))
      let other = up?.row(rows.lowerBound)
      switch self {
      case .silu: ct_silu_gate(start, other, count)
      case .geluTanh: ct_gelu_tanh_gate(start, other, count)
      case .gelu: ct_gelu_gate(start, other, count)
      }
    }
  }
}

/// Two products with a bend between them; with a gate, a third product that is multiplied in.
struct FeedForwardBlock: StreamBlock {
  let layer: Int
  let activation: Activation
  /// The product that is bent and multiplied with `up`; nil where `up` itself is bent.
  let gate: Projection?
  let up: Projection
  let down: Projection

  /// What the block adds to the stream.
  func run(_ x: Rows, _ pass: Pass) -> Rows {
    let neurons = neurons(x, pass)
    pass.show(.neurons, layer, neurons)
    return pass.project(down, neurons, as: .down)
  }

  private func neurons(_ x: Rows, _ pass: Pass) -> Rows {
    guard let gate else {
      let up = pass.project(up, x, as: .gateUp)
      pass.timed(.activation) { activation.run(up, gating: nil) }
      return up
    }
    let products = pass.project([gate, up], x, as: .gateUp)
    pass.timed(.activation) { activation.run(products[0], gating: products[1]) }
    return products[0]
  }
}

extension WeightReader {
  /// The feed-forward block of a layer under the names that most families use; `suffix` stands behind
  /// each name.
  mutating func feedForward(
    _ layer: Int, _ activation: Activation, gated: Bool = true, suffix: String = "",
    width: Int? = nil
  ) throws(Problem) -> FeedForwardBlock {
    let (block, d, f) = ("blk.\(layer).ffn_", spec.width, width ?? spec.feedForwardWidth)
    return FeedForwardBlock(
      layer: layer, activation: activation,
      gate: gated ? try projection(block + "gate" + suffix, rows: f, columns: d) : nil,
      up: try projection(block + "up" + suffix, rows: f, columns: d),
      down: try projection(block + "down" + suffix, rows: d, columns: f))
  }
}
