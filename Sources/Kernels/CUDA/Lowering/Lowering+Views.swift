/// Variables in registers seen as another type, as in `*(float4 *)&x[4]`.
extension Lowering {
  /// The same registers as elements of another type; nil where an element would need bytes that
  /// no register holds as such, so that only memory can give it.
  func view(_ pointer: Pointer, as type: CType) -> Pointer? {
    guard let (cells, at) = pointer.cells, cells.indices.contains(at), !type.isOpaque,
      let stride = cells[at].type.bytes, let size = type.bytes, stride > 0, size > 0
    else { return nil }
    var parts = RegisterParts()
    for (index, cell) in cells.enumerated() {
      guard parts.add(cell, at: index * stride) else { return nil }
    }
    // Elements before the pointer belong to the view, too, where whole ones fit.
    let start = at * stride
    let first = start % size
    var views: [Cell] = []
    for offset in Swift.stride(from: first, through: cells.count * stride - size, by: size) {
      guard let element = parts.element(type, at: offset) else { break }
      views.append(element)
    }
    let position = (start - first) / size
    return views.indices.contains(position) ? Pointer(cells: views, at: position) : nil
  }
}

/// The registers behind a variable, by the bytes that they would take in memory.
private struct RegisterParts {
  private var cells: [Int: Cell] = [:]

  /// Takes in a variable; false where a part of it lies in memory.
  mutating func add(_ cell: Cell, at offset: Int) -> Bool {
    switch cell.content {
    case .memory: return false
    case .members(let members):
      for (index, member) in members.enumerated() {
        guard let inner = Self.offset(of: index, in: cell.type),
          add(member, at: offset + inner)
        else { return false }
      }
    default: cells[offset] = cell
    }
    return true
  }

  /// The registers from an offset on as an element of a type; nil where theirs differ.
  func element(_ type: CType, at offset: Int) -> Cell? {
    let types: [CType]
    switch type {
    case .record(let record): types = record.fields.map(\.type.type)
    case .array(let element, let count): types = Array(repeating: element.type, count: count ?? 0)
    default: return cells[offset].flatMap { $0.type == type ? $0 : nil }
    }
    var members: [Cell] = []
    for (index, part) in types.enumerated() {
      guard let inner = Self.offset(of: index, in: type),
        let member = element(part, at: offset + inner)
      else { return nil }
      members.append(member)
    }
    guard let first = members.first else { return nil }
    return Cell(type: type, key: first.key, root: first.root, content: .members(members))
  }

  private static func offset(of index: Int, in type: CType) -> Int? {
    switch type {
    case .record(let record): record.fields[index].offset
    case .array(let element, _): element.type.bytes.map { $0 * index }
    default: nil
    }
  }
}
