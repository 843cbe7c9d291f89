/// What names mean.
extension Lowering {
  /// The meaning of a name as written, or nil where there is none.
  func lookup(_ name: QualifiedName) throws(Fault) -> Entity? {
    var region: Region? = nil
    var entity: Entity? = nil
    for (position, component) in name.components.enumerated() {
      guard case .identifier(let word) = component.kind else { return nil }
      if position == 0 {
        entity = name.isGlobal ? module.global.own(word) : find(word)
      } else {
        guard let here = region else { return nil }
        entity = here.own(word) ?? fallback(word, in: here)
      }
      if let arguments = component.templateArguments, let generic = entity {
        entity = try applied(generic, arguments, component)
      }
      guard let found = entity else { return nil }
      if position + 1 < name.components.count {
        if let constant = enumerator(found, name.components[position + 1]) {
          return position + 2 == name.components.count ? constant : nil
        }
        region = try self.region(of: found, component)
      }
    }
    return entity
  }

  /// The innermost meaning of a word.
  func find(_ word: String) -> Entity? {
    for region in scope.chain {
      if let entity = region.own(word) { return entity }
    }
    return nil
  }

  /// The standard library's names are also those of CUDA's global ones.
  private func fallback(_ word: String, in region: Region) -> Entity? {
    region.name == "std" || region.name == "cuda" ? module.global.own(word) : nil
  }

  private func enumerator(_ entity: Entity, _ component: NameComponent) -> Entity? {
    guard case .type(let type) = entity, case .enumeration(let enumeration) = type.type,
      case .identifier(let word) = component.kind, let value = enumeration.constants[word]
    else { return nil }
    return .value(.integer(value, type.type))
  }

  private func region(of entity: Entity, _ component: NameComponent) throws(Fault) -> Region? {
    switch entity {
    case .namespace(let scope): return scope
    case .type(let type):
      if let record = type.type.record { return record.scope }
      if case .enumeration(let enumeration) = type.type {
        throw fail("'\(enumeration.name)' has no such enumerator", at: component.range)
      }
      throw fail(
        "'\(type.spelling)' has no members: a record, enumeration or namespace is expected before '::'",
        at: component.range)
    case .classTemplate(let template):
      throw fail(
        "class template '\(template.name)' needs its arguments before '::'", at: component.range)
    default:
      throw fail(
        "'\(component.spelling)' is \(entity.noun); a record or namespace is expected before '::'",
        at: component.range)
    }
  }

  /// A template with its arguments.
  private func applied(
    _ generic: Entity, _ arguments: [TemplateArgument], _ component: NameComponent
  ) throws(Fault) -> Entity {
    switch generic {
    case .classTemplate(let template), .template(let template):
      return .type(QualifiedType(.record(try instantiate(template, arguments, component.range))))
    case .type(let type):
      // Inside a template its own name may be used with other arguments.
      guard let origin = type.type.record?.origin else {
        throw fail("'\(type.spelling)' is not a template", at: component.range)
      }
      return .type(
        QualifiedType(.record(try instantiate(origin.template, arguments, component.range))))
    case .aliasTemplate(let alias): return .type(try instantiate(alias, arguments, component.range))
    case .variableTemplate(let variable):
      return .value(try instantiate(variable, arguments, component.range))
    default: return generic
    }
  }

  /// The type that a name stands for.
  func type(named name: QualifiedName) throws(Fault) -> QualifiedType {
    switch try lookup(name) {
    case .type(let type)?: return type
    case .classTemplate(let template)?:
      if let record = instance(of: template) { return QualifiedType(.record(record)) }
      throw fail("class template '\(template.name)' needs its arguments", at: name.range)
    case let entity?:
      throw fail("'\(name.spelling)' is \(entity.noun); a type is expected", at: name.range)
    case nil: throw unknown("type name", name)
    }
  }

  /// The instance of a template that the walk is inside of.
  private func instance(of template: ClassTemplate) -> Record? {
    for region in scope.chain {
      if let record = region.record, record.origin?.template === template { return record }
    }
    return nil
  }

  /// A name that nothing declares, with the nearest that is.
  func unknown(_ noun: String, _ name: QualifiedName) -> Fault {
    let word = name.last.spelling
    if let reason = Unsupported.reason(for: name) {
      return fail("not supported: \(reason)", at: name.range)
    }
    let near = nearest(to: word, among: scope.visibleNames + Array(module.intrinsics.keys))
    let hint = near.map { "; did you mean '\($0)'?" } ?? ""
    return fail("unknown \(noun) '\(name.spelling)'\(hint)", at: name.range)
  }
}
