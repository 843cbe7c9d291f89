import Base
import Kernels
import Testing

@Suite struct KernelResourcesTests {
  static let messages = """
    ptxas info    : 0 bytes gmem
    ptxas info    : Compiling entry function '_Z3mmTILi8EEvPKfS1_Pfi' for 'sm_80'
    ptxas info    : Function properties for _Z3mmTILi8EEvPKfS1_Pfi
        8 bytes stack frame, 4 bytes spill stores, 12 bytes spill loads
    ptxas info    : Used 32 registers, used 1 barriers, 512 bytes smem, 380 bytes cmem[0], 8 bytes cmem[2]
    ptxas info    : Compile time = 3.210 ms
    ptxas info    : Compiling entry function 'plain' for 'sm_90'
    ptxas info    : Function properties for helper
        64 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
    ptxas info    : Used 10 registers, 352 bytes cmem[0]
    """

  @Test func `the figures of each kernel are read`() throws {
    let found = try KernelResources.parse(Self.messages)
    #expect(found.map(\.name) == ["_Z3mmTILi8EEvPKfS1_Pfi", "plain"])
    let first = try #require(found.first)
    #expect(first.registers == 32 && first.sharedBytes == 512 && first.barriers == 1)
    #expect(first.stackBytes == 8 && first.spillStoreBytes == 4 && first.spillLoadBytes == 12)
    #expect(first.constantBytes == 388 && first.architecture == "sm_80")
    #expect(found[1].registers == 10 && found[1].stackBytes == 0)
  }

  @Test(
    "what is no such message is refused",
    arguments: [
      "ptxas info : Used 12 registers",
      "Compiling entry function 'k' for 'sm_80'\nUsed many registers",
    ])
  func refusals(text: String) {
    #expect(throws: Problem.self) { try KernelResources.parse(text) }
  }
}
