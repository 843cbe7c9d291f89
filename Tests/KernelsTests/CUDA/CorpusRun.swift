import Base

@testable import Kernels

/// One run of a program of the corpus: its inputs as the device holds them, and what came out.
struct CorpusRun {
  /// The arrays and textures before the launch, rounded to their types, by name.
  private(set) var inputs: [String: [Double]] = [:]
  /// The arrays after it.
  private(set) var outputs: [String: [Double]] = [:]
  private(set) var printed = ""

  /// Runs a program from a source; another compiler may spell template arguments otherwise.
  init(_ program: Corpus, source: any KernelSource, kernel: String? = nil) throws {
    let kernel = kernel ?? program.kernel
    let memory = DeviceMemory()
    let module = try KernelModule(source: source, memory: memory)
    _ = try module.program(named: kernel)
    var arguments: [LaunchArgument] = []
    var arrays: [(name: String, DeviceBuffer, element: String)] = []
    for argument in program.arguments {
      switch argument {
      case .array(let name, let element, let shape, let generator, _, _):
        let values = program.values(of: name, count: shape.reduce(1, *), generator)
        let bytes = try values.flatMap { value in try Self.bytes(value, element) }
        let buffer = try memory.allocate(bytes: bytes.count, name: name)
        try memory.write(bytes, to: buffer.address)
        inputs[name] = try Self.numbers(bytes, element)
        arrays.append((name, buffer, element))
        arguments.append(.buffer(buffer))
      case .scalar(_, _, let value):
        arguments.append(value == value.rounded() ? .integer(Int64(value)) : .number(value))
      case .structure(_, let members):
        arguments.append(.bytes(try members.flatMap { try Self.bytes($0.value, $0.type) }))
      case .texture(let name, let shape, let generator):
        let values = program.values(of: name, count: shape.reduce(1, *), generator)
        let buffer = try memory.allocate(values.map { Float($0) }, name: name)
        try Self.bind(module, buffer, shape)
        arguments.append(.integer(0))
      }
    }
    let result = try module.launch(
      kernel, grid: Extent(program.grid), block: Extent(program.block),
      sharedBytes: program.sharedBytes, arguments: arguments)
    printed = try result.checked().printed.text
    for (name, buffer, element) in arrays {
      outputs[name] = try Self.numbers(memory.read(buffer.address, bytes: buffer.bytes), element)
    }
  }

  private static func bind(_ module: KernelModule, _ buffer: DeviceBuffer, _ shape: [Int]) throws {
    for name in module.tables.textures {
      var binding = TextureBinding(
        address: buffer.address, width: shape[shape.count - 1],
        height: shape.count > 1 ? shape[0] : 0, type: .f32)
      binding.isLinear = shape.count > 1
      try module.bindTexture(name, binding)
    }
  }

  // MARK: Bytes

  private static let types: [String: ValueType] = [
    "float": .f32, "double": .f64, "half": .f16, "bf16": .bf16, "int": .s32, "uint": .u32,
    "char": .s8, "uchar": .u8,
  ]

  private static func bytes(_ value: Double, _ element: String) throws -> [UInt8] {
    guard let type = types[element] else { throw Problem("corpus element \(element)") }
    let argument: LaunchArgument = type.isFloating ? .number(value) : .integer(Int64(value))
    return try argument.encoded(as: type, for: "value")
  }

  private static func numbers(_ bytes: [UInt8], _ element: String) throws -> [Double] {
    guard let type = types[element] else { throw Problem("corpus element \(element)") }
    return stride(from: 0, to: bytes.count, by: type.bytes).map { (start: Int) -> Double in
      var bits: UInt64 = 0
      for index in 0..<type.bytes { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      return number(bits, type)
    }
  }

  private static func number(_ bits: UInt64, _ type: ValueType) -> Double {
    switch type {
    case .f64: Double(bitPattern: bits)
    case .f32: Double(Float(bitPattern: UInt32(bits)))
    case .f16: Double(NarrowFloat.value(half: UInt16(bits)))
    case .bf16: Double(NarrowFloat.value(brain: UInt16(bits)))
    case .s32: Double(Int32(truncatingIfNeeded: bits))
    case .s8: Double(Int8(truncatingIfNeeded: bits))
    default: Double(bits)
    }
  }

  /// The first place where values differ by more than `tolerance · (1 + |expected|)`, as text.
  static func difference(_ got: [Double], _ expected: [Double], tolerance: Double) -> String? {
    if got.count != expected.count { return "\(got.count) values, expected \(expected.count)" }
    for (index, (value, wanted)) in zip(got, expected).enumerated() {
      if value == wanted || (value.isNaN && wanted.isNaN) { continue }
      if !(abs(value - wanted) <= tolerance * (1 + abs(wanted))) {
        return "[\(index)] is \(value), expected \(wanted)"
      }
    }
    return nil
  }
}

extension Extent {
  fileprivate init(_ sizes: [Int]) { self.init(sizes[0], sizes[1], sizes[2]) }
}
