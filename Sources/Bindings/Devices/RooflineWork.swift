import Base
import Devices
import LuaBridge

/// Reads work that is to stand under a roof: tables, reports of launches, rows of a profile.
enum RooflineWork {
  /// More than a picture can show.
  private static let most = 1000

  static func read(_ list: LuaValue, under roof: Roofline) throws -> [RooflineReport.Named] {
    guard !list.isNil else { return [] }
    if let alone = try piece(list, under: roof) { return [alone] }
    var pieces: [RooflineReport.Named] = []
    while pieces.count < most {
      let value = try field(list, .integer(pieces.count + 1))
      guard !value.isNil else { break }
      guard let piece = try piece(value, under: roof) else {
        throw Problem(
          "point \(pieces.count + 1) of a roofline has no flops and bytes",
          fix: "write { name = \"gemm\", flops = 1e12, bytes = 1e9 }")
      }
      pieces.append(piece)
    }
    return pieces
  }

  /// One piece of work; nil where the value does not say its operations and bytes.
  private static func piece(
    _ value: LuaValue, under roof: Roofline
  ) throws -> RooflineReport.Named? {
    let operations =
      try number(value, "flops") ?? number(value, "multiply_adds").map { 2 * $0 }
    guard let operations, let bytes = try bytes(value, roof.level), operations >= 0, bytes >= 0
    else { return nil }
    let taken = try number(value, "seconds") ?? number(value, "time_seconds")
    var name = ""
    for key in ["name", "operator", "kernel"] where name.isEmpty {
      name = try field(value, .text(key)).text ?? ""
    }
    return (name, roof.place(operations: operations, bytes: bytes, taken: taken))
  }

  /// The bytes of a level: one number for all, or a table by level, reads and writes apart or not.
  private static func bytes(_ value: LuaValue, _ level: Roofline.Level) throws -> Double? {
    let bytes = try field(value, .text("bytes"))
    if let number = bytes.number { return number }
    guard case .table = bytes else { return nil }
    // Shared memory and the first-level cache are one memory to a report.
    let name = level == .shared ? "l1" : level.rawValue
    let parts = try [name, "\(name)_read", "\(name)_write"].compactMap { try number(bytes, $0) }
    return parts.isEmpty ? nil : parts.reduce(0, +)
  }

  private static func number(_ value: LuaValue, _ name: String) throws -> Double? {
    try field(value, .text(name)).number
  }

  /// A field of a table or an object; nothing where the object does not have it.
  private static func field(_ value: LuaValue, _ key: LuaValue) throws -> LuaValue {
    switch value {
    case .table(let table): try table.get(key)
    case .userdata(let object): (try? object.get(key)) ?? .nil
    default: .nil
    }
  }
}
