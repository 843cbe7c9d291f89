import CTensors

/// What brings rows to a common size.
struct Norm: Sendable {
  /// Multiplied with each element.
  let weight: [Float]
  /// Added after that, in a layer norm; without it, it is a root-mean-square norm.
  let bias: [Float]?
  /// Keeps the division from running away.
  let epsilon: Float

  /// A root-mean-square norm, x / sqrt(mean(x²) + ε) · w.
  static func rms(_ weight: [Float], _ epsilon: Double) -> Norm {
    Norm(weight: weight, bias: nil, epsilon: Float(epsilon))
  }

  /// A layer norm, (x - mean) / sqrt(variance + ε) · w + b.
  static func layer(_ weight: [Float], _ bias: [Float], _ epsilon: Double) -> Norm {
    Norm(weight: weight, bias: bias, epsilon: Float(epsilon))
  }

  /// Norms rows, or pieces of rows that are as wide as the weight (heads); out may be x.
  func run(_ x: Rows, into out: Rows) {
    let width = weight.count
    let pieces = x.columns / width
    overRows(x.count, floatsEach: x.columns) { rows in
      let count = Int64(rows.count * pieces)
      let (from, to) = (x.row(rows.lowerBound), out.row(rows.lowerBound))
      if let bias {
        ct_layer_norm(from, weight, bias, count, Int64(width), epsilon, to)
      } else {
        ct_rms_norm(from, weight, count, Int64(width), epsilon, to)
      }
    }
  }
}
