import Base
import Host
import Notebooks
import Testing

@Suite struct ChunkGlobalsTests {
  @Test func `reads, later reads and writes are told apart`() throws {
    let code = "a = b\nlocal c = a\nfunction f(x)\n  return x + d\nend\nprint(c)"
    let use = try #require(Bench().interpreter.globals(of: code))
    #expect(use.reads == [.init("b", line: 1), .init("print", line: 6)])
    #expect(use.laterReads == [.init("d", line: 4)])
    #expect(use.writes == [.init("a", line: 1), .init("f", line: 3)])
  }

  @Test func `locals, fields and what stands in strings are no globals`() throws {
    let use = try #require(Bench().interpreter.globals(of: "local x = { y = 1 }\nreturn x.z, 'w'"))
    #expect(use == GlobalUse(reads: [], writes: []))
  }

  @Test func `what does not parse names nothing`() {
    #expect(Bench().interpreter.globals(of: "x = =") == nil)
  }
}
