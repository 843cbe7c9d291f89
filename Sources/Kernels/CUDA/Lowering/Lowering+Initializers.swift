/// First values: lists, constructors, casts.
extension Lowering {
  /// The value that a declaration gives; the type may still be open (`auto`, `T x[]`).
  func initialValue(
    _ initializer: VariableDeclaration.Initializer?, as type: QualifiedType?, at range: SourceRange
  ) throws(Fault) -> Value? {
    guard let initializer else {
      guard let type, let record = type.type.record, needsConstruction(record) else { return nil }
      return try construct(type, [], isBraced: false, at: Expression(.invalid, range))
    }
    switch initializer {
    case .copy(let expression):
      let value = try self.lower(expression)
      guard let type else { return try rvalue(value) }
      if type.type.isReference { return value }
      return try initialize(type, from: value, at: expression.range)
    case .direct(let expressions):
      let arguments = try lowerArguments(expressions)
      guard let type else { return try arguments.first.map { (v) throws(Fault) in try rvalue(v) } }
      if type.type.isReference { return arguments.first }
      return try construct(type, arguments, isBraced: false, at: Expression(.invalid, range))
    case .braced(let list):
      guard let type else {
        return try list.elements.first.map { (e) throws(Fault) in try self.value(e.value) }
      }
      if type.type.isReference {
        return try list.elements.first.map { (e) throws(Fault) in try lower(e.value) }
      }
      return try initialize(list, as: type, at: range)
    }
  }

  private func initialize(
    _ type: QualifiedType, from value: Value, at range: SourceRange
  ) throws(Fault) -> Value {
    if case .list(let list) = value.form { return try initialize(list, as: type, at: range) }
    if case .array(let element, let count) = type.type, case .string(let bytes) = value.form {
      let length = count ?? bytes.count + 1
      let characters = (0..<length).map {
        Value(element.type, .integer($0 < bytes.count ? Int(Int8(bitPattern: bytes[$0])) : 0))
      }
      return Value(.array(element, count: length), .aggregate(characters))
    }
    if type.type.isArray, value.type == type.type, let place = value.place {
      return try readWhole(place, type)
    }
    return try convertImplicitly(value, to: type.type, as: "its first value", at: range)
  }

  /// All elements of an array as a value.
  func readWhole(_ place: Place, _ type: QualifiedType) throws(Fault) -> Value {
    switch place {
    case .cell(let cell): try read(cell)
    case .memory(let pointer, let bits): try load(pointer, type, bits: bits)
    }
  }

  /// True where a record without a first value still runs something.
  private func needsConstruction(_ record: Record) -> Bool {
    if let all = constructors(of: record) {
      return all.contains { $0.declaration.parameters.allSatisfy { $0.defaultValue != nil } }
    }
    return !record.defaults.isEmpty
      || record.fields.contains { field in
        field.type.type.record.map(needsConstruction) ?? false
      }
  }

  // MARK: Lists

  /// `{a, b}` as a value of a type.
  func initialize(
    _ list: InitializerList, as type: QualifiedType, at range: SourceRange
  ) throws(Fault) -> Value {
    if let record = type.type.record, constructors(of: record) != nil {
      var arguments: [Value] = []
      for element in list.elements { arguments.append(try lower(element.value)) }
      return try construct(type, arguments, isBraced: true, at: Expression(.invalid, list.range))
    }
    if type.type.isOpaque { return try opaque(list, as: type) }
    var cursor = ListCursor(elements: list.elements)
    let value = try fill(type, &cursor, isBraced: true, at: list.range)
    if let extra = cursor.next {
      throw fail(
        "too many values for '\(type.spelling)'", at: extra.value.range)
    }
    return value
  }

  private struct ListCursor {
    let elements: [InitializerList.Element]
    var position = 0
    var next: InitializerList.Element? { position < elements.count ? elements[position] : nil }
  }

