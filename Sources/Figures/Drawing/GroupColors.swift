/// Which paint belongs to which group, in the order in which groups appear.
struct GroupColors {
  private(set) var order: [String] = []
  private var paints: [String: Paint] = [:]

  /// Collects the groups; an empty name is no group.
  init(_ groups: some Sequence<String>, fixed: [String: Paint] = [:]) {
    var next = 0
    for group in groups where !group.isEmpty && paints[group] == nil {
      order.append(group)
      if let paint = fixed[group] {
        paints[group] = paint
      } else {
        paints[group] = .series(next)
        next += 1
      }
    }
  }

  subscript(group: String) -> Paint? { paints[group] }

  /// The legend, where more than one group asks for it.
  func entries(opacity: Double) -> [LegendRow.Entry] {
    guard order.count > 1 else { return [] }
    return order.compactMap { name in
      paints[name].map { LegendRow.Entry(name: name, paint: $0, sample: .square, opacity: opacity) }
    }
  }
}
