/// What a template parameter stands for in one instance.
enum TemplateValue: Hashable {
  case type(QualifiedType)
  case integer(Int, CType)
  case template(ClassTemplate)

  /// As written between the angle brackets.
  var spelling: String {
    switch self {
    case .type(let type): type.spelling
    case .integer(let value, .arithmetic(.bool)): value == 0 ? "false" : "true"
    case .integer(let value, _): String(value)
    case .template(let template): template.name
    }
  }
}

/// What a name means.
enum Entity {
  case type(QualifiedType)
  /// A variable: a cell of this pass, or a module-wide one.
  case variable(Variable)
  case functions(FunctionSet)
  case classTemplate(ClassTemplate)
  case aliasTemplate(AliasTemplate)
  case variableTemplate(VariableTemplate)
  /// An enumerator, a template argument, a folded constant.
  case value(Value)
  case namespace(Region)
  case template(ClassTemplate)

  /// What sort of thing it is, for messages.
  var noun: String {
    switch self {
    case .type: "a type"
    case .variable: "a variable"
    case .functions: "a function"
    case .classTemplate, .template: "a class template"
    case .aliasTemplate: "an alias template"
    case .variableTemplate: "a variable template"
    case .value: "a constant"
    case .namespace: "a namespace"
    }
  }
}

/// A region that may have gone.
private struct WeakRegion {
  weak var region: Region?
}

/// A region of names.
final class Region {
  let parent: Region?
  /// The record whose members these are.
  let record: Record?
  /// The name of a namespace.
  let name: String?
  private(set) var entities: [String: Entity] = [:]
  /// Namespaces whose names are seen here.
  var usings: [Region] = []
  /// All regions below this one, where it has no parent.
  private var family: [WeakRegion] = []
  /// Record declarations by name that were seen but not yet laid out.
  var isNamespace: Bool { record == nil && name != nil }

  init(parent: Region?, record: Record? = nil, name: String? = nil) {
    self.parent = parent
    self.record = record
    self.name = name
    var root = parent
    while let above = root?.parent { root = above }
    root?.family.append(WeakRegion(region: self))
  }

  /// Forgets what names mean, here and in all regions below: regions, records and functions hold one
  /// another, and nothing else would let them go.
  func dismantle() {
    for member in family { member.region?.forget() }
    family = []
    forget()
  }

  private func forget() {
    entities = [:]
    usings = []
    record?.scope = nil
  }

  /// Gives a name its meaning here.
  func define(_ name: String, _ entity: Entity) { entities[name] = entity }

  /// The function set of a name here, made at first use.
  func functionSet(_ name: String) -> FunctionSet {
    if case .functions(let set)? = entities[name] { return set }
    let set = FunctionSet(name: name)
    entities[name] = .functions(set)
    return set
  }

  /// What the name means in this very region, its bases and the namespaces it uses.
  func own(_ name: String) -> Entity? {
    if let entity = entities[name] { return entity }
    if let record {
      for base in record.bases {
        if let entity = base.scope?.own(name) { return entity }
      }
    }
    for using in usings {
      if let entity = using.own(name) { return entity }
    }
    return nil
  }

  /// All names that can be seen from here, for messages.
  var visibleNames: [String] {
    Array(entities.keys) + usings.flatMap { Array($0.entities.keys) }
      + (parent?.visibleNames ?? [])
  }

  /// The region and those around it, innermost first.
  var chain: [Region] {
    var (list, next) = ([self], parent)
    while let scope = next {
      list.append(scope)
      next = scope.parent
    }
    return list
  }

  /// The full name of a namespace or record member: "a::b".
  func qualified(_ word: String) -> String {
    let names = chain.reversed().compactMap { $0.name ?? $0.record?.name }.filter { !$0.isEmpty }
    return (names + [word]).joined(separator: "::")
  }
}

/// All functions of one name in one region.
final class FunctionSet {
  let name: String
  var candidates: [FunctionEntity] = []

  init(name: String) { self.name = name }
}

/// A function or function template with the region it was declared in.
final class FunctionEntity {
  let name: String
  var declaration: FunctionDeclaration
  let scope: Region
  /// The record it is a member of.
  let owner: Record?
  /// True of library text: its instructions count for the line of the caller.
  let isLibrary: Bool
  /// Explicit specialisations: their arguments and their text.
  var specializations: [(arguments: [TemplateValue], function: FunctionEntity)] = []
  /// Set for an explicit specialisation, which has no parameters of its own left.
  var bound: [TemplateValue]?

  init(
    name: String, declaration: FunctionDeclaration, scope: Region, owner: Record?, isLibrary: Bool
  ) {
    self.name = name
    self.declaration = declaration
    self.scope = scope
    self.owner = owner
    self.isLibrary = isLibrary
  }

  var isTemplate: Bool { !(declaration.templateParameters ?? []).isEmpty }
  var isStatic: Bool { declaration.specifiers.contains(.static) }
}

/// A class template with its specialisations and instances.
final class ClassTemplate: Hashable {
  let name: String
  var declaration: RecordDeclaration
  let scope: Region
  var specializations: [RecordDeclaration] = []
  var instances: [[TemplateValue]: Record] = [:]
  /// Members defined outside of the class.
  var outsideMembers: [FunctionDeclaration] = []
  let isLibrary: Bool

  init(name: String, declaration: RecordDeclaration, scope: Region, isLibrary: Bool) {
    self.name = name
    self.declaration = declaration
    self.scope = scope
    self.isLibrary = isLibrary
  }

  static func == (left: ClassTemplate, right: ClassTemplate) -> Bool { left === right }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// `template <…> using x = T`.
final class AliasTemplate {
  let declaration: AliasDeclaration
  let scope: Region

  init(declaration: AliasDeclaration, scope: Region) {
    self.declaration = declaration
    self.scope = scope
  }
}

/// `template <…> constexpr T x = e`.
final class VariableTemplate {
  let declaration: VariableDeclaration
  let scope: Region
  var instances: [[TemplateValue]: Value] = [:]

  init(declaration: VariableDeclaration, scope: Region) {
    self.declaration = declaration
    self.scope = scope
  }
}

/// A lambda with the region it was written in.
final class Closure {
  let lambda: LambdaExpression
  let scope: Region
  /// The object of the surrounding method.
  let this: Place?
  let thisType: QualifiedType?
  let isLibrary: Bool

  init(
    lambda: LambdaExpression, scope: Region, this: Place?, thisType: QualifiedType?,
    isLibrary: Bool
  ) {
    self.lambda = lambda
    self.scope = scope
    self.this = this
    self.thisType = thisType
    self.isLibrary = isLibrary
  }
}
