public import Base
import Glibc

/// NVIDIA's compiler, where it is installed: CUDA source in, PTX and resource figures out.
///
/// It needs no GPU. `pip install nvidia-cuda-nvcc nvidia-cuda-runtime nvidia-cuda-crt nvidia-nvvm
/// nvidia-cuda-cccl` brings a whole one.
public struct NVCC: Sendable {
  /// The program.
  public let path: String

  /// Uses a compiler at a path.
  public init(path: String) { self.path = path }

  /// The packages that bring the compiler.
  public static let packages =
    "nvidia-cuda-nvcc nvidia-cuda-runtime nvidia-cuda-crt nvidia-nvvm nvidia-cuda-cccl"

  /// The first compiler found: `$ORRERY_NVCC`, `$CUDA_HOME/bin`, the path, `/usr/local/cuda`, and
  /// the packages of `python3`.
  public static func find() -> NVCC? {
    if let named = variable("ORRERY_NVCC") { return executable(named) }
    var places: [String] = []
    if let home = variable("CUDA_HOME") { places.append("\(home)/bin/nvcc") }
    for folder in (variable("PATH") ?? "").split(separator: ":") {
      places.append("\(folder)/nvcc")
    }
    places.append("/usr/local/cuda/bin/nvcc")
    for place in places { if let found = executable(place) { return found } }
    for place in packagePlaces() { if let found = executable(place) { return found } }
    return nil
  }

  private static func variable(_ name: String) -> String? {
    // The environment is read, never changed.
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  private static func executable(_ path: String) -> NVCC? {
    access(path, X_OK) == 0 && !FileIO.isDirectory(path) ? NVCC(path: path) : nil
  }

  /// Where pip puts the compiler: `site-packages/nvidia/cu13/bin` or `nvidia/cuda_nvcc/bin`.
  private static func packagePlaces() -> [String] {
    let program = "import sys; print('\\n'.join(p for p in sys.path if p.endswith('-packages')))"
    guard let run = try? ChildProcess.run(["python3", "-c", program]), run.status == 0 else {
      return []
    }
    return run.output.split(separator: "\n").flatMap { folder -> [String] in
      let names = (try? FileIO.list("\(folder)/nvidia")) ?? []
      return names.reversed().map { "\(folder)/nvidia/\($0)/bin/nvcc" }
    }
  }

  // MARK: Compiling

  /// What a compilation gave.
  public struct Output: Sendable {
    /// The PTX text, with lines of the source.
    public let ptx: String
    /// What `ptxas -v` said of the kernels, or nil where it was not asked.
    public let resources: String?
    /// Warnings.
    public let messages: String
  }

  /// Compiles CUDA source.
  ///
  /// - Parameters:
  ///   - source: the text
  ///   - name: the file name that messages and lines use
  ///   - architecture: as in "sm_80"
  ///   - kernels: instances of templates that nothing in the source uses, as in "mmT<8>"
  ///   - options: further options of nvcc
  ///   - countsRegisters: true to assemble, too, for registers and spills
  /// - Returns: the PTX and the figures
  /// - Throws: the compiler's messages
  public func compile(
    _ source: String, name: String = "kernel.cu", architecture: String = "sm_80",
    kernels: [String] = [], options: [String] = [], countsRegisters: Bool = true
  ) throws(Problem) -> Output {
    try Self.check(name: name, architecture: architecture, options: options)
    let folder = try Self.makeFolder()
    defer { Self.remove(folder) }
    var text = "#line 1 \"\(name)\"\n\(source)\n"
    if !kernels.isEmpty { text += Self.uses(of: kernels) }
    try FileIO.write(Array(text.utf8), to: "\(folder)/\(name)")
    let messages = try run(
      ["-ptx", "-lineinfo", "-std=c++17", "-arch=\(architecture)"] + options
        + ["-o", "\(folder)/out.ptx", "\(folder)/\(name)"], in: folder)
    let ptx = String(decoding: try FileIO.read("\(folder)/out.ptx"), as: UTF8.self)
    var resources: String?
    if countsRegisters {
      resources = try run(
        [
          "-cubin", "-arch=\(architecture)", "-Xptxas", "-v", "-o", "\(folder)/out.cubin",
          "\(folder)/out.ptx",
        ], in: folder)
    }
    return Output(ptx: ptx, resources: resources, messages: messages)
  }

  /// Names end up on a command line and in a folder of ours.
  private static func check(
    name: String, architecture: String, options: [String]
  ) throws(Problem) {
    guard name.hasSuffix(".cu"), !name.contains("/"), !name.contains("\""), !name.hasPrefix("-"),
      !name.contains("\n")
    else {
      throw Problem("nvcc: \"\(name)\" is no name of a CUDA file", fix: "use one like kernel.cu")
    }
    let digits = architecture.dropFirst(3)
    guard architecture.hasPrefix("sm_"), !digits.isEmpty,
      digits.allSatisfy({ $0.isLetter || $0.isNumber })
    else {
      throw Problem("nvcc: \"\(architecture)\" is no architecture", fix: "use one like sm_80")
    }
    if let bad = options.first(where: { !$0.hasPrefix("-") }) {
      throw Problem("nvcc: \"\(bad)\" is no option", fix: "options begin with '-'")
    }
  }

  /// A host function that names instances, which makes the compiler write them.
  private static func uses(of kernels: [String]) -> String {
    let lines = kernels.enumerated().map { "  auto use\($0.offset) = &\($0.element);" }
    let ends = kernels.indices.map { "  (void)use\($0);" }
    return "void orrery_uses() {\n\((lines + ends).joined(separator: "\n"))\n}\n"
  }

  private func run(_ arguments: [String], in folder: String) throws(Problem) -> String {
    let run = try ChildProcess.run([path] + arguments)
    let messages = run.output.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("\(folder)/") ? $0.dropFirst(folder.utf8.count + 1) : $0 }
      .joined(separator: "\n")
    guard run.status == 0 else {
      throw Problem("nvcc: exit status \(run.status)\n\(messages)")
    }
    return messages
  }

  // MARK: The temporary folder

  private static func makeFolder() throws(Problem) -> String {
    let base = variable("TMPDIR") ?? "/tmp"
    var template = Array("\(base)/orrery-nvcc-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .system("create", "\(base)/orrery-nvcc-XXXXXX") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func remove(_ folder: String) {
    // What cannot be removed is left to the system's own cleaning.
    for name in (try? FileIO.list(folder)) ?? [] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}

extension PTXSource {
  /// Compiles CUDA source with NVIDIA's compiler and reads its PTX.
  ///
  /// - Parameters:
  ///   - source: the CUDA text, which counters and listings by line refer to
  ///   - name: its file name
  ///   - compiler: the compiler
  ///   - architecture: as in "sm_80"
  ///   - kernels: instances of templates that nothing in the source uses, as in "mmT<8>"
  ///   - options: further options of nvcc
  /// - Throws: the compiler's messages, or what its PTX has that is not supported
  public convenience init(
    compiling source: String, name: String = "kernel.cu", with compiler: NVCC,
    architecture: String = "sm_80", kernels: [String] = [], options: [String] = []
  ) throws(Problem) {
    let output = try compiler.compile(
      source, name: name, architecture: architecture, kernels: kernels, options: options)
    try self.init(
      output.ptx, name: "\(name).ptx", sources: [name: source], resources: output.resources)
  }
}
