import Base
import LuaBridge
import Tensors

/// One part of an index text as it was written: positions from 1, ends included.
enum IndexText {
  case at(Int)
  case range(first: Int?, last: Int?, step: Int)
  case rest
  case new

  /// Parses "1:3, :", "-1", "::2", "..., 1", "new, :".
  static func parse(_ text: String) throws(Problem) -> [IndexText] {
    var parts: [IndexText] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.filter { $0 != " " }
      switch words {
      case "...": parts.append(.rest)
      case "new": parts.append(.new)
      default: parts.append(try parse(part: words, of: text))
      }
    }
    return parts
  }

  private static func parse(part: String, of text: String) throws(Problem) -> IndexText {
    let bounds = part.split(separator: ":", omittingEmptySubsequences: false)
    func refuse() -> Problem {
      Problem("\"\(text)\" is no index", fix: "write as \"1:3, :\", \"-1\", \"::2\" or \"..., 1\"")
    }
    func number(_ position: Int) throws(Problem) -> Int? {
      guard position < bounds.count, !bounds[position].isEmpty else { return nil }
      guard let value = Int(bounds[position]) else { throw refuse() }
      return value
    }
    switch bounds.count {
    case 1:
      guard let value = try number(0) else { throw refuse() }
      return .at(value)
    case 2, 3: return .range(first: try number(0), last: try number(1), step: try number(2) ?? 1)
    default: throw refuse()
    }
  }
}

/// An index as Lua writes it, turned into entries that count from 0.
struct TensorIndex {
  let items: [IndexItem]
  /// True when every dimension is given one place: the result is a number.
  let isElement: Bool

  /// Reads a key: a place, a list of places and ranges, a text, a mask or a list of positions.
  init(_ key: LuaValue, of tensor: Tensor, in state: LuaState) throws {
    var parts: [Part] = []
    switch key {
    case .integer, .number: parts = [try TensorIndex.place(key)]
    case .string(let text):
      parts = try TensorSession.of(state).ranges(of: text.text).map { .text($0) }
    case .userdata: parts = [try TensorIndex.list(key, in: state)]
    case .table(let table):
      for element in table.elements { parts.append(try TensorIndex.part(element, in: state)) }
    default:
      throw Problem(
        "a tensor is indexed by a number, a table, a text or a tensor, got \(key.typeName)")
    }
    (items, isElement) = try TensorIndex.items(parts, of: tensor)
  }

  private enum Part {
    case text(IndexText)
    case list(Tensor)
  }

  private static func place(_ value: LuaValue) throws(Problem) -> Part {
    guard let place = value.integer else {
      throw Problem("a place is a whole number, got \(value.number ?? .nan)")
    }
    return .text(.at(place))
  }

  private static func list(_ value: LuaValue, in state: LuaState) throws -> Part {
    guard case .userdata(let userdata) = value, let object = userdata.object(TensorObject.self)
    else {
      throw Problem("an index takes tensors, not other objects")
    }
    let tensor = try object.tensor()
    return .list(tensor.dtype == .bool ? tensor : try positionsFromOne(tensor, "index"))
  }

  private static func part(_ value: LuaValue, in state: LuaState) throws -> Part {
    switch value {
    case .integer, .number: return try place(value)
    case .string(let text):
      let parsed = try TensorSession.of(state).ranges(of: text.text)
      guard parsed.count == 1 else {
        throw Problem("\"\(text.text)\" stands for several dimensions")
      }
      return .text(parsed[0])
    case .userdata: return try list(value, in: state)
    case .table(let table):
      let bounds = table.elements
      guard bounds.count != 1, bounds.count <= 3 else {
        throw Problem("a range is { first, last }, { first, last, step } or {} for all")
      }
      func bound(_ position: Int) throws(Problem) -> Int? {
        guard position < bounds.count else { return nil }
        guard let value = bounds[position].integer else {
          throw Problem("a range has whole numbers")
        }
        return value
      }
      return .text(.range(first: try bound(0), last: try bound(1), step: try bound(2) ?? 1))
    default:
      throw Problem("an index holds numbers, ranges, texts and tensors, got \(value.typeName)")
    }
  }

