/// An address before it is put into a register.
struct Pointer {
  /// Where the address counts from.
  enum Base {
    case operand(Operand)
    /// One of several variables beside one another that live in registers.
    case cells([Cell], at: Int)
  }

  var space: Space
  var base: Base
  var index: Operand?
  var indexIsSigned = true
  var scale = 1
  var offset = 0

  init(_ space: Space, _ base: Operand, offset: Int = 0) {
    self.space = space
    self.base = .operand(base)
    self.offset = offset
  }

  init(cells: [Cell], at index: Int) {
    space = .local
    base = .cells(cells, at: index)
  }

  /// The null pointer.
  static var null: Pointer { Pointer(.global, .wide(0)) }

  /// True of the null pointer.
  var isNull: Bool {
    guard case .operand(.immediate(0)) = base else { return false }
    return space == .global && index == nil && offset == 0
  }

  /// The variables pointed at, where they live in registers.
  var cells: (list: [Cell], at: Int)? {
    if case .cells(let list, let at) = base { (list, at) } else { nil }
  }
}

/// Where an object lies.
enum Place {
  case cell(Cell)
  case memory(Pointer, bits: (width: Int, first: Int)?)
}

/// What an expression gives.
struct Value {
  indirect enum Form {
    case nothing
    /// A whole number, boolean or enumerator known now; unsigned 64-bit ones by their bits.
    case integer(Int)
    case floating(Double)
    /// A number in a register, or a special value or argument.
    case operand(Operand)
    case pointer(Pointer)
    /// The members of a record or the elements of an array.
    case aggregate([Value])
    /// An object: reading it is still to be done.
    case place(Place)
    /// Functions of one name, perhaps with the object of a member call and template arguments.
    case functions(FunctionReference)
    /// `{a, b}` before its type is known.
    case list(InitializerList)
    /// A string literal.
    case string([UInt8])
  }

  var type: CType
  var form: Form
  var isConst = false
  var isVolatile = false

  init(_ type: CType, _ form: Form) {
    self.type = type
    self.form = form
  }

  init(_ type: QualifiedType, _ place: Place) {
    self.type = type.type
    form = .place(place)
    isConst = type.isConst
    isVolatile = type.isVolatile
  }

  static var nothing: Value { Value(.void, .nothing) }
  static func integer(_ value: Int, _ type: CType = .int) -> Value {
    Value(type, .integer(value))
  }
  static func boolean(_ value: Bool) -> Value { Value(.bool, .integer(value ? 1 : 0)) }

  var place: Place? { if case .place(let place) = form { place } else { nil } }
  var integer: Int? { if case .integer(let value) = form { value } else { nil } }
  var floating: Double? { if case .floating(let value) = form { value } else { nil } }
  var pointer: Pointer? { if case .pointer(let pointer) = form { pointer } else { nil } }
  var qualifiedType: QualifiedType {
    QualifiedType(type, isConst: isConst, isVolatile: isVolatile)
  }

  /// True where the value is known without running anything.
  var isConstant: Bool {
    switch form {
    case .integer, .floating, .string: true
    case .pointer(let pointer): pointer.isNull
    case .aggregate(let members): members.allSatisfy(\.isConstant)
    default: false
    }
  }
}

/// Functions of one name as a call finds them.
struct FunctionReference {
  var name: String
  var candidates: [FunctionEntity]
  /// The object of a member function.
  var object: Value?
  /// Template arguments as written, already resolved.
  var arguments: [TemplateValue]?
  /// The name of a function of CUDA that is built in.
  var builtin: String?
}

/// A variable of the source.
final class Variable {
  let name: String
  let type: QualifiedType
  let place: Place
  let location: SourceLocation

  init(name: String, type: QualifiedType, place: Place, location: SourceLocation) {
    self.name = name
    self.type = type
    self.place = place
    self.location = location
  }
}

extension Variable {
  /// True of variables that a lane keeps to itself.
  var isLocal: Bool { if case .cell = place { true } else { false } }
}

/// A variable or part of one that a lane keeps to itself.
///
/// The lowering begins with the hope that a variable is never assigned after its first value and
/// that nobody takes its address; when it learns better it notes so and lowers the kernel again.
final class Cell {
  enum Content {
    /// The value it was given and keeps.
    case fixed(Value)
    case register(Register)
    /// A pointer into one space.
    case pointer(Register, Space)
    case members([Cell])
    case memory(Pointer)
  }

  let type: CType
  /// What is known of it from earlier passes is filed under this number.
  let key: Int
  /// The whole variable's number.
  let root: Int
  var content: Content

  init(type: CType, key: Int, root: Int, content: Content) {
    self.type = type
    self.key = key
    self.root = root
    self.content = content
  }
}

/// What earlier passes learned of a variable.
struct CellFacts: Equatable {
  var isAssigned = false
  var needsMemory = false
  var space: Space?
}
