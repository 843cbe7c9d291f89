import Base

extension SchemaGraph {
  /// Whether a value of an `enum` meets what else is said about it.
  mutating func allows(_ value: JSONValue, _ node: SchemaDocument.Node) throws(Problem) -> Bool {
    let number = try number(of: node)
    for shape in shapes[number] where try allows(value, shape) { return true }
    return false
  }

  /// Whether a value meets one alternative.
  mutating func allows(_ value: JSONValue, _ shape: SchemaShape) throws(Problem) -> Bool {
    if let values = shape.values, !values.contains(value) { return false }
    switch value {
    case .null: return shape.types.contains(.null)
    case .boolean: return shape.types.contains(.boolean)
    case .integer, .number, .literal: return allowsNumber(value, shape)
    case .string(let text):
      guard shape.types.contains(.string) else { return false }
      return try StringGrammar.language(shape.texts, shape.minLength, shape.maxLength)
        .accepts(text.utf8)
    case .array(let items): return try allows(items, shape)
    case .object(let object): return try allows(object, shape)
    }
  }

  private func allowsNumber(_ value: JSONValue, _ shape: SchemaShape) -> Bool {
    guard let number = DecimalNumber(value) else { return false }
    guard shape.types.contains(number.fraction.isEmpty ? .integer : .number) else { return false }
    return shape.low?.allows(number, isLow: true) ?? true
      && shape.high?.allows(number, isLow: false) ?? true
  }

  private mutating func allows(_ items: [JSONValue], _ shape: SchemaShape) throws(Problem) -> Bool {
    guard shape.types.contains(.array), items.count >= shape.minItems,
      items.count <= shape.maxItems ?? .max
    else { return false }
    for (index, item) in items.enumerated() where try !allows(item, shape.item(index)) {
      return false
    }
    return true
  }

  private mutating func allows(_ object: JSONObject, _ shape: SchemaShape) throws(Problem) -> Bool {
    guard shape.types.contains(.object), object.count >= shape.minProperties,
      object.count <= shape.maxProperties ?? .max
    else { return false }
    for name in shape.names where shape.isRequired(name) && object[name] == nil { return false }
    for (name, value) in object where try !allows(value, shape.property(name)) { return false }
    return true
  }
}
