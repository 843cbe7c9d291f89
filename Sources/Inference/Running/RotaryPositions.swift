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
  /// How the turns were changed for long contexts.
  let scaling: RotaryScaling

  /// Creates the turns of a head of which the first `width` elements are turned.
  init(
    width: Int, base: Double, scaling: RotaryScaling = .none, factors: [Float]? = nil,
    pairsHalves: Bool
  ) {
    self.pairsHalves = pairsHalves
    self.scaling = scaling
    frequencies = (0..<width / 2).map { pair in
      let frequency = pow(base, -2 * Double(pair) / Double(width))
      return scaling.scaled(frequency, pair: pair, width: width, base: base)
        / Double(factors?[pair] ?? 1)
    }
  }

  /// Reads the turns that a model file asks for.
  convenience init(
    _ file: GGUFFile, _ spec: ModelSpec, factors: [Float]? = nil, pairsHalves: Bool = false
  ) throws(Problem) {
    let prefix = "\(spec.architecture).rope"
    let turned =
      try file.optional("\(prefix).dimension_count", "a whole number", \.integer) ?? spec.headWidth
    guard turned > 0, turned <= spec.headWidth, turned % 2 == 0 else {
      throw Problem(
        "\(file.path): \(prefix).dimension_count \(turned) for heads of \(spec.headWidth)")
    }
    self.init(
      width: turned, base: spec.ropeBase, scaling: try RotaryScaling(file, prefix: prefix),
      factors: factors, pairsHalves: pairsHalves)
  }

  /// Writes the cosines and sines of a position, one for each pair.
  func fill(
    _ position: Int, _ cosines: UnsafeMutablePointer<Float>, _ sines: UnsafeMutablePointer<Float>
  ) {
    let amplitude = scaling.amplitude
    for (pair, frequency) in frequencies.enumerated() {
      let angle = Double(position) * frequency
      cosines[pair] = Float(amplitude * cos(angle))
      sines[pair] = Float(amplitude * sin(angle))
    }
  }
}
