import Base

/// What a value must be that meets some schema objects at once.
struct SchemaShape {
  typealias Node = SchemaDocument.Node

  let parts: [SchemaPart]
  let types: Set<JSONType>
  /// The only values there are, where enum or const says so.
  let values: [JSONValue]?

  init(_ parts: [SchemaPart]) {
    self.parts = parts
    types = parts.reduce(Set(JSONType.allCases)) { $0.intersection($1.types) }
    values = parts.reduce(nil) { known, part in
      guard let values = part.values else { return known }
      return known.map { $0.filter(values.contains) } ?? values
    }
  }

  // MARK: Strings and numbers

  var minLength: Int { parts.map(\.minLength).max() ?? 0 }
  var maxLength: Int? { parts.compactMap(\.maxLength).min() }
  var texts: [GrammarExpression] { parts.flatMap(\.texts) }
  var low: DecimalBound? {
    parts.reduce(nil) { known, part in
      part.low.map { $0.tighter(than: known, isLow: true) } ?? known
    }
  }
  var high: DecimalBound? {
    parts.reduce(nil) { known, part in
      part.high.map { $0.tighter(than: known, isLow: false) } ?? known
    }
  }

  // MARK: Arrays

  var minItems: Int { parts.map(\.minItems).max() ?? 0 }
  var maxItems: Int? { parts.compactMap(\.maxItems).min() }
  /// How many items have schemas of their own.
  var prefixCount: Int { parts.map(\.prefix.count).max() ?? 0 }

  /// True when items behind the prefix are wanted: only where a schema speaks of them, or of no prefix.
  var hasMoreItems: Bool {
    prefixCount == 0 || minItems > prefixCount || parts.contains { $0.items != nil }
  }

  /// What an item must meet, from 0.
  func item(_ index: Int) -> Node {
    join(parts.map { index < $0.prefix.count ? $0.prefix[index] : $0.items ?? [] })
  }

  // MARK: Objects

  var minProperties: Int { parts.map(\.minProperties).max() ?? 0 }
  var maxProperties: Int? { parts.compactMap(\.maxProperties).min() }

  /// The named properties in the order in which they are declared, required ones without a schema last.
  var names: [String] {
    var names: [String] = []
    var seen: Set<String> = []
    for name in parts.flatMap({ $0.properties.map(\.name) }) + parts.flatMap(\.required)
    where seen.insert(name).inserted {
      names.append(name)
    }
    return names
  }

  /// True for a property that must be there.
  func isRequired(_ name: String) -> Bool { parts.contains { $0.required.contains(name) } }

  /// What the value of a property must meet.
  func property(_ name: String) -> Node {
    let matching = parts.map { part in
      part.patterns.filter { $0.language.accepts(name.utf8) }.map(\.node)
    }
    return join(
      zip(parts, matching).map { part, matching in
        let own = part.properties.first { $0.name == name }?.node
        if own == nil, matching.isEmpty { return part.additional ?? [] }
        return join([own ?? []] + matching)
      })
  }

  /// True when properties of any name are wanted: only where a schema speaks of them, or of no names.
  private var hasFreeProperties: Bool {
    parts.contains { $0.additional != nil }
      || names.isEmpty && !parts.contains { !$0.patterns.isEmpty }
      || minProperties > names.count
  }

  /// A sort of properties that are not named.
  struct FreeProperties {
    /// Patterns that the name matches.
    let matching: [ByteAutomaton]
    /// Patterns that it does not match.
    let others: [ByteAutomaton]
    /// What the value must meet.
    let node: Node
  }

  /// Sorts of properties that are not named: which patterns a name matches, and what its value meets.
  ///
  /// There is a sort for each set of patterns, so only a few patterns can stand side by side.
  func freeProperties() throws(Problem) -> [FreeProperties] {
    let all = parts.indices.flatMap { part in parts[part].patterns.map { (part, $0) } }
    guard all.count <= 4 else {
      throw Problem(
        "JSON schema: \"patternProperties\" at \(parts[0].pointer) has more than 4 patterns",
        fix: "join patterns whose values are alike", kind: .limit)
    }
    return ((hasFreeProperties ? 0 : 1)..<1 << all.count).map { bits in
      let isIn = { (index: Int) in bits >> index & 1 == 1 }
      let node = join(
        parts.indices.map { part in
          let own = all.indices.filter { isIn($0) && all[$0].0 == part }.map { all[$0].1.node }
          return own.isEmpty ? parts[part].additional ?? [] : join(own)
        })
      return FreeProperties(
        matching: all.indices.filter(isIn).map { all[$0].1.language },
        others: all.indices.filter { !isIn($0) }.map { all[$0].1.language }, node: node)
    }
  }

  private func join(_ nodes: [Node]) -> Node {
    nodes.reduce(into: []) { all, node in all += node.filter { !all.contains($0) } }
  }
}
