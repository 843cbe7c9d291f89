public import Base

/// How an engine multiplies weights with activations.
public enum Arithmetic: String, Sendable, CaseIterable {
  /// Weights are unpacked to floats, products and sums are floats: the reference path.
  case exact
  /// Weights are repacked when the model is loaded and met by activations of 8 bits, one scale for
  /// 32 values (or of bf16, where the weights are floats): several times as fast, and as far from
  /// the reference as other engines are.
  case fast

  /// What Lua and `help` say of it.
  public var info: Info {
    switch self {
    case .exact: Info("exact", "float activations; the reference path")
    case .fast: Info("fast", "repacked weights and 8-bit activations, scaled by 32 values")
    }
  }
}
