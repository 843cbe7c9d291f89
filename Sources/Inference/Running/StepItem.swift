/// Which rows of logits a step computes for a sequence.
public enum LogitRows: Sendable { case none, last, all }

/// What one step does for one sequence: tokens that follow what it holds.
public struct StepItem {
  /// The sequence.
  public let sequence: KVSequence
  /// What follows it: one token to decode, several to read a prompt or to verify drafts.
  public let tokens: ArraySlice<TokenID>
  /// For which of them logits are computed.
  public let logits: LogitRows
  /// What is added to the weights for this sequence.
  public let adapter: Adapter?

  /// Creates an item.
  public init(
    _ sequence: KVSequence, _ tokens: ArraySlice<TokenID>, logits: LogitRows = .last,
    adapter: Adapter? = nil
  ) {
    self.sequence = sequence
    self.tokens = tokens
    self.logits = logits
    self.adapter = adapter
  }
}
