import Base
import Models
import Tensors
import TestSupport
import Testing

@testable import Inference

@Suite struct MemoryLimitTests {
  @Test func `a model larger than the limit is refused with both sizes`() throws {
    let writer = SmallModel.llama(format: try BlockFormat.catalog["f32"])
    try SmallModel.withFile(writer.bytes) { path in
      let problem = #expect(throws: Problem.self) {
        try Engine(path: path, arithmetic: .exact, memoryLimit: Bytes(100_000))
      }
      #expect(problem?.kind == .limit)
      let stored = try #require(ModelSpec(GGUFFile(path: path)).storedBytes)
      #expect(problem?.description.contains("the weights take \(stored)") == true)
      #expect(problem?.description.contains("the memory limit is 97.7 KiB") == true)
      _ = try Engine(path: path, arithmetic: .exact, memoryLimit: stored)
      // The embedding is shared: beside the file's it has a repacked copy.
      let fast = #expect(throws: Problem.self) {
        try Engine(path: path, arithmetic: .fast, memoryLimit: stored)
      }
      #expect(fast?.kind == .limit)
    }
  }

  @Test func `the system's words are understood`() {
    let meminfo = "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    21 kB\n"
    #expect(MemoryLimit.availableBytes(meminfo) == 21 * 1024)
    #expect(MemoryLimit.availableBytes("MemTotal: 3 kB") == nil)
    #expect(MemoryLimit.availableBytes("MemAvailable: much") == nil)
    #expect(MemoryLimit.wholeBytes("4294967296\n") == 4_294_967_296)
    #expect(MemoryLimit.wholeBytes("max\n") == nil)
    #expect(
      MemoryLimit.folders("1:x:/y\n0::/a/b\n").suffix(2)
        == ["/sys/fs/cgroup/a/memory.max", "/sys/fs/cgroup/a/b/memory.max"])
    #expect((MemoryLimit.available?.count ?? 0) > 1 << 20)
  }
}
