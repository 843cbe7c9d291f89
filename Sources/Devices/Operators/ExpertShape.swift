/// The routed experts of one layer, and how they are spread over devices.
public struct ExpertShape: Sendable, Hashable {
  /// The width of the layer.
  public var hidden: Int
  /// The inner width of an expert.
  public var intermediate: Int
  /// Experts of the layer.
  public var experts: Int
  /// Experts that a token is sent to.
  public var chosen: Int
  /// Devices that share each expert.
  public var tensorParallel: Int
  /// Groups of devices that hold different experts.
  public var expertParallel: Int
  /// True when every expert gets the same; false when some are favourites, as with real tokens.
  public var isBalanced: Bool

  /// Creates a layer's experts.
  public init(
    hidden: Int, intermediate: Int, experts: Int, chosen: Int, tensorParallel: Int = 1,
    expertParallel: Int = 1, isBalanced: Bool = false
  ) {
    precondition(hidden > 0 && intermediate > 0 && tensorParallel > 0 && expertParallel > 0)
    precondition(chosen > 0 && chosen <= experts, "\(chosen) of \(experts) experts")
    self.hidden = hidden
    self.intermediate = intermediate
    self.experts = experts
    self.chosen = chosen
    self.tensorParallel = tensorParallel
    self.expertParallel = expertParallel
    self.isBalanced = isBalanced
  }
}
