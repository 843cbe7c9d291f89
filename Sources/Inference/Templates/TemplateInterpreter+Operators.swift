import Base

extension TemplateInterpreter {
  /// An operator between two values.
  func binary(_ symbol: String, _ left: TemplateValue, _ right: TemplateValue) throws(Problem)
    -> TemplateValue
  {
    switch symbol {
    case "==": return .boolean(left.equals(right))
    case "!=": return .boolean(!left.equals(right))
    case "<", ">", "<=", ">=": return .boolean(try compare(symbol, left, right))
    case "in": return .boolean(try contains(right, left))
    case "~": return .string(left.text + right.text)
    default: return try arithmetic(symbol, left, right)
    }
  }

  /// `+ - * / // %`; `+` joins texts and lists too.
  func arithmetic(_ symbol: String, _ left: TemplateValue, _ right: TemplateValue) throws(Problem)
    -> TemplateValue
  {
    switch (symbol, left, right) {
    case ("+", .string(let a), .string(let b)): return .string(a + b)
    case ("+", .list(let a), .list(let b)): return .list(a + b)
    case ("*", .string(let text), .integer(let times)) where times * text.utf8.count < 1 << 20:
      return .string(String(repeating: text, count: max(0, times)))
    case (_, .integer(let a), .integer(let b)): return try whole(symbol, a, b)
    default: break
    }
    guard let a = left.double, let b = right.double else {
      throw fault("\(left.kindName) \(symbol) \(right.kindName) has no meaning")
    }
    switch symbol {
    case "+": return .number(a + b)
    case "-": return .number(a - b)
    case "*": return .number(a * b)
    case "/": return .number(a / b)
    default: throw fault("operator \"\(symbol)\" is not supported between fractions")
    }
  }

  private func whole(_ symbol: String, _ a: Int, _ b: Int) throws(Problem) -> TemplateValue {
    if symbol == "/" { return .number(Double(a) / Double(b)) }
    if symbol == "%" || symbol == "//" {
      guard b != 0, !(a == .min && b == -1) else { throw fault("division of \(a) by \(b)") }
      // Floored, as in Python.
      let remainder = (a % b + b) % b
      return .integer(symbol == "%" ? remainder : (a - remainder) / b)
    }
    let (value, overflow) =
      switch symbol {
      case "+": a.addingReportingOverflow(b)
      case "-": a.subtractingReportingOverflow(b)
      case "*": a.multipliedReportingOverflow(by: b)
      default: throw fault("operator \"\(symbol)\" is not supported")
      }
    guard !overflow else { throw fault("\(a) \(symbol) \(b) is too large") }
    return .integer(value)
  }

  private func compare(_ symbol: String, _ left: TemplateValue, _ right: TemplateValue)
    throws(Problem) -> Bool
  {
    let order: (less: Bool, equal: Bool)
    if case .string(let a) = left, case .string(let b) = right {
      order = (a < b, a == b)
    } else if let a = left.double, let b = right.double {
      order = (a < b, a == b)
    } else {
      throw fault("\(left.kindName) \(symbol) \(right.kindName) has no meaning")
    }
    switch symbol {
    case "<": return order.less
    case "<=": return order.less || order.equal
    case ">": return !order.less && !order.equal
    default: return !order.less
    }
  }

  private func contains(_ container: TemplateValue, _ value: TemplateValue) throws(Problem) -> Bool
  {
    switch container {
    case .string(let text): return value.text.isEmpty || text.contains(value.text)
    case .list(let values): return values.contains { $0.equals(value) }
    case .map(let pairs): return pairs.contains { $0.key == value.text }
    case .namespace(let space): return space.values[value.text] != nil
    case .undefined, .none: return false
    default: throw fault("\(container.kindName) holds nothing that \"in\" could find")
    }
  }

  /// `value[key]`; from the end for negative places.
  func item(_ value: TemplateValue, _ key: TemplateValue) throws(Problem) -> TemplateValue {
    switch (value, key) {
    case (.list(let values), .integer(let index)):
      let place = index < 0 ? index + values.count : index
      return values.indices.contains(place) ? values[place] : .undefined
    case (.string(let text), .integer(let index)):
      let scalars = Array(text.unicodeScalars)
      let place = index < 0 ? index + scalars.count : index
      return scalars.indices.contains(place)
        ? .string(String(Character(scalars[place]))) : .undefined
    case (.map, .string(let name)), (.namespace, .string(let name)): return value[name]
    case (.map, _), (.undefined, _): return .undefined
    default: throw fault("\(value.kindName) has no item \(key.text)")
    }
  }

  /// `value[from:to:step]` of a list or a text, as Python cuts.
  func slice(_ value: TemplateValue, _ from: Int?, _ to: Int?, _ step: Int) throws(Problem)
    -> TemplateValue
  {
    guard step != 0 else { throw fault("the step of a slice is 0") }
    switch value {
    case .list(let values):
      return .list(places(values.count, from, to, step).map { values[$0] })
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var result = String.UnicodeScalarView()
      for place in places(scalars.count, from, to, step) { result.append(scalars[place]) }
      return .string(String(result))
    default: throw fault("\(value.kindName) cannot be sliced")
    }
  }

  private func places(_ count: Int, _ from: Int?, _ to: Int?, _ step: Int) -> [Int] {
    func clamp(_ bound: Int, _ low: Int, _ high: Int) -> Int {
      min(max(bound < 0 ? bound + count : bound, low), high)
    }
    if step > 0 {
      let start = from.map { clamp($0, 0, count) } ?? 0
      let stop = to.map { clamp($0, 0, count) } ?? count
      return Array(Swift.stride(from: start, to: stop, by: step))
    }
    let start = from.map { clamp($0, -1, count - 1) } ?? count - 1
    let stop = to.map { clamp($0, -1, count - 1) } ?? -1
    return Array(Swift.stride(from: start, to: stop, by: step))
  }

  /// What a loop goes over.
  func elements(of value: TemplateValue) throws(Problem) -> [TemplateValue] {
    switch value {
    case .list(let values): return values
    case .map(let pairs): return pairs.map { .string($0.key) }
    case .string(let text): return text.unicodeScalars.map { .string(String(Character($0))) }
    case .undefined: return []
    default: throw fault("\(value.kindName) cannot be looped over")
    }
  }
}
