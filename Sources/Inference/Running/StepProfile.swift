/// What the operations of forward passes took: time, bytes of weights and cache read, multiply-adds.
public final class StepProfile {
  /// A kind of operation.
  public enum Operation: String, Sendable, CaseIterable {
    /// Looking embeddings up.
    case embed
    /// Norms.
    case norm
    /// The products that give queries, keys and values.
    case queriesKeysValues = "attn.qkv"
    /// Turning by positions.
    case rope
    /// Storing keys and values, scores, softmax and the weighted sum.
    case attention = "attn"
    /// The product behind attention.
    case attentionOutput = "attn.out"
    /// Choosing experts.
    case router = "ffn.router"
    /// The products into the feed-forward block.
    case gateUp = "ffn.up"
    /// The activation between them.
    case activation = "ffn.act"
    /// The product out of the feed-forward block.
    case down = "ffn.down"
    /// Adding to the stream.
    case add
    /// What adapters add.
    case adapter
    /// The product that gives logits.
    case logits
    /// Drawing tokens.
    case sampling
  }

  /// What one kind of operation took.
  public struct Entry: Sendable {
    /// How often it ran.
    public var calls = 0
    /// How long, in seconds.
    public var seconds = 0.0
    /// Bytes of weights and cache that it had to read.
    public var bytes = 0
    /// Multiply-adds.
    public var multiplyAdds = 0
  }

  /// What each kind of operation took.
  public private(set) var entries: [Operation: Entry] = [:]
  /// The number of steps.
  public private(set) var steps = 0
  /// The number of rows of all steps.
  public private(set) var rows = 0
  /// The time of all steps from beginning to end, in seconds.
  public private(set) var seconds = 0.0

  /// Creates an empty profile.
  public init() {}

  func add(_ operation: Operation, _ time: Duration, bytes: Int, multiplyAdds: Int) {
    var entry = entries[operation, default: Entry()]
    entry.calls += 1
    entry.seconds += time.seconds
    entry.bytes += bytes
    entry.multiplyAdds += multiplyAdds
    entries[operation] = entry
  }

  func addStep(rows: Int, _ time: Duration) {
    steps += 1
    self.rows += rows
    seconds += time.seconds
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
