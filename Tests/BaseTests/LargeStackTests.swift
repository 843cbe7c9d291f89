import Base
import Testing

@Suite struct LargeStackTests {
  @Test func `recursion goes far deeper than a small thread's stack`() {
    func depth(_ left: Int) -> Int {
      // The buffer keeps the compiler from turning the recursion into a loop.
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 16) { buffer in
        buffer[0] = left
        return left == 0 ? 0 : depth(left - 1) + (buffer[0] == left ? 1 : 0)
      }
    }
    #expect(LargeStack.run { depth(20_000) } == 20_000)
  }

  @Test func `errors come back as they were thrown`() throws {
    let error = try #require(throws: Problem.self) {
      try LargeStack.run { () throws(Problem) -> Int in throw Problem("deep down") }
    }
    #expect(error.message == "deep down")
  }

  @Test func `values outside can be changed`() {
    var count = 0
    for _ in 0..<10 { LargeStack.run { count += 1 } }
    #expect(count == 10)
  }
}
