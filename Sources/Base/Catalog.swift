/// Named things in a fixed order; a name stands for one thing only.
public struct Catalog<Element: Described & Sendable>: Sendable {
  /// What one element is called in messages, as in "device".
  public let noun: String
  /// The elements in the order they were declared.
  public let elements: [Element]
  private let positions: [String: Int]

  /// Creates a catalog; two elements of one name stop the program.
  public init(_ noun: String, _ elements: [Element]) {
    self.noun = noun
    self.elements = elements
    var positions: [String: Int] = [:]
    for (position, element) in elements.enumerated() {
      let earlier = positions.updateValue(position, forKey: element.info.name)
      precondition(earlier == nil, "two \(noun)s are named \(element.info.name)")
    }
    self.positions = positions
  }

  /// The names in order.
  public var names: [String] { elements.map(\.info.name) }

  /// Finds an element, or nothing.
  public func find(_ name: String) -> Element? { positions[name].map { elements[$0] } }

  /// Finds an element; the error for an unknown name lists the nearest ones.
  public subscript(name: String) -> Element {
    get throws(Problem) {
      guard let element = find(name) else { throw .unknown(noun, name, among: names) }
      return element
    }
  }
}
