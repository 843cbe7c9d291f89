import Base
import Glibc
import Models

/// Turns queries and keys by angles that grow with the position (RoPE, Su 2021).
///
/// Pair i of P turns by `position · base^(-i/P)`, divided by a factor where the model has one.
struct RotaryPositions: Sendable {
  /// Radians per position for each pair.
  let frequencies: [Double]

  init(_ file: GGUFFile, _ spec: ModelSpec, factors: [Float]?) throws(Problem) {
    let prefix = "\(spec.architecture).rope"
    let turned =
      try file.optional("\(prefix).dimension_count", "a whole number", \.integer) ?? spec.headWidth
    guard turned > 0, turned <= spec.headWidth, turned % 2 == 0 else {
      throw Problem(
        "\(file.path): \(prefix).dimension_count \(turned) for heads of \(spec.headWidth)")
    }
    let type = try file.optional("\(prefix).scaling.type", "a string", \.string) ?? "none"
    guard type == "none" || type == "linear" else {
      throw Problem(
        "\(file.path): rotary scaling \"\(type)\" is not supported", fix: "there are none, linear")
    }
    let factor = try file.optional("\(prefix).scaling.factor", "a number", \.double) ?? 1
    let stretch = type == "linear" && factor > 0 ? factor : 1
    frequencies = (0..<turned / 2).map { pair in
      let frequency = pow(spec.ropeBase, -2 * Double(pair) / Double(turned))
      return frequency / stretch / Double(factors?[pair] ?? 1)
    }
  }

  /// Fills rows of cosines and sines for positions from `first` on.
  func fill(_ scratch: Scratch, first: Int, count: Int) {
    for row in 0..<count {
      let start = row * frequencies.count
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(first + row) * frequency
        scratch.cosines.start[start + pair] = Float(cos(angle))
        scratch.sines.start[start + pair] = Float(sin(angle))
      }
    }
  }
}
