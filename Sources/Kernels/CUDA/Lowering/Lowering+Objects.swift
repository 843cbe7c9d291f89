internal import Base

/// Objects: members, elements, what pointers point to.
extension Lowering {
  /// One member of a record.
  func member(of object: Value, at index: Int) -> Value {
    guard let record = object.type.record, record.fields.indices.contains(index) else {
      return object
    }
    let field = record.fields[index]
    let type = field.type.qualified(isConst: object.isConst, isVolatile: object.isVolatile)
    switch object.form {
    case .place(.cell(let cell)):
      if case .members(let members) = cell.content { return Value(type, .cell(members[index])) }
      if case .memory(let pointer) = cell.content { return part(of: pointer, field, type) }
      return object.member(index) ?? zero(type.type)
    case .place(.memory(let pointer, _)): return part(of: pointer, field, type)
    default: return object.member(index) ?? zero(type.type)
    }
  }

  private func part(of pointer: Pointer, _ field: Field, _ type: QualifiedType) -> Value {
    if let (cells, at) = pointer.cells, cells.indices.contains(at),
      let record = cells[at].type.record,
      let index = record.fields.firstIndex(where: {
        $0.offset == field.offset && $0.name == field.name
      })
    {
      return member(of: Value(type, .cell(cells[at])), at: index)
    }
    var start = pointer
    start.offset += field.offset
    return Value(type, .memory(start, bits: field.bits))
  }

  /// What a member that is a reference refers to.
  func dereferenced(_ object: Value) throws(Fault) -> Value {
    guard case .reference(let target, _) = object.type else { return object }
    let address = try rvalue(object)
    guard let pointer = address.pointer else { return object }
    return self.object(at: pointer, target)
  }

  /// What a pointer points to.
  func object(at pointer: Pointer, _ type: QualifiedType) -> Value {
    if let (cells, at) = pointer.cells {
      if cells.indices.contains(at), cells[at].type == type.type {
        return Value(type, .cell(cells[at]))
      }
      return Value(type, .memory(spill(pointer), bits: nil))
    }
    return Value(type, .memory(pointer, bits: nil))
  }

  /// `a.b` and `p->b`.
  func member(
    _ base: Expression, _ name: QualifiedName, _ isArrow: Bool, at expression: Expression
  ) throws(Fault) -> Value {
    var object = try lower(base)
    if isArrow {
      object = try pointedObject(object, base, name)
    } else if object.type.isPointer {
      throw fail(
        "'\(object.qualifiedType.spelling)' is a pointer; did you mean '->\(name.spelling)'?",
        at: name.range)
    }
    guard let record = object.type.record else {
      throw fail(
        "member '\(name.spelling)' asked of '\(object.qualifiedType.spelling)', which is no structure",
        at: name.range)
    }
    if let word = name.last.word, let path = record.path(to: word) {
      for index in path { object = member(of: object, at: index) }
      return try dereferenced(object)
    }
    return try memberFunction(object, record, name)
  }

  private func pointedObject(
    _ object: Value, _ base: Expression, _ name: QualifiedName
  ) throws(Fault) -> Value {
    var pointer = try rvalue(object)
    if pointer.type.record != nil,
      let overloaded = try overloadedOperator(.arrow, [object], at: base)
    {
      pointer = try rvalue(overloaded)
    }
    guard let target = pointer.type.pointee, let address = pointer.pointer else {
      if object.type.record != nil {
        throw fail(
          "'\(object.qualifiedType.spelling)' is no pointer; did you mean '.\(name.spelling)'?",
          at: name.range)
      }
      throw fail(
        "'->' needs a pointer to a structure, got '\(object.qualifiedType.spelling)'",
        at: name.range)
    }
    return self.object(at: address, target)
  }