  /// Takes what a type needs from a list; inner braces may be left out.
  private func fill(
    _ type: QualifiedType, _ cursor: inout ListCursor, isBraced: Bool, at range: SourceRange
  ) throws(Fault) -> Value {
    switch type.type {
    case .array(let element, let count):
      var members: [Value] = []
      while count.map({ members.count < $0 }) ?? (cursor.next != nil) {
        members.append(try takeMember(element, &cursor, at: range))
      }
      return Value(.array(element, count: members.count), .aggregate(members))
    case .record(let record):
      var members: [Value] = []
      for (index, field) in record.fields.enumerated() {
        if let designator = cursor.next?.designator, designator.text != field.name {
          guard let place = record.fields.firstIndex(where: { $0.name == designator.text }) else {
            throw fail("no member '\(designator.text)' in '\(record.name)'", at: designator.range)
          }
          guard place > index else {
            throw fail("member '\(designator.text)' is out of order", at: designator.range)
          }
          members.append(try defaultValue(of: field, in: record))
        } else if cursor.next == nil {
          members.append(try defaultValue(of: field, in: record))
        } else {
          members.append(try takeMember(field.type, &cursor, at: range))
        }
      }
      return Value(type.type, .aggregate(members))
    default:
      guard let element = cursor.next else { return zero(type.type) }
      cursor.position += 1
      return try convertImplicitly(
        try lower(element.value), to: type.type, as: "a value of the list", at: element.value.range)
    }
  }

  private func takeMember(
    _ type: QualifiedType, _ cursor: inout ListCursor, at range: SourceRange
  ) throws(Fault) -> Value {
    guard let element = cursor.next else {
      if let record = type.type.record, needsConstruction(record) {
        return try construct(type, [], isBraced: false, at: Expression(.invalid, range))
      }
      return zero(type.type)
    }
    if case .list(let inner) = element.value.kind {
      cursor.position += 1
      return try initialize(inner, as: type, at: inner.range)
    }
    guard type.type.isArray || type.type.record != nil else {
      return try fill(type, &cursor, isBraced: false, at: range)
    }
    if case .string = element.value.kind, type.type.isArray {
      cursor.position += 1
      return try initialize(type, from: try lower(element.value), at: range)
    }
    if let record = type.type.record {
      let start = builder.statements.count
      let value = try lower(element.value)
      if value.type == type.type || conversionCost(value, to: type) != nil
        || constructors(of: record) != nil
      {
        cursor.position += 1
        return try convertImplicitly(
          value, to: type.type, as: "a value of the list", at: element.value.range)
      }
      builder.discard(from: start)
    }
    return try fill(type, &cursor, isBraced: false, at: range)
  }

  private func defaultValue(of field: Field, in record: Record) throws(Fault) -> Value {
    let none = SourceRange(SourceLocation(), SourceLocation())
    if let initializer = record.defaults[field.name] {
      return try inside(record.scope ?? scope) { () throws(Fault) in
        try initialValue(initializer, as: field.type, at: current) ?? zero(field.type.type)
      }
    }
    if let inner = field.type.type.record, needsConstruction(inner) {
      return try construct(field.type, [], isBraced: false, at: Expression(.invalid, none))
    }
    return zero(field.type.type)
  }

  /// A union takes a value for its first member and lies in memory.
  private func opaque(_ list: InitializerList, as type: QualifiedType) throws(Fault) -> Value {
    let place = Place.memory(allocateLocal(type.type), bits: nil)
    let object = Value(QualifiedType(type.type), place)
    guard let record = type.type.record else { return object }
    for (index, element) in list.elements.enumerated() {
      let named = element.designator.flatMap { name in
        record.fields.firstIndex { $0.name == name.text }
      }
      let field = member(of: object, at: named ?? index)
      guard let target = field.place else { continue }
      let value = try convertImplicitly(
        try lower(element.value), to: field.type, as: "a value of the list", at: element.value.range
      )
      try write(value, to: target, field.qualifiedType)
    }
    return object
  }

  // MARK: Construction

  func construct(
    _ syntax: TypeSyntax, _ arguments: [Expression], _ isBraced: Bool, at expression: Expression
  ) throws(Fault) -> Value {
    if isBraced {
      let elements = arguments.map { InitializerList.Element(designator: nil, value: $0) }
      let list = InitializerList(elements: elements, range: expression.range)
      return try initialize(list, as: try resolve(syntax), at: expression.range)
    }
    return try construct(
      try resolve(syntax), try lowerArguments(arguments), isBraced: false, at: expression)
  }

