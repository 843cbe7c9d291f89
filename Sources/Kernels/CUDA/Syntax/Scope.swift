/// A scope that may have gone.
private struct WeakScope {
  weak var scope: Scope?
}

/// What the parser knows about the names of one scope: only whether a name is a type, a template, a
/// namespace or a value, since that is what the grammar depends on.
final class Scope {
  enum Meaning {
    case value
    case type
    /// Of a record or an alias: with arguments a type.
    case typeTemplate
    /// Of a function or variable.
    case valueTemplate
    /// A template parameter that stands for a type.
    case typeParameter
    case namespace

    /// True of what names a type, with or without arguments.
    var isType: Bool { self == .type || self == .typeTemplate || self == .typeParameter }
  }

  struct Entry {
    let meaning: Meaning
    /// The names inside a record or a namespace, where they are known.
    var scope: Scope?
  }

  enum Kind { case namespace, record, function, template }

  let kind: Kind
  let parent: Scope?
  private(set) var names: [String: Entry] = [:]
  /// Namespaces opened by `using namespace`, and base classes.
  var opened: [Scope] = []
  /// The record's own name, which begins its constructors.
  var recordName: String?

  /// All scopes inside this one, where it has no parent.
  private var family: [WeakScope] = []

  /// True inside the braces of a record.
  var isRecord: Bool { kind == .record }

  init(_ kind: Kind, in parent: Scope?) {
    self.kind = kind
    self.parent = parent
    var root = parent
    while let above = root?.parent { root = above }
    root?.family.append(WeakScope(scope: self))
  }

  /// Forgets the names of this scope and of all inside it, which hold one another.
  func dismantle() {
    for member in family { member.scope?.forgetAll() }
    family = []
    forgetAll()
  }

  private func forgetAll() {
    names = [:]
    opened = []
  }

  /// Gives a name its meaning here; template parameters aside, names go to the scope around them.
  func declare(_ name: String, _ meaning: Meaning, scope: Scope? = nil) {
    var target = self
    while target.kind == .template, let outer = target.parent { target = outer }
    target.insert(name, meaning, scope: scope)
  }

  /// Gives a name its meaning in exactly this scope.
  func insert(_ name: String, _ meaning: Meaning, scope: Scope? = nil) {
    // `struct stat` and a function `stat` may share a name; a type that is known stays one.
    if let old = names[name], old.scope != nil, scope == nil, meaning != .value { return }
    names[name] = Entry(meaning: meaning, scope: scope)
  }

  /// Takes a name back.
  func forget(_ name: String) { names[name] = nil }

  /// What a name means in this scope alone.
  func member(_ name: String) -> Entry? { member(name, depth: 0) }

  private func member(_ name: String, depth: Int) -> Entry? {
    if let entry = names[name] { return entry }
    guard depth < 8 else { return nil }
    for scope in opened where scope !== self {
      if let entry = scope.member(name, depth: depth + 1) { return entry }
    }
    return nil
  }

  /// What a name means here or in a scope around.
  func find(_ name: String) -> Entry? {
    var scope: Scope? = self
    while let current = scope {
      if let entry = current.member(name) { return entry }
      scope = current.parent
    }
    return nil
  }

  /// The names of types that can be seen from here, for suggestions.
  var visibleTypes: [String] {
    var found: [String] = []
    var scope: Scope? = self
    while let current = scope {
      for (name, entry) in current.names where entry.meaning != .value { found.append(name) }
      scope = current.parent
    }
    return found.sorted()
  }
}
