import Base
import CKernels
import Kernels
import Testing

@Suite struct LaunchTests {
  @Test func `a matrix product is right and its counters are those of the text`() throws {
    let module = try KernelModule.of(matmulProgram())
    let n = 32
    let a = (0..<n * n).map { Float($0 % 7) - 3 }
    let b = (0..<n * n).map { Float($0 % 5) - 2 }
    let pa = try module.memory.allocate(a)
    let pb = try module.memory.allocate(b)
    let pc = try module.memory.allocate(bytes: n * n * 4)
    let result = try module.launch(
      "matmul", grid: Extent(2, 2), block: Extent(16, 16),
      arguments: [.buffer(pa), .buffer(pb), .buffer(pc), .integer(Int64(n))]
    ).checked()
    let c = try module.memory.values(pc, as: Float.self)
    for row in 0..<n {
      for column in 0..<n {
        let wanted = (0..<n).reduce(Float(0)) { $0 + a[row * n + $1] * b[$1 * n + column] }
        #expect(c[row * n + column] == wanted)
      }
    }
    let total = result.counters.total
    #expect(total.globalLoad.requests == 2048)
    #expect(total.globalLoad.sectors == 4096)
    #expect(total.globalLoad.lanesPerRequest == 32)
    #expect(total.globalStore.requests == 32)
    #expect(total.globalStore.sectors == 128)
    #expect(total.divergentBranches == 0)
    #expect(total.operations.float32 == 2 * n * n * n)
  }

  @Test func `an access past the end names thread, block and allocation`() throws {
    var k = HandBuilt()
    let (a, c) = (k.pointer("a"), k.pointer("c"))
    k.line(2)
    let i = k.globalIndex()
    k.line(3)
    let v = k.load(.global, .f32, a, i)
    k.store(.global, .f32, v, c, i)
    let module = try KernelModule.of(
      k.program("copy"),
      ModuleTables(files: [SourceFile(name: "copy.cu", text: "a\nb\nc[i] = a[i];\n")]))
    let pa = try module.memory.allocate(bytes: 2048)
    let pc = try module.memory.allocate(bytes: 1280)
    let result = try module.launch(
      "copy", grid: Extent(3), block: Extent(128), arguments: [.buffer(pa), .buffer(pc)])
    let fault = try #require(result.fault)
    #expect(fault.kind == .outOfBounds)
    #expect(fault.block == Extent(2, 0, 0))
    #expect(fault.thread == Extent(64, 0, 0))
    #expect(
      fault.description == """
        copy.cu:3: kernel "copy": out-of-bounds write of 4 bytes at global address \
        0x7f0000001d00 by thread (64, 0, 0) of block (2, 0, 0)
          c[i] = a[i];
          ^
          at the end of `c` (1,280 bytes)
        """)
  }

  @Test func `every vector level and every number of threads gives the same`() throws {
    let n = 96
    var first: ([Float], Counters)?
    for level in [0, 2, 3] where level <= Int(ok_vector_level()) {
      for threads in 1...3 {
        let module = try KernelModule.of(matmulProgram())
        let a = (0..<n * n).map { Float($0 % 71) / 7 - 3 }
        let pa = try module.memory.allocate(a)
        let pc = try module.memory.allocate(bytes: n * n * 4)
        var options = LaunchOptions()
        options.threads = threads
        options.vectorLevel = level
        options.multiprocessors = 5
        let result = try module.launch(
          "matmul", grid: Extent(6, 6), block: Extent(16, 16),
          arguments: [.buffer(pa), .buffer(pa), .buffer(pc), .integer(Int64(n))], options: options
        ).checked()
        let c = try module.memory.values(pc, as: Float.self)
        if let first {
          #expect(first.0 == c)
          #expect(first.1 == result.counters, "level \(level), threads \(threads)")
        } else {
          first = (c, result.counters)
        }
      }
    }
  }
}
