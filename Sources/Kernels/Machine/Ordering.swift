/// Whether a kernel's blocks may run at once and still give the same bits in every run.
enum Ordering {
  /// Why blocks must run one after the other, or nil.
  ///
  /// Sums of floats depend on their order, exchanges and compare-and-swaps on who comes first, and
  /// so does every old value that a kernel uses; volatile accesses and fences say that blocks talk.
  static func reason(_ text: ProgramText) -> String? {
    for block in text.blocks {
      for step in block.steps {
        if let reason = reason(step.instruction) { return reason }
      }
    }
    return nil
  }

  private static func reason(_ it: Instruction) -> String? {
    let line = it.location.line
    switch it.operation {
    case .atomic(let space, let atomic) where space == .global || space == .generic:
      if !it.destinations.isEmpty { return "line \(line) uses the old value of an atomic" }
      switch atomic {
      case .exchange, .compareAndSwap, .increment, .decrement:
        return "line \(line) has an atomic that depends on who comes first"
      case .add where it.type.isFloating: return "line \(line) adds floats atomically"
      default: return nil
      }
    case .load(let space, .volatile) where space == .global || space == .generic:
      return "line \(line) reads what other blocks may change"
    case .barrier(.grid): return "line \(line) waits for all blocks"
    case .fence: return "line \(line) has a fence, so blocks may talk to one another"
    default: return nil
    }
  }
}
