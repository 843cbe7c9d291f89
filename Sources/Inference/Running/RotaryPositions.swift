import Base
import Glibc
import Models

/// Turns queries and keys by angles that grow with the position (RoPE, Su 2021).
///
/// Pair i of P turns by `position · base^(-i/P)`, divided by a factor where the model has one.
final class RotaryPositions: Sendable {
  /// Radians per position for each pair.
  let frequencies: [Double]
  /// True where pair i is the elements i and i + P of a head, as in GPT-NeoX; else it is 2i and 2i + 1.
  let pairsHalves: Bool

  /// Creates the turns of a head of which `width` elements are turned.
  init(
    width: Int, base: Double, stretch: Double = 1, factors: [Float]? = nil, pairsHalves: Bool
  ) {
    self.pairsHalves = pairsHalves
    frequencies = (0..<width / 2).map { pair in
      let frequency = pow(base, -2 * Double(pair) / Double(width))
      return frequency / stretch / Double(factors?[pair] ?? 1)
    }
  }

  /// Reads the turns that a model file asks for.
  convenience init(
    _ file: GGUFFile, _ spec: ModelSpec, factors: [Float]?, pairsHalves: Bool = false
  ) throws(Problem) {
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
    self.init(
      width: turned, base: spec.ropeBase, stretch: type == "linear" && factor > 0 ? factor : 1,
      factors: factors, pairsHalves: pairsHalves)
  }

  /// Writes the cosines and sines of a position, one for each pair.
  func fill(
    _ position: Int, _ cosines: UnsafeMutablePointer<Float>, _ sines: UnsafeMutablePointer<Float>
  ) {
    for (pair, frequency) in frequencies.enumerated() {
      let angle = Double(position) * frequency
      cosines[pair] = Float(cos(angle))
      sines[pair] = Float(sin(angle))
    }
  }
}
