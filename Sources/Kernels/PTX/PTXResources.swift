public import Base

/// What `ptxas -v` says of a kernel.
public struct KernelResources: Hashable, Sendable {
  /// The kernel, as the compiler names it.
  public var name: String
  /// The architecture, as in "sm_80".
  public var architecture = ""
  /// Registers of each thread.
  public var registers = 0
  /// Shared memory of a block.
  public var sharedBytes = 0
  /// Named barriers.
  public var barriers = 0
  /// The stack of a thread.
  public var stackBytes = 0
  /// What a thread writes because registers ran out.
  public var spillStoreBytes = 0
  /// What a thread reads back.
  public var spillLoadBytes = 0
  /// Constant memory, over all banks.
  public var constantBytes = 0

  /// The kernels in the compiler's messages, in order; other lines are passed over.
  public static func parse(_ text: String) throws(Problem) -> [KernelResources] {
    var result: [KernelResources] = []
    // "Function properties" may speak of a kernel or of a function it calls.
    var isKernel = false
    for line in text.split(separator: "\n") {
      if let name = quoted(line, behind: "Compiling entry function '") {
        result.append(KernelResources(name: name))
        result[result.count - 1].architecture = quoted(line, behind: "' for '") ?? ""
        isKernel = true
      } else if let range = line.firstRange(of: "Function properties for ") {
        isKernel = line[range.upperBound...] == result.last?.name ?? ""
      } else if line.contains("Used "), line.contains(" registers") {
        guard let last = result.indices.last else {
          throw Problem(
            "resources: \"\(line.prefix(80))\" stands before any kernel",
            fix: "keep the line \"Compiling entry function ...\"")
        }
        try result[last].readUse(line)
      } else if isKernel, line.contains("bytes stack frame"), let last = result.indices.last {
        try result[last].readStack(line)
      }
    }
    return result
  }

  private init(name: String) { self.name = name }

  private static func quoted(_ line: Substring, behind prefix: String) -> String? {
    guard let range = line.firstRange(of: prefix) else { return nil }
    let rest = line[range.upperBound...]
    return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
  }

  /// "Used 16 registers, used 1 barriers, 4096 bytes smem, 380 bytes cmem[0]".
  private mutating func readUse(_ line: Substring) throws(Problem) {
    for part in line.split(separator: ",") {
      let count = try Self.number(in: part)
      if part.contains("registers") { registers = count }
      if part.contains("barriers") { barriers = count }
      if part.contains("bytes smem") { sharedBytes = count }
      if part.contains("bytes cmem") { constantBytes += count }
      if part.contains("cumulative stack") { stackBytes = max(stackBytes, count) }
    }
  }

  /// "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads".
  private mutating func readStack(_ line: Substring) throws(Problem) {
    for part in line.split(separator: ",") {
      let count = try Self.number(in: part)
      if part.contains("stack frame") { stackBytes = count }
      if part.contains("spill stores") { spillStoreBytes = count }
      if part.contains("spill loads") { spillLoadBytes = count }
    }
  }

  /// The first whole number behind a blank.
  private static func number(in text: Substring) throws(Problem) -> Int {
    for word in text.split(separator: " ") {
      if let number = Int(word) {
        guard (0...(1 << 32)).contains(number) else { break }
        return number
      }
    }
    throw Problem("resources: no size in \"\(text.prefix(80))\"")
  }
}