  /// `T(a, b)`.
  func construct(
    _ type: QualifiedType, _ arguments: [Value], isBraced: Bool, at expression: Expression
  ) throws(Fault) -> Value {
    guard let record = type.type.record else {
      if arguments.isEmpty { return zero(type.type) }
      if arguments.count > 1 {
        throw fail("'\(type.spelling)' takes one value, got \(arguments.count)", at: expression)
      }
      return isBraced
        ? try convertImplicitly(arguments[0], to: type.type, as: "the value", at: expression.range)
        : try explicitly(arguments[0], to: type, .cStyle, at: expression)
    }
    if arguments.count == 1, case .list(let list) = arguments[0].form {
      return try initialize(list, as: type, at: expression.range)
    }
    if arguments.count == 1, let from = arguments[0].type.record,
      from == record || from.allBases.contains(record)
    {
      return try rvalue(sliced(arguments[0], to: record))
    }
    if let all = constructors(of: record) {
      return try runConstructor(record, all, arguments, at: expression)
    }
    if arguments.isEmpty { return try defaultValue(of: record) }
    return try aggregate(record, arguments, at: expression)
  }

  private func defaultValue(of record: Record) throws(Fault) -> Value {
    if record.isOpaque {
      return Value(
        QualifiedType(.record(record)), .memory(allocateLocal(.record(record)), bits: nil))
    }
    var members: [Value] = []
    for field in record.fields { members.append(try defaultValue(of: field, in: record)) }
    return Value(.record(record), .aggregate(members))
  }

  /// Members in order, for records without constructors; CUDA's `dim3` fills up with ones.
  private func aggregate(
    _ record: Record, _ arguments: [Value], at expression: Expression
  ) throws(Fault) -> Value {
    if arguments.count == 1, !conversions(of: arguments[0].type).isEmpty {
      return try convertByConversion(arguments[0], to: record, at: expression)
    }
    let isDim3 = record.name == "dim3"
    guard arguments.count <= record.fields.count, isDim3 || !record.fields.isEmpty else {
      throw fail(
        "'\(record.name)' has \(record.fields.count) members, \(arguments.count) values given",
        at: expression)
    }
    guard isDim3 || arguments.count > 1 || record.fields.count == 1 || isPair(record) else {
      throw fail(
        "'\(arguments[0].spelling)' does not convert to '\(record.name)'", at: expression)
    }
    var members: [Value] = []
    for (index, field) in record.fields.enumerated() {
      if arguments.indices.contains(index) {
        members.append(
          try convertImplicitly(
            arguments[index], to: field.type.type, as: "member '\(field.name)'",
            at: expression.range))
      } else {
        members.append(isDim3 ? .integer(1, .unsignedInt) : zero(field.type.type))
      }
    }
    return Value(.record(record), .aggregate(members))
  }

  private func isPair(_ record: Record) -> Bool {
    record.name == "__half2" || record.name == "__nv_bfloat162"
  }

  private func convertByConversion(
    _ value: Value, to record: Record, at expression: Expression
  ) throws(Fault) -> Value {
    for (entity, region) in conversions(of: value.type) {
      guard let result = entity.declaration.result else { continue }
      let made = try inside(region) { () throws(Fault) in try resolve(result) }
      if made.type == .record(record) { return try invokeConversion(entity, region, value) }
    }
    throw fail("'\(value.spelling)' does not convert to '\(record.name)'", at: expression)
  }

  private func runConstructor(
    _ record: Record, _ all: [FunctionEntity], _ arguments: [Value], at expression: Expression
  ) throws(Fault) -> Value {
    let reference = FunctionReference(name: record.name, candidates: all)
    guard let candidate = try resolve(reference, arguments, at: expression) else {
      return zero(.record(record))
    }
    if case .defaulted = candidate.entity.declaration.body { return try defaultValue(of: record) }
    let key = module.keys.temporary(
      on: frame.path, at: expression.range.start, expression.range.end.column &+ 1_000_000)
    let cell = try makeCell(.record(record), key: key, initial: nil)
    let object = Value(QualifiedType(.record(record)), .cell(cell))
    _ = try invoke(candidate, arguments, object, at: expression)
    return try read(cell)
  }