  private func memberFunction(
    _ object: Value, _ record: Record, _ name: QualifiedName
  ) throws(Fault) -> Value {
    let word = name.functionName
    switch record.scope?.own(word) {
    case .functions(let set)?:
      var reference = FunctionReference(name: word, candidates: set.candidates, object: object)
      reference.arguments = try templateArguments(of: name, set.candidates)
      return Value(.unresolved, .functions(reference))
    case .value(let value)?: return value
    case .variable(let variable)?: return Value(variable.type, variable.place)
    default: break
    }
    if !record.isComplete {
      throw fail("'\(record.name)' is declared but its members are not known", at: name.range)
    }
    let names = record.memberNames + (record.scope.map { Array($0.entities.keys) } ?? [])
    let hint = nearest(to: word, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw fail("no member '\(word)' in '\(record.name)'\(hint)", at: name.range)
  }

  /// `a[i]`.
  func subscripted(
    _ base: Expression, _ index: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let object = try lower(base)
    if object.type.record != nil {
      let position = try lower(index)
      if let value = try overloadedOperator(.subscriptBrackets, [object, position], at: expression)
      {
        return value
      }
    }
    let position = try value(index)
    guard object.type.element != nil else {
      if position.type.element != nil {
        return try element(of: position, at: try rvalue(object), index, expression)
      }
      throw fail(
        "'\(object.qualifiedType.spelling)' cannot be indexed; an array or a pointer is expected",
        at: base)
    }
    return try element(of: object, at: position, index, expression)
  }

  private func element(
    of object: Value, at position: Value, _ index: Expression, _ expression: Expression
  ) throws(Fault) -> Value {
    guard position.type.isInteger else {
      throw fail(
        "an index must be a whole number, got '\(position.qualifiedType.spelling)'", at: index)
    }
    if case .array(let element, let count) = object.type {
      try checkBounds(position, count, index, object)
      let part = element.qualified(isConst: object.isConst, isVolatile: object.isVolatile)
      if case .aggregate(let members) = object.form, let at = position.integer,
        members.indices.contains(at)
      {
        return members[at]
      }
      if object.place == nil { return try self.element(ofValue: object, at: position, part) }
    }
    mark(expression.location)
    let base = try rvalue(object)
    guard let target = base.type.pointee, let pointer = base.pointer else {
      throw fail("'\(object.qualifiedType.spelling)' cannot be indexed", at: expression)
    }
    guard let bytes = target.type.bytes else {
      throw fail(
        "a pointer to the incomplete type '\(target.spelling)' cannot be indexed", at: expression)
    }
    return self.object(at: try advanced(pointer, by: position, elementBytes: bytes), target)
  }

  /// An array that is no object gets a place of its own first.
  private func element(
    ofValue object: Value, at position: Value, _ type: QualifiedType
  ) throws(Fault) -> Value {
    let copy = Value(object.qualifiedType, try temporary(object))
    let base = try rvalue(copy)
    let pointer = base.pointer ?? .null
    return self.object(
      at: try advanced(pointer, by: position, elementBytes: type.type.bytes ?? 1), type)
  }

  private func checkBounds(
    _ position: Value, _ count: Int?, _ index: Expression, _ object: Value
  ) throws(Fault) {
    guard let at = position.integer, let count, pinned == nil, unrollFactor == 1 else { return }
    if at < 0 || at > count || (at == count && count > 0) {
      warn("index \(at) is outside of an array of \(count)", at: index.range)
    }
  }

  /// A nameless object with a value.
  func temporary(_ value: Value) throws(Fault) -> Place {
    let key = module.keys.temporary(on: frame.path, at: current.start, current.end.column)
    return .cell(try makeCell(value.type, key: key, initial: value))
  }

  /// Writes an object.
  func write(_ value: Value, to place: Place, _ type: QualifiedType? = nil) throws(Fault) {
    switch place {
    case .cell(let cell): try write(value, to: cell)
    case .memory(let pointer, let bits):
      try store(value, to: pointer, type ?? value.qualifiedType, bits: bits)
    }
  }

  /// The value of a constant cell of a `__constant__` table and the like is read when used.
  func nearest(to word: String, among names: [String]) -> String? {
    nearestNames(to: word, among: Array(Set(names)).sorted()).first
  }
}
