import Base
import Devices
import Kernels
public import LuaBridge

/// The `cuda` module: kernels compiled, run and looked at without a GPU.
public enum CudaModule: LuaDeclarations {
  /// The device that is meant where none is named.
  static let device = "A100-SXM4-80GB"

  /// What Lua sees.
  public static let module = LuaModule(
    "cuda", "CUDA kernels: compile, run without a GPU, count what their warps do, estimate time.",
    detail:
      "Tensors are device memory: kernels read and write them in place. Counters are exact and "
      + "in Nsight Compute's terms; times are estimates for the device named by `on`.",
    example: "cuda.compile(\(saxpyText))"
  ) {
    compiling
    CudaOccupancy.functions
    OccupancyReport.exported
    CudaModuleObject.exported
    CudaKernelObject.exported
    CudaReport.exported
    CudaCounters.exported
    CudaAccesses.exported
    AnnotatedSource.exported
  }

  @MemberBuilder private static var compiling: [ExportedMember] {
    function(
      "compile", "Compiles CUDA-C or PTX; the kernels are fields of the result.", .state,
      .string("source", "CUDA-C or PTX, or a path ending in .cu, .cuh or .ptx"), options
    ) { state, source, options in try CudaCompiler(state, options.values).compile(source) }
    .detail(
      "Templates are instantiated by name: k[\"mmT<8>\"]. with = \"nvcc\" compiles by NVIDIA's "
        + "compiler where it is installed and runs its PTX; list template instances in kernels.")
    function("has_nvcc", "True where NVIDIA's compiler is installed.") { NVCC.find() != nil }
      .example("cuda.has_nvcc()")
  }

  private static var options:
    Argument<
      Named<String?, String, String?, [String: String]?, [String]?>
    >
  {
    .named(
      .optional(.string("name", "what messages call the source")),
      .choice("with", "who compiles CUDA-C", among: ["orrery", "nvcc"], default: "orrery"),
      .optional(.string("arch", "the architecture, as in \"sm_90\"; sm_80 where none is named")),
      .optional(.value("defines", "macros, as -D gives them", of: [String: String].self)),
      .optional(
        .value("kernels", "instances of templates that nvcc is to make", of: [String].self)))
  }

  /// A source for examples.
  static let saxpyText =
    "\"__global__ void saxpy(int n, float a, const float *x, float *y)"
    + " { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) y[i] = a * x[i] + y[i]; }\""

  /// A source with a variable, for examples.
  static let constantText =
    "\"__constant__ float factor; __global__ void scale(float *x)"
    + " { x[threadIdx.x] *= factor; }\""
}

/// Chooses a front end and compiles.
private struct CudaCompiler {
  let state: LuaState
  let name: String?
  let compiler: String
  let architecture: String
  let defines: [String: String]
  let kernels: [String]

  init(
    _ state: LuaState, _ options: (String?, String, String?, [String: String]?, [String]?)
  ) {
    self.state = state
    name = options.0
    compiler = options.1
    architecture = options.2 ?? "sm_80"
    defines = options.3 ?? [:]
    kernels = options.4 ?? []
  }

  func compile(_ source: String) throws -> CudaModuleObject {
    let endings = [".cu", ".cuh", ".ptx"]
    guard !source.contains("\n"), endings.contains(where: { source.hasSuffix($0) }) else {
      return try compile(source, name: name ?? (isPTX(source) ? "kernel.ptx" : "kernel.cu"))
    }
    try state.requireFileAccess("cuda.compile of a path")
    let text = String(decoding: try FileIO.read(source), as: UTF8.self)
    return try compile(text, name: name ?? FileIO.name(of: source))
  }

  private func compile(_ text: String, name: String) throws -> CudaModuleObject {
    let memory = DeviceMemory()
    if isPTX(text) {
      let source = try PTXSource(text, name: name)
      return CudaModuleObject(
        try KernelModule(source: source, memory: memory), name: name, compiler: "ptx")
    }
    if compiler == "nvcc" { return try byNVCC(text, name: name, memory: memory) }
    let capability = try ComputeCapability(parsing: architecture)
    let source = try CUDASource(
      text, name: name,
      options: CUDASource.Options(
        defines: defines, architecture: 100 * capability.major + 10 * capability.minor))
    return CudaModuleObject(
      try KernelModule(source: source, memory: memory), name: name,
      warnings: source.warnings, compiler: "orrery")
  }

  private func byNVCC(
    _ text: String, name: String, memory: DeviceMemory
  ) throws -> CudaModuleObject {
    try state.requireFileAccess("cuda.compile with nvcc")
    guard let nvcc = NVCC.find() else {
      throw Problem(
        "NVIDIA's compiler is not installed", fix: "pip install \(NVCC.packages)", kind: .missing)
    }
    let output = try nvcc.compile(
      text, name: name, architecture: architecture, kernels: kernels,
      options: defines.sorted { $0.key < $1.key }.map { "-D\($0.key)=\($0.value)" })
    let source = try PTXSource(
      output.ptx, name: name, sources: [name: text], resources: output.resources)
    return CudaModuleObject(
      try KernelModule(source: source, memory: memory), name: name,
      warnings: output.messages.isEmpty ? [] : [output.messages], compiler: "nvcc")
  }

  /// PTX begins with its version; comments may stand before.
  private func isPTX(_ text: String) -> Bool {
    text.split(separator: "\n").first { line in
      let line = line.drop { $0 == " " || $0 == "\t" }
      return !line.isEmpty && !line.hasPrefix("//")
    }?.drop { $0 == " " || $0 == "\t" }.hasPrefix(".version") ?? false
  }
}
