import Base
import Kernels
public import LuaBridge
import Tensors

/// A compiled source as Lua holds it: its kernels by name, and its variables.
public final class CudaModuleObject: CustomStringConvertible {
  let module: KernelModule
  /// What was compiled, as in "kernel.cu" or "saxpy.ptx".
  let name: String
  /// Warnings of the compiler.
  let warnings: [String]
  /// The front end, as in "orrery" or "nvcc".
  let compiler: String

  init(_ module: KernelModule, name: String, warnings: [String] = [], compiler: String) {
    self.module = module
    self.name = name
    self.warnings = warnings
    self.compiler = compiler
  }

  /// The kernels with their parameters.
  public var description: String {
    let kernels = module.kernelNames.map { name -> String in
      guard let program = try? module.program(named: name) else { return "  " + name }
      return "  " + CudaKernelObject.signature(program)
    }
    let symbols = module.symbols.map { "  \($0.typeName) \($0.name), \($0.bytes) B" }
    let head = "cuda.Module \(name), compiled by \(compiler)"
    return ([head] + kernels + symbols).joined(separator: "\n")
  }

  /// The kernels by the names to ask for them: of a template the beginning, and each instance
  /// that was made.
  var keys: [String] {
    let made = module.programs.map(\.name).filter { $0.contains("<") }
    guard compiler == "orrery" else { return module.kernelNames }
    return module.kernelNames.map { name in
      name.firstIndex(of: "<").map { String(name[...$0]) } ?? name
    } + made
  }

  /// A kernel by its name, template arguments included.
  func kernel(_ name: String) throws(Problem) -> CudaKernelObject {
    CudaKernelObject(self, try module.program(named: name))
  }
}

extension CudaModuleObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "cuda.Module"

  /// What Lua sees of a compiled source.
  public static let exported = Exported<CudaModuleObject>(
    "A compiled source: k.name is the kernel of that name, k[\"name<8>\"] an instance of a template.",
    example: "cuda.compile(\(CudaModule.saxpyText)).saxpy",
    keys: \.keys
  ) {
    method("kernels", "The kernels' names; templates with their parameters.") {
      $0.module.kernelNames
    }
    .example("cuda.compile(\(CudaModule.saxpyText)):kernels()")
    method(
      "kernel", "A kernel by its name, as k.name and k[\"name<8>\"] give it too.",
      .string("name", "with template arguments where it has parameters")
    ) { try $0.kernel($1) }
    .example("cuda.compile(\(CudaModule.saxpyText)):kernel(\"saxpy\")")
    method("warnings", "What the compiler warned of.") { $0.warnings }
      .example("cuda.compile(\(CudaModule.saxpyText)):warnings()")
    property("compiler", "Who compiled it: orrery, nvcc or ptx.") { $0.compiler }
    method(
      "set", "Fills a __constant__ or __device__ variable.", .string("name", "the variable"),
      .value("value", "a tensor, numbers, or one number", of: CudaSymbolValue.self)
    ) { object, name, value in try object.setSymbol(name, value) }
    .example("cuda.compile(\(CudaModule.constantText)):set(\"factor\", 2)")
    method(
      "get", "Reads a __constant__ or __device__ variable.", .state,
      .string("name", "the variable")
    ) { object, state, name in try object.symbol(name, state) }
    .returns("tensor.Tensor")
    .example("cuda.compile(\(CudaModule.constantText)):get(\"factor\")")
    method(
      "bind_texture", "Binds a texture to the elements of a tensor.",
      .string("name", "the texture"),
      .value("texels", "one or two dimensions; a third holds components", of: TensorObject.self),
      .named(
        .boolean("linear", "interpolates between texels", default: false),
        .boolean("normalized", "coordinates run from 0 to 1", default: false),
        .choice(
          "address", "what becomes of coordinates outside",
          among: ["clamp", "wrap", "border", "mirror"], default: "clamp"))
    ) { object, name, texels, options in
      try object.bindTexture(name, texels, options.values)
    }
    metamethod(.index, "A kernel by its name.", .string("name")) { try $0.kernel($1) }
  }
}

// MARK: Variables

/// What a variable can be filled with.
typealias CudaSymbolValue = Either<TensorObject, Either<Double, [Double]>>

extension CudaModuleObject {
  fileprivate func setSymbol(_ name: String, _ value: CudaSymbolValue) throws(Problem) {
    guard let symbol = module.symbols.first(where: { $0.name == name }) else {
      throw .unknown("variable", name, among: module.symbols.map(\.name))
    }
    switch value {
    case .first(let object):
      let tensor = try CudaArguments.contiguous(try object.tensor(), "set \"\(name)\"")
      try CudaArguments.check(tensor.dtype, holds: symbol.element, "variable \"\(name)\"")
      try module.setSymbol(name, tensor.withBytes { Array($0) })
    case .second(let numbers):
      guard let element = symbol.element else {
        throw Problem(
          "variable \"\(name)\" is a \(symbol.typeName), which numbers do not fill",
          fix: "give the bytes as a tensor of u8")
      }
      let values: [Double] =
        switch numbers {
        case .first(let one): [one]
        case .second(let many): many
        }
      var bytes: [UInt8] = []
      for value in values {
        bytes += try LaunchArgument.number(value).encoded(as: element, for: name)
      }
      try module.setSymbol(name, bytes)
    }
  }

  fileprivate func symbol(_ name: String, _ state: LuaState) throws -> TensorObject {
    let bytes = try module.symbolBytes(name)
    let element = module.symbols.first { $0.name == name }?.element ?? .u8
    let dtype = CudaArguments.dtype(of: element) ?? .u8
    let tensor = try Tensor.zeros([bytes.count / dtype.size], dtype)
    tensor.withBytes { $0.copyBytes(from: bytes.prefix($0.count)) }
    return TensorObject(tensor, in: state)
  }

  fileprivate func bindTexture(
    _ name: String, _ object: TensorObject, _ options: (Bool, Bool, String)
  ) throws(Problem) {
    let tensor = try CudaArguments.contiguous(try object.tensor(), "bind_texture")
    guard let type = CudaArguments.valueType(of: tensor.dtype), (1...3).contains(tensor.rank) else {
      throw Problem("bind_texture \"\(name)\": texels cannot be \(tensor.summary)")
    }
    let buffer = module.memory.view(
      of: tensor.pointer, bytes: tensor.byteCount, name: name, isReadOnly: true,
      owner: tensor.storage)
    let shape = tensor.shape
    var binding = TextureBinding(
      address: buffer.address, width: shape.count == 1 ? shape[0] : shape[1],
      height: shape.count == 1 ? 0 : shape[0], type: type,
      components: shape.count == 3 ? shape[2] : 1)
    let modes: [String: TextureBinding.AddressMode] = [
      "clamp": .clamp, "wrap": .wrap, "border": .border, "mirror": .mirror,
    ]
    (binding.isLinear, binding.isNormalized) = (options.0, options.1)
    binding.addressModeX = modes[options.2] ?? .clamp
    binding.addressModeY = binding.addressModeX
    try module.bindTexture(name, binding)
  }
}
