import Base
import Kernels

/// `functional.json`: CUDA programs with their inputs and what they must write.
struct KernelFunctionalReference: ReferenceFile {
  let folder = "gpu"
  let name = "functional.json"

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    for test in try document.list("tests") {
      let name = try test.text("name")
      do throws(Problem) {
        let difference = try run(test)
        tally.count(difference == nil, "\(name): \(difference ?? "")")
      } catch {
        tally.count(false, "\(name): \(error)")
      }
    }
    return tally
  }

  /// Runs a program; what differs first, or nil.
  private func run(_ test: JSONValue) throws(Problem) -> String? {
    let source = try CUDASource(try test.text("source"), name: "\(try test.text("name")).cu")
    let memory = DeviceMemory()
    let module = try KernelModule(source: source, memory: memory)
    let kernel = try test.text("kernel")
    let program = try module.program(named: kernel)
    for (symbol, value) in test["constants"]?.object ?? JSONObject() {
      try module.setSymbol(symbol, try KernelValues(value).bytes)
    }
    var buffers: [String: (DeviceBuffer, String)] = [:]
    var arguments: [LaunchArgument] = []
    for (number, argument) in try test.list("args").enumerated() {
      let name = try argument.text("name")
      switch try argument.text("kind") {
      case "scalar":
        guard let value = argument["value"]?.double else { throw Problem("\(name) has no value") }
        arguments.append(.number(value))
      case "object":
        let bytes = number < program.parameters.count ? program.parameters[number].bytes : 1
        arguments.append(.bytes([UInt8](repeating: 0, count: bytes)))
      default:
        let values = try KernelValues(argument)
        let buffer = try memory.allocate(bytes: values.bytes.count, name: name)
        try memory.write(values.bytes, to: buffer.address)
        buffers[name] = (buffer, values.dtype)
        arguments.append(.buffer(buffer))
      }
    }
    let result = try module.launch(
      kernel, grid: try test.extent("grid"), block: try test.extent("block"),
      sharedBytes: test["shared_bytes"]?.integer ?? 0, arguments: arguments)
    _ = try result.checked()
    return try difference(test, buffers, memory)
  }

  private func difference(
    _ test: JSONValue, _ buffers: [String: (DeviceBuffer, String)], _ memory: DeviceMemory
  ) throws(Problem) -> String? {
    let tolerance = test["tolerance"]?.double ?? 0
    for (name, expected) in test["expected"]?.object ?? JSONObject() {
      guard let (buffer, dtype) = buffers[name] else { return "there is no output \(name)" }
      let got = try KernelValues.numbers(memory.read(buffer.address, bytes: buffer.bytes), dtype)
      let wanted = try expected.list("data").map { $0.double ?? .nan }
      let allowed = dtype.hasPrefix("float") ? tolerance : 0
      for (place, want) in wanted.enumerated() {
        let value = place < got.count ? got[place] : .nan
        if !(abs(value - want) <= allowed * (1 + abs(want))) && value != want {
          return "\(name)[\(place)] is \(value), expected \(want)"
        }
      }
    }
    return nil
  }
}

/// Numbers of a program's buffers as they lie in memory.
struct KernelValues {
  let dtype: String
  let bytes: [UInt8]

  /// Reads `dtype` with `data` or, where there are none, zeros for `count` values.
  init(_ value: JSONValue) throws(Problem) {
    dtype = try value.text("dtype")
    let width = try Self.width(dtype)
    if let data = value["data"]?.array {
      let dtype = self.dtype
      bytes = data.flatMap { Self.encode($0, dtype) }
    } else {
      bytes = [UInt8](repeating: 0, count: width * (value["count"]?.integer ?? 0))
    }
  }

  private static func width(_ dtype: String) throws(Problem) -> Int {
    switch dtype {
    case "float64", "int64", "uint64": 8
    case "float32", "int32", "uint32": 4
    case "float16", "int16", "uint16": 2
    case "int8", "uint8": 1
    default: throw Problem("there is no dtype \(dtype)")
    }
  }

  private static func encode(_ value: JSONValue, _ dtype: String) -> [UInt8] {
    func little(_ bits: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }
    let number = value.double ?? 0
    let whole = UInt64(bitPattern: Int64(value.integer ?? Int(exactly: number) ?? 0))
    switch dtype {
    case "float64": return little(number.bitPattern, 8)
    case "float32": return little(UInt64(Float(number).bitPattern), 4)
    case "float16":
      return (try? LaunchArgument.number(number).encoded(as: .f16, for: "value")) ?? [0, 0]
    case "int64", "uint64": return little(whole, 8)
    case "int32", "uint32": return little(whole, 4)
    case "int16", "uint16": return little(whole, 2)
    default: return little(whole, 1)
    }
  }

  /// The numbers of bytes.
  static func numbers(_ bytes: [UInt8], _ dtype: String) throws(Problem) -> [Double] {
    let width = try Self.width(dtype)
    return stride(from: 0, to: bytes.count - bytes.count % width, by: width).map { start in
      var bits: UInt64 = 0
      for index in 0..<width { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      switch dtype {
      case "float64": return Double(bitPattern: bits)
      case "float32": return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case "int64": return Double(Int64(bitPattern: bits))
      case "int32": return Double(Int32(truncatingIfNeeded: bits))
      case "int16": return Double(Int16(truncatingIfNeeded: bits))
      case "int8": return Double(Int8(truncatingIfNeeded: bits))
      default: return Double(bits)
      }
    }
  }
}

extension JSONValue {
  /// The sizes of a grid or block: up to three numbers.
  func extent(_ key: String) throws(Problem) -> Extent {
    let sizes = try list(key).map { $0.integer ?? 1 }
    guard let x = sizes.first else { throw Problem("\(key) has no sizes") }
    return Extent(x, sizes.count > 1 ? sizes[1] : 1, sizes.count > 2 ? sizes[2] : 1)
  }
}
