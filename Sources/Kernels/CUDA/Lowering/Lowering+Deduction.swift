/// What is known of a template's parameters while arguments are matched.
struct Deduction {
  let parameters: [TemplateParameter]
  var values: [TemplateValue?]

  init(parameters: [TemplateParameter], given: [TemplateValue] = []) {
    self.parameters = parameters
    values = parameters.indices.map { given.indices.contains($0) ? given[$0] : nil }
  }

  /// The place of a parameter.
  func index(of name: String) -> Int? {
    parameters.firstIndex { $0.name?.text == name }
  }

  /// Notes what a parameter must be; false where it is already something else.
  mutating func bind(_ index: Int, _ value: TemplateValue) -> Bool {
    guard let known = values[index] else {
      values[index] = value
      return true
    }
    if case .integer(let a, _) = known, case .integer(let b, _) = value { return a == b }
    if case .type(let a) = known, case .type(let b) = value { return a.type == b.type }
    return known == value
  }

  /// All values, once none is missing.
  var complete: [TemplateValue]? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? known : nil
  }
}

/// Template parameters from the types of arguments.
extension Lowering {
  /// Matches patterns of a specialisation with arguments.
  func match(
    _ patterns: [TemplateArgument], _ values: [TemplateValue], _ deduction: inout Deduction
  ) throws(Fault) -> Bool {
    for (pattern, value) in zip(patterns, values) {
      guard try match(pattern, value, &deduction) else { return false }
    }
    return patterns.count <= values.count
  }

  private func match(
    _ pattern: TemplateArgument, _ value: TemplateValue, _ deduction: inout Deduction
  ) throws(Fault) -> Bool {
    switch pattern {
    case .type(let syntax):
      if case .template = value {
        guard case .named(let name) = syntax.kind, let word = name.simple,
          let index = deduction.index(of: word)
        else { return try resolvedEquals(pattern, value) }
        return deduction.bind(index, value)
      }
      guard case .type(let type) = value else { return false }
      return try deduce(syntax, from: type, &deduction)
    case .expression(let expression):
      if case .name(let name) = expression.kind, let word = name.simple,
        let index = deduction.index(of: word)
      {
        return deduction.bind(index, value)
      }
      return try resolvedEquals(pattern, value)
    }
  }

  private func resolvedEquals(
    _ pattern: TemplateArgument, _ value: TemplateValue
  ) throws(Fault) -> Bool {
    let known = try resolve(pattern, for: nil)
    switch (known, value) {
    case (.integer(let a, _), .integer(let b, _)): return a == b
    default: return known == value
    }
  }

  /// Matches a type as written with a type as it is; parameters get their values on the way.
  func deduce(
    _ pattern: TypeSyntax, from type: QualifiedType, _ deduction: inout Deduction
  ) throws(Fault) -> Bool {
    switch pattern.kind {
    case .named(let name): return try deduce(pattern, name, from: type, &deduction)
    case .pointer(let inner):
      guard case .pointer(let target) = type.type else { return false }
      return try deduce(inner, from: target, &deduction)
    case .reference(let inner), .rvalueReference(let inner):
      guard case .reference(let target, _) = type.type else {
        return try deduce(inner, from: type, &deduction)
      }
      return try deduce(inner, from: target, &deduction)
    case .array(let inner, let count):
      guard case .array(let element, let length) = type.type else { return false }
      if let count, case .name(let name) = count.kind, let word = name.simple,
        let index = deduction.index(of: word)
      {
        guard let length, deduction.bind(index, .integer(length, .size)) else { return false }
      } else if let count, try constantInteger(count, for: "the length of an array") != length {
        return false
      }
      return try deduce(inner, from: element, &deduction)
    case .function(let result, let parameters):
      guard case .function(let function) = type.type,
        function.parameters.count == parameters.count
      else { return false }
      for (parameter, actual) in zip(parameters, function.parameters) {
        guard try deduce(parameter.type, from: QualifiedType(actual), &deduction) else {
          return false
        }
      }
      return try deduce(result, from: QualifiedType(function.result), &deduction)
    default:
      let known = try resolve(pattern)
      return known.type == type.type && (!type.isConst || known.isConst)
    }
  }

  private func deduce(
    _ pattern: TypeSyntax, _ name: QualifiedName, from type: QualifiedType,
    _ deduction: inout Deduction
  ) throws(Fault) -> Bool {
    if let word = name.simple, let index = deduction.index(of: word) {
      var bare = type
      if pattern.qualifiers.contains(.const) { bare.isConst = false }
      if pattern.qualifiers.contains(.volatile) { bare.isVolatile = false }
      return deduction.bind(index, .type(bare))
    }
    guard name.components.contains(where: { $0.templateArguments != nil }),
      let patterns = name.last.templateArguments
    else {
      // A dependent name such as `typename T::value_type` is not deduced from.
      if name.components.count > 1, case .identifier(let first) = name.components[0].kind,
        deduction.index(of: first) != nil
      {
        return true
      }
      return try resolve(pattern).type == type.type
    }
    guard let record = type.type.record else { return false }
    for candidate in [record] + record.allBases {
      guard let origin = candidate.origin, origin.template.name == name.last.word else { continue }
      return try match(patterns, origin.arguments, &deduction)
    }
    if let alias = try? aliasType(name, deduction) { return alias == type.type }
    return false
  }

  private func aliasType(_ name: QualifiedName, _ deduction: Deduction) throws(Fault) -> CType? {
    guard deduction.complete != nil else { return nil }
    return try type(named: name).type
  }
}

extension NameComponent {
  /// The word of a plain name.
  var word: String? { if case .identifier(let word) = kind { word } else { nil } }
}

extension Record {
  /// All records it derives from, at any depth.
  var allBases: [Record] { bases.flatMap { [$0] + $0.allBases } }
}
