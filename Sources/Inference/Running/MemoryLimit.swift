import Base
import Models
import Tensors

/// How much memory the system says that a process may take.
enum MemoryLimit {
  /// What is available now: what the machine can give without swapping, within the limits of the
  /// control groups that this process is in; nil where the system does not say.
  static var available: Bytes? {
    let text = { (path: String) in
      (try? FileIO.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }
    var limits = [text("/proc/meminfo").flatMap(availableBytes)]
    for folder in folders(text("/proc/self/cgroup") ?? "") {
      limits.append(text(folder).flatMap(wholeBytes))
    }
    return limits.compactMap(\.self).min().map { Bytes($0) }
  }

  /// The bytes of `MemAvailable` in the text of /proc/meminfo.
  static func availableBytes(_ meminfo: String) -> Int? {
    let line = meminfo.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let words = line?.split(separator: " ") ?? []
    guard words.count >= 2, let kibibytes = Int(words[1]) else { return nil }
    return kibibytes * 1024
  }

  /// The number in a control group's file; nil for "max".
  static func wholeBytes(_ text: String) -> Int? {
    Int(text.prefix { $0.isNumber })
  }

  /// The files that hold the limits of a process's control groups, from its own group up.
  static func folders(_ cgroup: String) -> [String] {
    var files = [
      "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]
    // Version 2 has one line, "0::/path".
    guard let line = cgroup.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else {
      return files
    }
    var path = ""
    for name in line.dropFirst(4).split(separator: "/") {
      path += "/" + name
      files.append("/sys/fs/cgroup\(path)/memory.max")
    }
    return files
  }

  /// What the weights of a model take once it runs, without any cache.
  static func needed(
    _ file: GGUFFile, _ spec: ModelSpec, _ arithmetic: Arithmetic, _ format: BlockFormat?
  ) -> Bytes {
    var sum = 0
    for tensor in file.tensors {
      let stored = tensor.range.count
      let isLayers = tensor.dimensions.count > 1 && tensor.name.hasPrefix("blk.")
      let values = tensor.dimensions.reduce(1) {
        $0.multipliedReportingOverflow(by: $1).partialValue
      }
      if isLayers, let format, values % format.blockSize == 0 {
        // A repacked copy stands beside the requantised one.
        sum += format.byteCount(of: values) * (arithmetic == .fast ? 2 : 1)
      } else {
        sum += stored
      }
      // A shared embedding is looked up in the file and multiplied with in a repacked copy.
      if arithmetic == .fast, spec.sharesOutput, tensor.name == "token_embd.weight" {
        sum += stored
      }
    }
    return Bytes(sum)
  }

  /// Refuses a model that is larger than a limit; without one, than what is available.
  static func check(
    _ file: GGUFFile, _ needed: Bytes, _ limit: Bytes?
  ) throws(Problem) {
    guard let most = limit ?? available, needed.count > most.count else { return }
    throw Problem(
      "\(file.path): the weights take \(needed), "
        + (limit == nil ? "the system has \(most) available" : "the memory limit is \(most)"),
      fix: limit == nil
        ? "close other programs, or take a smaller model"
        : "raise the limit, or take a smaller model", kind: .limit)
  }
}
