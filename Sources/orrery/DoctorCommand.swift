import Base
import Glibc
import Host
import Inference
import Tensors

extension Command {
  static let doctor: Command = Command(
    "doctor", "say what is installed, what the processor offers and which models are found",
    usage: ["doctor"], run: { words throws(Problem) in try DoctorCommand.run(words) })
}

/// `orrery doctor`: each part, what it found, and what to do where something is missing.
enum DoctorCommand {
  static func run(_ words: [String]) throws(Problem) -> Int32 {
    _ = try ParsedOptions(words, options: Command.doctor.options)
    let rows: [[String]] = [
      ["orrery", "\(Program.version), \(FileIO.resolved("/proc/self/exe"))"],
      ["Lua", LuaInterpreter.languageVersion],
      ["standard library", StandardLibrary.folder ?? "not found: set ORRERY_STDLIB"],
      ["processor", "\(Processor.name), \(sysconf(CInt(_SC_NPROCESSORS_ONLN))) cores"],
      ["SIMD in use", Processor.kernels],
      ["threads", "\(ComputeThreads.count) (--threads N sets it)"],
      ["BLAS", BLAS.description],
      ["encoder products", "packed float32 panels of this program, \(Processor.kernels)"],
      ["pictures", Pictures.description],
    ]
    for line in ModelsCommand.columns(rows + models) { Output.line(line) }
    return ExitStatus.success
  }

  private static var models: [[String]] {
    let store = ModelStore()
    let found = store.entries().filter { $0.size != nil }
    guard !found.isEmpty else {
      return [["models", "none in \(store.folder): orrery models get smollm2-135m-instruct"]]
    }
    return found.map { ["model", "\($0.name), \($0.size?.description ?? ""), \($0.path)"] }
  }
}

/// What the processor is and which kernels were picked for it.
private enum Processor {
  static var name: String {
    guard let bytes = try? FileIO.read("/proc/cpuinfo") else { return "unknown" }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "unknown"
  }

  static var kernels: String { Engine.simdName }
}

/// What turns figures into PNG.
private enum Pictures {
  static var description: String {
    for name in ["librsvg-2.so.2"] where dlopen(name, RTLD_LAZY) != nil {
      return "PNG by \(name)"
    }
    return "no PNG: install librsvg2-2"
  }
}
