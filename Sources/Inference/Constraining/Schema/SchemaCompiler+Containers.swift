import Base

extension SchemaCompiler {
  /// An array: first the items with schemas of their own, then those that are alike.
  mutating func array(_ shape: SchemaShape) throws(Problem) -> GrammarExpression {
    let prefix = shape.prefixCount
    var most = shape.maxItems ?? options.maxItems.map { max($0, shape.minItems) }
    if !shape.hasMoreItems { most = min(most ?? .max, prefix) }
    guard shape.minItems <= most ?? .max else { return .never }
    // State i: i items are written; the last but one loops or counts, the last is the end.
    var graph = GrammarGraph(count: prefix + 3)
    let (rest, end) = (prefix + 1, prefix + 2)
    for index in 0..<prefix {
      if index >= shape.minItems { graph.join(index, end) }
      guard index < most ?? .max else { continue }
      graph.join(index, index + 1, try item(shape, index))
    }
    if prefix >= shape.minItems { graph.join(prefix, end) }
    if prefix < most ?? .max, shape.hasMoreItems {
      let low = max(0, shape.minItems - prefix - 1)
      let high = most.map { $0 - prefix - 1 }
      let next = GrammarExpression.sequence([comma, try value(shape.item(prefix))])
      graph.join(prefix, rest, try item(shape, prefix))
      graph.join(rest, end, .repeated(next, low, high))
    }
    return .sequence([.text("["), .graph(graph), lineBreak, .text("]")])
  }

  private mutating func item(_ shape: SchemaShape, _ index: Int) throws(Problem)
    -> GrammarExpression
  {
    .sequence([index == 0 ? lineBreak : comma, try value(shape.item(index))])
  }

  /// An object: named properties in their order, then the others.
  mutating func object(_ shape: SchemaShape) throws(Problem) -> GrammarExpression {
    let names = shape.names
    let free = try freePairs(shape)
    let least = try leastCount(shape, hasFree: !free.isEmpty)
    guard least <= shape.maxProperties ?? .max else { return .never }
    var grid = PropertyGrid(
      names: names.count, least: least, most: shape.maxProperties, comma: comma, first: lineBreak)
    guard grid.size <= 20_000 else {
      throw Problem(
        "JSON schema: counting \(names.count) properties up to \(grid.limit) takes too much memory",
        fix: "leave minProperties and maxProperties out", kind: .limit)
    }
    for (index, name) in names.enumerated() {
      let pair = GrammarExpression.sequence([
        StringGrammar.literal(name), colon, try value(shape.property(name)),
      ])
      grid.add(pair, at: index, isOptional: !shape.isRequired(name))
    }
    for pair in free { grid.add(pair, at: nil, isOptional: true) }
    return .sequence([.text("{"), .graph(grid.finished()), lineBreak, .text("}")])
  }

  /// A free name may come twice, which is one property for its reader, so only one of them counts.
  private func leastCount(_ shape: SchemaShape, hasFree: Bool) throws(Problem) -> Int {
    let required = shape.names.count(where: shape.isRequired)
    guard shape.minProperties > required else { return 0 }
    guard !hasFree || shape.minProperties <= 1 else {
      throw Problem(
        "JSON schema: \"minProperties\" at \(shape.parts.first?.pointer ?? "#") is not supported "
          + "above 1 where names are free",
        fix: "name the properties, and say additionalProperties: false")
    }
    return shape.minProperties
  }

  /// Names and values of the properties that have no name in the schema.
  private mutating func freePairs(_ shape: SchemaShape) throws(Problem) -> [GrammarExpression] {
    var pairs: [GrammarExpression] = []
    for sort in try shape.freeProperties() {
      let child = try graph.number(of: sort.node)
      guard !graph.shapes[child].isEmpty else { continue }
      let keys = try names(sort, except: shape.names)
      guard !keys.isEmpty else { continue }
      pairs.append(
        .sequence([
          .text("\""), .automaton(keys), .text("\""), colon, try value(sort.node),
        ]))
    }
    return pairs
  }

  /// The names of a sort, written without escapes so that none is spelled in two ways.
  private func names(_ sort: SchemaShape.FreeProperties, except known: [String]) throws(Problem)
    -> ByteAutomaton
  {
    let any = GrammarExpression.repeated(.scalars(StringGrammar.plainLetters), 1, nil)
    var result = try any.automaton()
    if !known.isEmpty {
      let named = try GrammarExpression.choice(known.map { .text($0) }).automaton()
      result = result.subtracting(named)
    }
    for language in sort.matching { result = result.intersection(language) }
    for language in sort.others { result = result.subtracting(language) }
    return result
  }
}

/// The ways through an object's properties: a state for each property and each count that matters.
private struct PropertyGrid {
  private let names: Int
  private let least: Int
  private let most: Int?
  private let comma: GrammarExpression
  private let first: GrammarExpression
  /// The greatest count that is told apart.
  let limit: Int
  private var graph: GrammarGraph

  init(
    names: Int, least: Int, most: Int?, comma: GrammarExpression, first: GrammarExpression
  ) {
    self.names = names
    self.least = least
    self.most = most
    self.comma = comma
    self.first = first
    limit = max(1, least, most ?? 0)
    graph = GrammarGraph(count: (names + 1) * (limit + 1) + 1)
  }

  var size: Int { graph.count }

  private func state(_ index: Int, _ count: Int) -> Int { index * (limit + 1) + count }

  /// Adds a property, with nil one that may come any number of times at the end.
  mutating func add(_ pair: GrammarExpression, at index: Int?, isOptional: Bool) {
    let (from, to) = (index ?? names, index.map { $0 + 1 } ?? names)
    for count in 0...limit {
      if isOptional, index != nil { graph.join(state(from, count), state(to, count)) }
      guard count < most ?? .max else { continue }
      graph.join(
        state(from, count), state(to, min(count + 1, limit)),
        .sequence([count == 0 ? first : comma, pair]))
    }
  }

  func finished() -> GrammarGraph {
    var graph = graph
    for count in least...limit { graph.join(state(names, count), graph.count - 1) }
    return graph
  }
}
