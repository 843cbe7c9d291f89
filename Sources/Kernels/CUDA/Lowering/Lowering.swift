/// A fault of the source, thrown to where the front end reports it.
struct Fault: Error {
  let diagnostic: Diagnostic
}

/// Turns the body of one function into the statements of a kernel.
///
/// Types are checked and code is written in one walk, since a template means nothing before it is
/// instantiated and every call is inlined. What the walk cannot know yet (whether a variable is
/// assigned later, which memory a pointer meets, whether an address is taken) it hopes for, notes
/// where the hope fails, and walks again; what was noted only grows, so this ends.
final class Lowering {
  let module: Module
  var builder = ProgramBuilder()
  var scope: Region
  var frame: Frame
  /// What earlier passes learned, by cell.
  var facts: [Int: CellFacts]
  /// True once this pass found that an assumption does not hold.
  var hasLearned = false
  /// Registers that are written more than once: what reads them later must copy them first.
  var changing: Set<Int> = []
  /// True while only the type or the constant value of an expression is wanted.
  var isDetached = false
  /// Variables that a detached walk assigned to, with what they were before.
  var detachedWrites: [(cell: Cell, content: Cell.Content)] = []
  /// True while a constant function runs: variables are their latest values.
  var isEvaluating = false
  var evaluationSteps = 0
  /// Where library text was entered from; its instructions count for that line.
  var pinned: SourceRange?

  /// The expression that is being walked, for faults that know no better place.
  var current = SourceRange(SourceLocation(), SourceLocation())

  var localBytes = 0
  var sharedBytes = 0
  var sharedSymbols: [MemorySymbol] = []
  var sharedVariables: [String: Variable] = [:]
  var inlineDepth = 0
  var invocations = 0
  var steps = 0
  /// How many conversions by constructors are being weighed.
  var constructionDepth = 0
  /// How many copies of a body the loops around make when they are unrolled.
  var unrollFactor = 1

  init(module: Module, facts: [Int: CellFacts] = [:]) {
    self.module = module
    self.facts = facts
    scope = module.global
    frame = Frame(name: "", path: 0, result: .void)
  }

  /// Gives up on the source text with a message at a place.
  func fail(_ message: String, at range: SourceRange, notes: [Diagnostic] = []) -> Fault {
    let range = pinned ?? range
    return Fault(
      diagnostic: Diagnostic(
        .error, message, at: range.start, end: range.end, notes: notes + frame.trail()))
  }

  /// Gives up on an expression; the caret stands at its operator.
  func fail(_ message: String, at expression: Expression, notes: [Diagnostic] = []) -> Fault {
    if pinned != nil { return fail(message, at: expression.range, notes: notes) }
    let isInside = expression.location != expression.range.start
    return Fault(
      diagnostic: Diagnostic(
        .error, message, at: expression.location,
        end: isInside ? expression.location : expression.range.end, notes: notes + frame.trail()))
  }

  /// Notes what is odd but legal.
  func warn(_ message: String, at range: SourceRange) {
    guard pinned == nil, !isDetached else { return }
    module.warnings.append(Diagnostic(.warning, message, at: range.start, end: range.end))
  }

  /// True while the text that is walked or declared is the library's.
  var isInLibrary: Bool { module.declaresLibrary || pinned != nil }

  /// The number of a declaration; the library's own are told apart.
  func number(of id: NodeID) -> Int { isInLibrary ? id.number + 1 << 40 : id.number }

  /// Says which source position the next instructions are written for.
  func mark(_ location: SourceLocation) {
    builder.location = pinned?.start ?? location
  }

  /// Writes an instruction without a register result of its own.
  func emit(
    _ operation: Operation, _ type: ValueType = .u32, to destinations: [Register] = [],
    from sources: [Operand] = [], at address: Address? = nil, target: Label? = nil,
    if condition: Guard? = nil
  ) {
    builder.emit(
      Instruction(
        operation, type, to: destinations, from: sources, at: address, target: target,
        if: condition))
  }

  /// Runs a walk whose code is thrown away: for `sizeof`, `decltype` and constants.
  func detached<Result>(_ body: () throws(Fault) -> Result) throws(Fault) -> Result {
    let (count, wasDetached, learned) = (builder.statements.count, isDetached, hasLearned)
    let saved = (scope, facts)
    let writes = detachedWrites.count
    isDetached = true
    defer {
      builder.discard(from: count)
      for (cell, content) in detachedWrites[writes...].reversed() { cell.content = content }
      detachedWrites.removeSubrange(writes...)
      isDetached = wasDetached
      (scope, facts) = saved
      hasLearned = learned
    }
    return try body()
  }

  /// Runs a walk in another region of names.
  func inside<Result>(
    _ other: Region, _ body: () throws(Fault) -> Result
  ) throws(Fault) -> Result {
    let saved = scope
    scope = other
    defer { scope = saved }
    return try body()
  }

  func isChanging(_ operand: Operand) -> Bool {
    if case .register(let register) = operand { changing.contains(register.number) } else { false }
  }
}

/// One function while its body is walked.
final class Frame {
  let name: String
  /// The chain of calls that leads here, as a number.
  let path: Int
  /// What the function returns; nil while `auto` waits for the first `return`.
  var result: CType?
  /// Where a value that is returned goes; made at the first `return` that needs it.
  var returned: Variable?
  /// The value of the only `return`, at the end of the body.
  var directResult: Value?
  var returnCount = 0
  var end: Label?
  /// True in the last statement of the body, where `return` needs no branch.
  var isTail = false
  var this: Place?
  var thisType: QualifiedType?
  var loops: [LoopLabels] = []
  /// What ended the statements around, while a constant function runs.
  var signal: Signal?
  var isLibrary = false
  /// True of a kernel.
  var isKernelBody = false
  let caller: Frame?
  var callSite: SourceRange?
  /// What tells the instance from others, for recursion and static variables.
  var instance = ""
  /// The declaration of the function.
  var declaration = NodeID(number: -1)

  init(name: String, path: Int, result: CType?, caller: Frame? = nil) {
    self.name = name
    self.path = path
    self.result = result
    self.caller = caller
  }

  /// Notes that lead from a fault inside a called function to the kernel.
  func trail() -> [Diagnostic] {
    var notes: [Diagnostic] = []
    var next: Frame? = self
    while let frame = next, notes.count < 4 {
      if let site = frame.callSite, !frame.isLibrary, frame.instance.contains("<") {
        notes.append(Diagnostic(.note, "in \(frame.instance), called here", at: site.start))
      }
      next = frame.caller
    }
    return notes
  }
}

/// Where `break` and `continue` go.
struct LoopLabels {
  let breakLabel: Label
  /// Nil in a `switch`.
  let continueLabel: Label?
}
