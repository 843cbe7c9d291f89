public import Base
import Synchronization

/// Drafts from a table of which token followed which few tokens most often, learned from texts, as
/// from the model's own output.
public final class NGramDrafter: Drafter {
  /// How it is told in reports.
  public let name = "n-gram"
  /// Tokens that a guess looks at.
  public let order: Int
  /// The most tokens drafted at a time.
  public let drafts: Int
  private let table = Mutex<[[TokenID]: [TokenID: Int]]>([:])

  /// Creates an empty table.
  public init(order: Int = 2, drafts: Int = 4) {
    precondition(order >= 1 && drafts >= 1)
    self.order = order
    self.drafts = drafts
  }

  /// Counts what follows what in a text.
  public func learn(_ tokens: [TokenID]) {
    guard tokens.count > order else { return }
    table.withLock { table in
      for start in 0..<tokens.count - order {
        table[Array(tokens[start..<start + order]), default: [:]][
          tokens[start + order], default: 0] += 1
      }
    }
  }

  /// Follows the table as far as it knows on.
  public func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft] {
    guard tokens.count >= order else { return [] }
    var tail = Array(tokens.suffix(order))
    var result: [Draft] = []
    table.withLock { table in
      while result.count < min(drafts, count), let next = table[tail] {
        // Of equally frequent ones the lower number, so that drafts do not depend on hashing.
        guard let best = next.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { break }
        result.append(Draft(best.key))
        tail = Array(tail.dropFirst()) + [best.key]
      }
    }
    return result
  }
}