  /// `: member(value)` and the defaults of members, before a constructor's body.
  func initializeMembers(of entity: FunctionEntity) throws(Fault) {
    guard let this = frame.this, let record = entity.owner else { return }
    let object = Value(QualifiedType(.record(record)), this)
    let declaration = entity.declaration
    for (index, field) in record.fields.enumerated() {
      let target = member(of: object, at: index)
      guard let place = target.place else { continue }
      if let given = declaration.memberInitializers.first(where: {
        $0.name.last.word == field.name || $0.names(field)
      }) {
        let value = try memberValue(given, field.type)
        mark(given.range.start)
        try write(value, to: place, field.type)
      } else if record.defaults[field.name] != nil
        || field.type.type.record.map(needsConstruction) == true
      {
        try write(try defaultValue(of: field, in: record), to: place, field.type)
      }
    }
  }

  private func memberValue(
    _ given: FunctionDeclaration.MemberInitializer, _ type: QualifiedType
  ) throws(Fault) -> Value {
    let place = Expression(.invalid, given.range)
    if case .reference(let target, _) = type.type, let first = given.arguments.first {
      let object = try lower(first)
      guard let referred = object.place else {
        throw fail("a reference member needs an object", at: given.range)
      }
      return Value(.pointer(target), .pointer(pointer(to: referred)))
    }
    if given.isBraced {
      let elements = given.arguments.map { InitializerList.Element(designator: nil, value: $0) }
      return try initialize(
        InitializerList(elements: elements, range: given.range), as: type, at: given.range)
    }
    if given.arguments.count == 1, type.type.record == nil {
      return try convertImplicitly(
        try lower(given.arguments[0]), to: type.type, as: "its first value", at: given.range)
    }
    return try construct(type, try lowerArguments(given.arguments), isBraced: false, at: place)
  }

  // MARK: Casts

  func cast(
    _ kind: CastKind, _ syntax: TypeSyntax, _ operand: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let type = try resolve(syntax)
    let object = try lower(operand)
    if case .reference(let target, _) = type.type {
      guard let place = object.place else { return try rvalue(object) }
      if object.type == target.type { return Value(target, place) }
      if let base = target.type.record, object.type.record?.allBases.contains(base) == true {
        return sliced(object, to: base)
      }
      // Another view of the same bytes.
      let start = pointer(to: place)
      return self.object(at: view(start, as: target.type) ?? spill(start), target)
    }
    return try explicitly(try read(object, operand), to: type, kind, at: expression)
  }

  func explicitly(
    _ value: Value, to type: QualifiedType, _ kind: CastKind, at expression: Expression
  ) throws(Fault) -> Value {
    let value = try rvalue(value)
    mark(expression.location)
    switch (value.type, type.type) {
    case (.record, _) where value.type != type.type, (_, .record) where value.type != type.type:
      if type.type == .void { return .nothing }
      return try convertByCast(value, to: type, at: expression)
    case (.pointer, .arithmetic(let number)) where number.bytes < 8 && number != .bool:
      if kind != .cStyle || number.isFloating {
        throw fail("'\(type.spelling)' is too small for an address", at: expression)
      }
    case (.pointer, .arithmetic(let number)) where number.isFloating,
      (.arithmetic(let number), .pointer) where number.isFloating:
      throw fail(
        "cannot cast '\(value.qualifiedType.spelling)' to '\(type.spelling)'", at: expression)
    default: break
    }
    var result = try convert(value, to: type.type)
    result.type = type.type
    return result
  }

  private func convertByCast(
    _ value: Value, to type: QualifiedType, at expression: Expression
  ) throws(Fault) -> Value {
    if type.type.record != nil {
      return try construct(type, [value], isBraced: false, at: expression)
    }
    guard !conversions(of: value.type).isEmpty else {
      throw fail(
        "cannot cast '\(value.qualifiedType.spelling)' to '\(type.spelling)'", at: expression)
    }
    return try convertImplicitly(value, to: type.type, as: "the operand", at: expression.range)
  }
}

extension FunctionDeclaration.MemberInitializer {
  /// True where it names a base class.
  func names(_ field: Field) -> Bool {
    guard field.name.hasPrefix("base "), let record = field.type.type.record else { return false }
    return record.name == name.last.word || record.origin?.template.name == name.last.word
  }
}
