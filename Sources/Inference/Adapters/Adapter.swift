public import Base
import Synchronization

/// What a LoRA adapter adds to a model's products: for some matrices W, `scale · B · A · x` beside
/// `W · x`, with A of few rows (Hu 2021).
///
/// It belongs to no engine and never changes: sequences of one step may have different ones, and a
/// sequence with another adapter costs no reload.
public final class Adapter: Sendable {
  /// What an adapter has for one matrix, before it is scaled.
  public struct Factors: Sendable {
    /// The rows of A.
    public let rank: Int
    /// `[rank, inputs]`, row by row.
    public let a: [Float]
    /// `[outputs, rank]`, row by row, in the order of the rows in the model's file.
    public let b: [Float]

    /// Takes two matrices.
    public init(rank: Int, a: [Float], b: [Float]) {
      self.rank = rank
      self.a = a
      self.b = b
    }
  }

  /// What people call it.
  public let name: String
  /// Tells it apart from all others of the process: keys and values depend on it.
  public let id: Int
  /// The additions by their tensors' names without ".weight", as in "blk.3.attn_q".
  let deltas: [String: AdapterDelta]
  /// The engines that it was checked against.
  private let fingerprint: UInt64

  private static let count = Atomic<Int>(0)

  /// Makes an adapter of matrices for an engine.
  ///
  /// - Parameters:
  ///   - name: What people call it.
  ///   - engine: A model that it fits; it fits all others of the same shapes too.
  ///   - factors: A and B by the names of the model file's tensors without ".weight", as in
  ///     "blk.3.attn_q".
  ///   - alpha: B · A is multiplied with alpha / rank.
  ///   - usesRootOfRank: True to multiply with alpha / √rank instead (rank-stabilised, Kalajdzievski
  ///     2023).
  /// - Throws: A problem that names the matrix which is not there or has another shape.
  public convenience init(
    _ name: String, for engine: Engine, _ factors: [String: Factors], alpha: Double,
    usesRootOfRank: Bool = false
  ) throws(Problem) {
    var deltas: [String: AdapterDelta] = [:]
    for (target, factors) in factors {
      let scale =
        alpha / (usesRootOfRank ? Double(factors.rank).squareRoot() : Double(factors.rank))
      deltas[target] = try AdapterDelta(factors, for: engine.targets.find(target), target, scale)
    }
    try self.init(name, for: engine, deltas)
  }

  /// Takes additions that were checked against an engine.
  init(_ name: String, for engine: Engine, _ deltas: [String: AdapterDelta]) throws(Problem) {
    guard !deltas.isEmpty else {
      throw Problem(
        "adapter \"\(name)\" adds to no matrix", fix: "give it factors for one at least")
    }
    self.name = name
    self.deltas = deltas
    fingerprint = engine.targets.fingerprint
    id = Self.count.add(1, ordering: .relaxed).newValue
  }

  /// The names of the matrices that it adds to, sorted.
  public var targets: [String] { deltas.keys.sorted() }
  /// The greatest rank of its matrices.
  public var rank: Int { deltas.values.reduce(0) { max($0, $1.rank) } }
  /// The numbers in all its matrices.
  public var parameterCount: Int { deltas.values.reduce(0) { $0 + $1.parameterCount } }
  /// The memory that it takes.
  public var bytes: Bytes { Bytes(deltas.values.reduce(0) { $0 + $1.byteCount }) }

  /// Refuses an engine whose matrices have other names or shapes.
  public func check(fits engine: Engine) throws(Problem) {
    guard engine.targets.fingerprint != fingerprint else { return }
    for (name, delta) in deltas.sorted(by: { $0.key < $1.key }) {
      let target = engine.targets.byName[name]
      guard let target, target.rows == delta.outputs, target.columns == delta.inputs else {
        let found = target.map { "is [\($0.rows), \($0.columns)]" } ?? "is not"
        throw Problem(
          "adapter \"\(self.name)\" adds to a matrix \"\(name)\" of "
            + "[\(delta.outputs), \(delta.inputs)], which \(found) in \(engine.file.path)",
          fix: "take an adapter that was made for this model")
      }
    }
  }

  func delta(for name: String) -> AdapterDelta? { deltas[name] }
}

extension Adapter {
  /// Makes an adapter of random numbers: A as PEFT starts it, uniform within ±1/√inputs; B normal
  /// with a given deviation.
  ///
  /// - Parameters:
  ///   - name: What people call it.
  ///   - engine: A model that it fits.
  ///   - rank: The rows of each A.
  ///   - alpha: B · A is multiplied with alpha / rank.
  ///   - kinds: Matrices of each layer, as in "attn_q".
  ///   - deviation: That of B's numbers; 0 is the start of a training, which changes nothing.
  ///   - seed: Fixes the numbers.
  /// - Returns: The adapter.
  /// - Throws: A problem for a kind of matrix that the model has not.
  public static func random(
    _ name: String, for engine: Engine, rank: Int = 8, alpha: Double = 16,
    kinds: [String] = ["attn_q", "attn_v"], deviation: Double = 0, seed: UInt64 = 0
  ) throws(Problem) -> Adapter {
    guard rank >= 1 else { throw Problem("rank should be 1 or more, is \(rank)") }
    for kind in kinds where !engine.targets.kinds.contains(kind) {
      throw .unknown("matrix", kind, among: engine.targets.kinds)
    }
    var factors: [String: Factors] = [:]
    for (target, shape) in engine.targets.byName
    where kinds.contains(AdapterTargets.kind(target)) {
      // A stream for each matrix: its numbers do not depend on which others there are.
      var random = SeededRandom(seed: seed, named: target)
      let edge = 1 / Double(shape.columns).squareRoot()
      let a = (0..<rank * shape.columns).map { _ in Float((random.nextUniform() * 2 - 1) * edge) }
      let b = (0..<shape.rows * rank).map { _ in
        deviation == 0 ? 0 : Float(random.nextNormal() * deviation)
      }
      factors[target] = Factors(rank: rank, a: a, b: b)
    }
    return try Adapter(name, for: engine, factors, alpha: alpha)
  }
}
