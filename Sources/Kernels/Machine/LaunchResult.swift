public import Base

/// What came of a launch.
public struct LaunchResult: Sendable {
  /// The kernel's name.
  public let kernel: String
  /// What was counted.
  public let counters: Counters
  /// What the kernel printed, by blocks in order.
  public let printed: PrintedText
  /// What the kernel did wrong; nil when it ran to its end.
  public let fault: KernelFault?
  /// Why its blocks ran one after the other on one thread; nil when they did not have to.
  public let orderReason: String?
  /// How many threads ran blocks.
  public let threads: Int
  let instructionLines: [Int]
  /// What the traced blocks did.
  public let traces: TracedBlocks

  /// The result, where the kernel ran to its end.
  ///
  /// - Throws: The fault as a problem.
  public func checked() throws(Problem) -> LaunchResult {
    if let fault { throw fault.problem }
    return self
  }
}

/// What a kernel did wrong while it ran.
public struct KernelFault: Sendable, Hashable {
  /// What sort of fault it is.
  public enum Kind: String, Sendable, Hashable {
    case outOfBounds = "out_of_bounds"
    case misaligned
    case readOnly = "read_only"
    case useAfterFree = "use_after_free"
    case trap
    case budget
    case stopped
    case deadlock
    case divergentBarrier = "divergent_barrier"
    case barrierNumber = "barrier_number"
    case race
    case uninitialised
    case synchronisationMask = "synchronisation_mask"
    case memory
    case texture
  }

  /// What sort of fault it is.
  public let kind: Kind
  /// One sentence: what was done, by whom.
  public let message: String
  /// The source line that did it.
  public let location: SourceLocation
  /// The block.
  public let block: Extent
  /// The thread in its block.
  public let thread: Extent
  /// The address, for accesses.
  public let address: UInt64?
  /// More lines: the nearest allocation, the other side of a race, who waits where.
  public let notes: [String]
  /// "file:line" and the line itself with a mark, or nothing where the source is not known.
  public let excerpt: String

  /// The place, the message, the source line and the notes.
  public var description: String {
    var lines = [message]
    if !excerpt.isEmpty { lines.append(excerpt) }
    lines += notes.map { "  " + $0 }
    return lines.joined(separator: "\n")
  }

  /// The fault as an error.
  public var problem: Problem {
    let kind: Problem.Kind =
      switch self.kind {
      case .stopped: .interrupted
      case .budget, .memory: .limit
      default: .invalid
      }
    return Problem(description, kind: kind)
  }
}
