/// A data member of a struct, class or union, laid out.
struct Field {
  let name: String
  let type: QualifiedType
  /// Bytes from the start of the record.
  let offset: Int
  /// Width in bits and the first bit, where the source says `: n`.
  let bits: (width: Int, first: Int)?
  /// True of the unnamed piece that holds a base class, an anonymous struct or union.
  let isTransparent: Bool
}

/// A struct, class or union, after its templates are filled in.
final class Record: Hashable {
  let name: String
  let isUnion: Bool
  private(set) var fields: [Field] = []
  private(set) var alignment = 1
  private(set) var end = 0
  /// Set once the closing brace was seen; before it, only pointers to the record may be used.
  var isComplete = false
  /// Names of its members: methods, nested types, static members.
  var scope: Region?
  /// The template it came from and with what, so that deduction can look inside.
  var origin: (template: ClassTemplate, arguments: [TemplateValue])?
  /// The function that a template argument names; the record then has nothing else.
  var function: FunctionReference?
  /// First values that the members are declared with.
  var defaults: [String: VariableDeclaration.Initializer] = [:]
  /// The lambda behind a closure type.
  var closure: Closure?

  init(name: String, isUnion: Bool = false) {
    self.name = name
    self.isUnion = isUnion
  }

  /// The bytes of the whole, padded to the alignment; an empty record takes one.
  var bytes: Int { max(1, (end + alignment - 1) / alignment * alignment) }

  /// Raises the alignment, as `__align__(16)` asks.
  func align(to bytes: Int) { alignment = max(alignment, bytes) }

  /// Puts a member behind those before it.
  func addField(
    _ name: String, _ type: QualifiedType, bits width: Int? = nil,
    isTransparent: Bool = false, alignedTo extra: Int = 1
  ) {
    let unit = type.type.alignment
    if let width { return addBits(name, type, width) }
    let wanted = max(unit, extra)
    let offset = isUnion ? 0 : (end + wanted - 1) / wanted * wanted
    fields.append(
      Field(name: name, type: type, offset: offset, bits: nil, isTransparent: isTransparent))
    alignment = max(alignment, wanted)
    let isEmptyBase = isTransparent && type.type.record.map { $0.fields.isEmpty } ?? false
    end = max(end, offset + (isEmptyBase ? 0 : type.type.bytes ?? 0))
    bitsUsed = 0
  }

  private var bitsUsed = 0

  /// Bits fill the unit of their type from the low end and begin a new one when they do not fit.
  private func addBits(_ name: String, _ type: QualifiedType, _ width: Int) {
    let unit = type.type.bytes ?? 4
    let fits = fields.last?.bits != nil && bitsUsed > 0 && bitsUsed + width <= unit * 8
    let offset =
      fits ? (fields.last?.offset ?? 0) : isUnion ? 0 : (end + unit - 1) / unit * unit
    let first = fits ? bitsUsed : 0
    fields.append(
      Field(
        name: name, type: type, offset: offset, bits: (width, first), isTransparent: false))
    bitsUsed = first + width
    alignment = max(alignment, unit)
    end = max(end, offset + unit)
  }

  /// The places of a member among the fields, through unnamed members and bases.
  func path(to name: String) -> [Int]? {
    if let own = fields.firstIndex(where: { $0.name == name && !$0.isTransparent }) {
      return [own]
    }
    for (index, field) in fields.enumerated() where field.isTransparent {
      if let rest = field.type.type.record?.path(to: name) { return [index] + rest }
    }
    return nil
  }

  /// All names that `.` can find, for messages.
  var memberNames: [String] {
    fields.flatMap { field in
      field.isTransparent ? field.type.type.record?.memberNames ?? [] : [field.name]
    }
  }

  /// The records that this one derives from, first to last.
  var bases: [Record] {
    fields.filter { $0.isTransparent && $0.name.hasPrefix("base ") }
      .compactMap { $0.type.type.record }
  }

  static func == (left: Record, right: Record) -> Bool { left === right }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension CType {
  /// What a value takes in memory; nil where nothing of the type can be stored.
  var bytes: Int? {
    switch self {
    case .void, .function, .unresolved: nil
    case .arithmetic(let number): number.bytes
    case .enumeration(let enumeration): enumeration.underlying.bytes
    case .pointer, .null, .reference: 8
    case .array(let element, let count):
      if let count, let one = element.type.bytes { count * one } else { nil }
    case .record(let record): record.isComplete ? record.bytes : nil
    }
  }

  /// The multiple that addresses of the type must be of.
  var alignment: Int {
    switch self {
    case .array(let element, _): element.type.alignment
    case .record(let record): record.alignment
    default: max(1, bytes ?? 1)
    }
  }

  /// How a number of the type lies in memory; nil for what is no single number.
  var memoryType: ValueType? {
    switch self {
    case .pointer, .null, .reference: .u64
    default: arithmetic?.memoryType
    }
  }
}