  private static func items(_ parts: [Part], of tensor: Tensor) throws(Problem) -> (
    [IndexItem], Bool
  ) {
    var consumed = 0
    for part in parts {
      switch part {
      case .list(let list): consumed += list.dtype == .bool ? list.rank : 1
      case .text(.rest), .text(.new): break
      default: consumed += 1
      }
    }
    guard consumed <= tensor.rank else {
      throw Problem("\(consumed) indices for \(tensor.rank) dimensions (\(tensor.summary))")
    }
    var items: [IndexItem] = []
    var places = 0
    var dim = 0
    for part in parts {
      switch part {
      case .list(let list):
        items.append(.places(list))
        dim += list.dtype == .bool ? list.rank : 1
      case .text(.new): items.append(.new)
      case .text(.rest):
        items.append(.ellipsis)
        dim += tensor.rank - consumed
      case .text(.at(let place)):
        items.append(.at(try zeroBased(place, size: tensor.shape[dim], dim, tensor)))
        places += 1
        dim += 1
      case .text(.range(let first, let last, let step)):
        items.append(try range(first, last, step, dim, tensor))
        dim += 1
      }
    }
    return (items, places == tensor.rank && places == parts.count)
  }

  private static func zeroBased(
    _ place: Int, size: Int, _ dim: Int, _ tensor: Tensor
  ) throws(Problem) -> Int {
    let zero = place > 0 ? place - 1 : place + size
    guard place != 0, zero >= 0, zero < size else {
      throw Problem(
        "\(place) is out of range in dimension \(dim + 1)",
        fix: size == 0
          ? "the dimension is empty (\(tensor.summary))"
          : "1 to \(size) or -1 to -\(size) are there (\(tensor.summary))")
    }
    return zero
  }

  /// A range with both ends; an end one before the first gives an empty one, as a loop would.
  private static func range(
    _ first: Int?, _ last: Int?, _ step: Int, _ dim: Int, _ tensor: Tensor
  ) throws(Problem) -> IndexItem {
    guard step != 0 else { throw Problem("a range has the step 0") }
    let size = tensor.shape[dim]
    if size == 0, first == nil, last == nil { return .slice(start: nil, stop: nil, step: step) }
    let begin = try first.map { x throws(Problem) in
      x == size + 1 && step > 0 ? size : try zeroBased(x, size: size, dim, tensor)
    }
    var end = step > 0 ? size : -1
    if let last {
      let zero =
        last == 0 || (last < 0 && last + size == -1)
        ? -1 : try zeroBased(last, size: size, dim, tensor)
      end = step > 0 ? zero + 1 : zero - 1
    }
    let start = begin ?? (step > 0 ? 0 : size - 1)
    return .slice(start: start, stop: end < 0 ? (step > 0 ? 0 : nil) : end, step: step)
  }
}

/// Turns positions that count from 1, or from the end with -1, into those of the library.
func positionsFromOne(_ tensor: Tensor, _ call: String) throws(Problem) -> Tensor {
  guard tensor.dtype.category == .integer || tensor.dtype.isFloat else { return tensor }
  // Positions written as a plain table are floats; they are whole or refused.
  let values = tensor.dtype.isFloat ? tensor.doubles : []
  guard values.allSatisfy({ $0 == $0.rounded() }) else {
    throw Problem("\(call): positions are whole numbers")
  }
  let positions = try tensor.cast(to: .i64).integers
  guard !positions.contains(0) else {
    throw Problem("\(call): positions count from 1, or from the end with -1; 0 is none")
  }
  return try Tensor(positions.map { $0 > 0 ? $0 - 1 : $0 }, shape: tensor.shape)
}
