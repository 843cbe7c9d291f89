import Base
import Kernels

/// A run of a corpus program, whichever front end read it.
struct PTXCorpusRun {
  /// What the program's output array holds in the end, as numbers.
  let output: [Double]
  /// What it printed.
  let printed: String

  /// Runs a kernel of a source with the program's inputs.
  init(_ program: Corpus, of source: any KernelSource, kernel name: String) throws {
    let memory = DeviceMemory()
    let kernel = try source.kernel(name)
    let module = try KernelModule(tables: source.tables, programs: [kernel], memory: memory)
    var arguments: [LaunchArgument] = []
    var output: (DeviceBuffer, String)?
    for (index, argument) in program.arguments.enumerated() {
      switch argument {
      case .array(let name, let element, let shape, let generator, let isInput, _):
        let count = shape.reduce(1, *)
        let values = program.values(of: name, count: count, isInput ? generator : .value(0))
        let buffer = try memory.allocate(values.flatMap { Self.bytes($0, element) })
        arguments.append(.buffer(buffer))
        if name == program.expectation.output { output = (buffer, element) }
      case .scalar(_, let type, let value):
        arguments.append(.bytes(Self.fitted(Self.bytes(value, type), kernel.parameters, index)))
      case .structure(_, let members):
        let bytes = members.flatMap { Self.bytes($0.value, $0.type) }
        arguments.append(.bytes(Self.fitted(bytes, kernel.parameters, index)))
      case .texture(let name, let shape, let generator):
        try Self.bind(program, name, shape, generator, index, module)
        arguments.append(.integer(0))
      }
    }
    let result = try module.launch(
      kernel.name, grid: Self.extent(program.grid), block: Self.extent(program.block),
      sharedBytes: program.sharedBytes, arguments: arguments
    ).checked()
    printed = result.printed.text
    guard let (buffer, element) = output else {
      throw Problem("\(program.name) has no array \(program.expectation.output)")
    }
    self.output = Self.numbers(try memory.read(buffer.address, bytes: buffer.bytes), element)
  }

  /// The greatest difference, each measured against its number; NaN agrees with NaN.
  func difference(from other: PTXCorpusRun) -> Double {
    guard output.count == other.output.count else { return .infinity }
    return zip(output, other.output).reduce(0.0) { worst, pair in
      if pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN) { return worst }
      let difference = abs(pair.0 - pair.1) / (1 + abs(pair.1))
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }

  private static func extent(_ sizes: [Int]) -> Extent { Extent(sizes[0], sizes[1], sizes[2]) }

  private static func bind(
    _ program: Corpus, _ name: String, _ shape: [Int], _ generator: Corpus.Generator, _ index: Int,
    _ module: KernelModule
  ) throws {
    let values = program.values(of: name, count: shape.reduce(1, *), generator).map { Float($0) }
    let buffer = try module.memory.allocate(values)
    let height = shape.count > 1 ? shape[0] : 0
    let binding = TextureBinding(
      address: buffer.address, width: shape[shape.count - 1], height: height, type: .f32)
    // One front end names a unit after its parameter, the other after the parameter's place.
    let known = module.tables.textures
    for unit in [name, "param_\(index)"] where known.contains(unit) {
      try module.bindTexture(unit, binding)
    }
  }

  /// The bytes of a value as a parameter wants them: an int for a long is extended.
  private static func fitted(
    _ bytes: [UInt8], _ parameters: [KernelParameter], _ index: Int
  ) -> [UInt8] {
    guard parameters.indices.contains(index) else { return bytes }
    let fill: UInt8 = bytes.last ?? 0 >= 128 ? 255 : 0
    let missing = parameters[index].bytes - bytes.count
    return bytes + Array(repeating: fill, count: max(0, missing))
  }

  private static func bytes(_ value: Double, _ element: String) -> [UInt8] {
    func raw<T: BitwiseCopyable>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    switch element {
    case "float": return raw(Float(value))
    case "double": return raw(value)
    case "half": return raw(Float16(value))
    case "bf16": return raw(brain(Float(value)))
    case "char": return raw(Int8(value))
    case "uchar": return raw(UInt8(value))
    case "uint": return raw(UInt32(value))
    default: return raw(Int32(value))
    }
  }

  private static func brain(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  private static func numbers(_ bytes: [UInt8], _ element: String) -> [Double] {
    func read<T: BitwiseCopyable>(_ type: T.Type, _ number: (T) -> Double) -> [Double] {
      bytes.withUnsafeBytes { raw in
        (0..<raw.count / MemoryLayout<T>.size).map {
          number(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: type))
        }
      }
    }
    switch element {
    case "float": return read(Float.self) { Double($0) }
    case "double": return read(Double.self) { $0 }
    case "half": return read(Float16.self) { Double($0) }
    case "bf16": return read(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case "char": return read(Int8.self) { Double($0) }
    case "uchar": return read(UInt8.self) { Double($0) }
    case "uint": return read(UInt32.self) { Double($0) }
    default: return read(Int32.self) { Double($0) }
    }
  }
}
