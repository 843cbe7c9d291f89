import Base
import LuaBridge
import Tensors

/// Files of tensors by the ending of their names.
enum TensorFiles {
  private static func ending(_ path: String) -> String {
    FileIO.name(of: path).split(separator: ".").last.map { $0.lowercased() } ?? ""
  }

  private static func unknown(_ path: String) -> Problem {
    Problem(
      "\(path): the ending says nothing", fix: "use .npy, .npz, .safetensors or .csv")
  }

  static func save(_ path: String, _ value: LuaValue, _ metadata: LuaTable?) throws {
    switch ending(path) {
    case "npy": try FileIO.write(try NumPyFile.format(try single(value, path)), to: path)
    case "csv": try FileIO.write(try CSVFile.format(try single(value, path)), to: path)
    case "npz": try FileIO.write(try NumPyArchive.format(try named(value, path)), to: path)
    case "safetensors":
      let notes = (metadata?.pairs ?? []).map {
        (key: $0.key.text ?? "", value: $0.value.text ?? "")
      }
      let file = SafetensorsFile(
        tensors: try named(value, path), metadata: notes.sorted { $0.key < $1.key })
      try FileIO.write(try file.formatted(), to: path)
    default: throw unknown(path)
    }
  }

  private static func single(_ value: LuaValue, _ path: String) throws -> Tensor {
    if let object = TensorElement.object(value) { return try object.tensor() }
    guard case .table(let table) = value, table.count > 0 else {
      throw Problem("\(path): holds one tensor, got a \(value.typeName)", fix: "save names as .npz")
    }
    return try TensorTables.tensor(from: value, dtype: nil)
  }

  private static func named(
    _ value: LuaValue, _ path: String
  ) throws -> [(name: String, tensor: Tensor)] {
    guard case .table(let table) = value else {
      throw Problem(
        "\(path): holds named tensors, got a \(value.typeName)", fix: "write { name = tensor }")
    }
    var tensors: [(name: String, tensor: Tensor)] = []
    for (key, value) in table.pairs {
      guard let name = key.text, let object = TensorElement.object(value) else {
        throw Problem("\(path): holds names with tensors, got a \(value.typeName)")
      }
      tensors.append((name, try object.tensor()))
    }
    return tensors.sorted { $0.name < $1.name }
  }

  static func load(_ path: String, _ state: LuaState) throws -> Spread<LuaValue> {
    let bytes = try FileIO.read(path)
    func value(_ tensor: Tensor) -> LuaValue { .of(TensorObject(tensor, in: state), in: state) }
    func table(_ tensors: [(name: String, tensor: Tensor)]) -> LuaValue {
      let table = state.makeTable()
      for (name, tensor) in tensors { table[.text(name)] = value(tensor) }
      return .table(table)
    }
    switch ending(path) {
    case "npy": return Spread([value(try NumPyFile.parse(bytes, file: path))])
    case "csv": return Spread([value(try CSVFile.parse(bytes, file: path))])
    case "npz": return Spread([table(try NumPyArchive.parse(bytes, file: path))])
    case "safetensors":
      let file = try SafetensorsFile(parsing: bytes, file: path)
      let notes = state.makeTable()
      for (key, text) in file.metadata { notes[.text(key)] = .text(text) }
      return Spread([table(file.tensors), .table(notes)])
    default: throw unknown(path)
    }
  }
}
