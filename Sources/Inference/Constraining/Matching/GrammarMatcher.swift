public import Base
import Synchronization

/// A grammar made ready for matching.
public struct CompiledGrammar: Sendable {
  let program: GrammarProgram

  /// Compiles a grammar.
  ///
  /// - Throws: A problem when a rule can never end or the grammar is too large.
  public init(_ grammar: Grammar) throws(Problem) { program = try GrammarCompiler.compile(grammar) }

  /// True when a whole text is in the language.
  public func matches(_ text: some Sequence<UInt8>) -> Bool {
    var machine = GrammarMachine(program)
    let place = machine.step(machine.start(), over: text)
    return machine.ends(of: place).contains(.complete)
  }

  /// True when a whole text is in the language.
  public func matches(_ text: String) -> Bool { matches(text.utf8) }
}

/// Follows a text byte by byte and knows whether it can still become one of the grammar's.
///
/// Copies are cheap and go their own ways; what one has worked out the others know too.
public struct GrammarMatcher: Sendable {
  private final class Shared: Sendable {
    let machine: Mutex<GrammarMachine>
    init(_ machine: GrammarMachine) { self.machine = Mutex(machine) }
  }

  private let shared: Shared
  private var place: GrammarMachine.SetID

  /// Starts at the beginning of a text.
  public init(_ grammar: CompiledGrammar) {
    shared = Shared(GrammarMachine(grammar.program))
    place = shared.machine.withLock { $0.start() }
  }

  /// Takes more of the text; false, and dead for good, when no text of the grammar begins so.
  public mutating func accept(_ bytes: some Sequence<UInt8>) -> Bool {
    let bytes = Array(bytes)
    place = shared.machine.withLock { [place] machine in machine.step(place, over: bytes) }
    return !isDead
  }

  /// True when what was taken is a whole text.
  public var isComplete: Bool {
    shared.machine.withLock { $0.ends(of: place).contains(.complete) }
  }

  /// True when nothing that could follow makes a text of the grammar.
  public var isDead: Bool { place == GrammarMachine.dead }

  /// The fewest bytes that complete the text; nothing when it is dead.
  public var shortestRest: Int? {
    isDead ? nil : shared.machine.withLock { Int($0.cost(of: place)) }
  }
}
