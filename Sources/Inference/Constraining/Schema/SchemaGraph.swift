import Base

/// The parts of a schema that a value's parts can meet, and how they contain one another.
struct SchemaGraph {
  typealias Node = SchemaDocument.Node

  private let document: SchemaDocument
  private var numbers: [Node: Int] = [:]
  private var parts: [String: SchemaPart] = [:]
  /// The alternatives of each node.
  private(set) var shapes: [[SchemaShape]] = []
  /// The nodes of the values inside each node's values.
  private var children: [[Int]] = []
  private var components: [Int] = []

  private static let nodeLimit = 5000

  /// Follows a schema from its root, which is node 0.
  init(_ root: JSONValue) throws(Problem) {
    document = try SchemaDocument(root)
    var open = [try number(of: ["#"])]
    while let node = open.popLast() {
      let known = shapes.count
      children[node] = try shapes[node].flatMapChecked { shape throws(Problem) in
        try self.children(of: shape)
      }
      open += known..<shapes.count
    }
    components = stronglyConnected()
  }

  /// The number of a node; a new one is read.
  mutating func number(of node: Node) throws(Problem) -> Int {
    let key = node.sorted()
    if let known = numbers[key] { return known }
    guard shapes.count < Self.nodeLimit else {
      throw Problem("JSON schema: it has more than \(Self.nodeLimit) parts", kind: .limit)
    }
    var alternatives: [SchemaShape] = []
    for variant in try document.variants(of: node) {
      var read: [SchemaPart] = []
      for pointer in variant { read.append(try part(pointer)) }
      alternatives.append(SchemaShape(read))
    }
    numbers[key] = shapes.count
    shapes.append(alternatives)
    children.append([])
    return shapes.count - 1
  }

  /// How deep a child is in the loops of its schema, when its parent is at `level`: each way back to
  /// a part that was found earlier is one level more.
  func level(of child: Int, in parent: Int, at level: Int) -> Int {
    guard components[child] == components[parent] else { return 0 }
    return child <= parent ? level + 1 : level
  }

  private mutating func part(_ pointer: String) throws(Problem) -> SchemaPart {
    if let known = parts[pointer] { return known }
    let part = try SchemaPart(document, pointer)
    parts[pointer] = part
    return part
  }

  private mutating func children(of shape: SchemaShape) throws(Problem) -> [Int] {
    guard shape.values == nil else { return [] }
    var nodes: [Node] = []
    if shape.types.contains(.array) {
      nodes += (0..<shape.prefixCount).map(shape.item)
      if shape.hasMoreItems { nodes.append(shape.item(shape.prefixCount)) }
    }
    if shape.types.contains(.object) {
      nodes += shape.names.map(shape.property)
      nodes += try shape.freeProperties().map(\.node)
    }
    var result: [Int] = []
    for node in nodes { result.append(try number(of: node)) }
    return result
  }

  // MARK: Loops

  /// Kosaraju's two walks: which nodes lie on loops with one another.
  private func stronglyConnected() -> [Int] {
    var order: [Int] = []
    var isSeen = [Bool](repeating: false, count: children.count)
    for start in children.indices where !isSeen[start] {
      isSeen[start] = true
      var path = [(node: start, next: 0)]
      while let (node, next) = path.last {
        guard next < children[node].count else {
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let child = children[node][next]
        if !isSeen[child] {
          isSeen[child] = true
          path.append((child, 0))
        }
      }
    }
    var sources = [[Int]](repeating: [], count: children.count)
    for node in children.indices { for child in children[node] { sources[child].append(node) } }
    var component = [Int](repeating: -1, count: children.count)
    for start in order.reversed() where component[start] < 0 {
      var open = [start]
      component[start] = start
      while let node = open.popLast() {
        for source in sources[node] where component[source] < 0 {
          component[source] = start
          open.append(source)
        }
      }
    }
    return component
  }
}

extension Array {
  fileprivate func flatMapChecked<T>(_ body: (Element) throws(Problem) -> [T]) throws(Problem)
    -> [T]
  {
    var result: [T] = []
    for element in self { result += try body(element) }
    return result
  }
}
