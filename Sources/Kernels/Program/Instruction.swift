/// A place in a source text.
public struct SourceLocation: Hashable, Sendable {
  /// The number of the file in the module's list.
  public var file: Int
  /// The line, from 1; 0 where nothing is known.
  public var line: Int
  /// The column, from 1, in characters.
  public var column: Int

  /// Creates a location.
  public init(file: Int = 0, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// A place that branches go to.
public struct Label: Hashable, Sendable {
  /// Its number, unique inside the kernel.
  public let number: Int

  /// Creates a label; `ProgramBuilder` hands out the numbers.
  public init(_ number: Int) { self.number = number }
}

/// One step of a warp.
public struct Instruction: Hashable, Sendable {
  /// What it does.
  public var operation: Operation
  /// How its values are read.
  public var type: ValueType
  /// What it sets, in order.
  public var destinations: [Register]
  /// What it reads, in order.
  public var sources: [Operand]
  /// Where its memory is, for accesses.
  public var address: Address?
  /// Where a branch goes.
  public var target: Label?
  /// Which lanes act; nil for all active ones.
  public var condition: Guard?
  /// The source line it came from.
  public var location: SourceLocation

  /// Creates an instruction.
  public init(
    _ operation: Operation, _ type: ValueType = .u32, to destinations: [Register] = [],
    from sources: [Operand] = [], at address: Address? = nil, target: Label? = nil,
    if condition: Guard? = nil, location: SourceLocation = SourceLocation()
  ) {
    self.operation = operation
    self.type = type
    self.destinations = destinations
    self.sources = sources
    self.address = address
    self.target = target
    self.condition = condition
    self.location = location
  }
}

/// A step of a kernel's text: an instruction, or the place of a label.
public enum Statement: Hashable, Sendable {
  case instruction(Instruction)
  case label(Label)
}
