import CLua
import CLuaSupport
import LuaBridge
import Testing

@Suite struct StreamsTests {
  /// What came through the streams, in order.
  final class Log {
    var text = ""
    var pieces = 0
    var input: [UInt8] = []
  }

  let lua = LuaState()
  let log = Log()

  init() {
    lua.streams = LuaStreams(
      write: { [log] stream, bytes in
        log.text += stream == .standardError ? "!" : ""
        log.text += bytes.map { String(UnicodeScalar($0)) }.joined()
        log.pieces += 1
      },
      read: { [log] buffer in
        // Two bytes at a time, so that every format meets the end of a buffer.
        let count = min(2, log.input.count)
        buffer.copyBytes(from: log.input.prefix(count))
        log.input.removeFirst(count)
        return count
      })
  }

  @Test(
    "what is written comes out as from Lua's own functions",
    arguments: [
      ("print()", "\n"), ("print(1, nil, 'x', 2.0)", "1\tnil\tx\t2.0\n"),
      ("print(setmetatable({}, { __tostring = function() return 'T' end }))", "T\n"),
      ("io.write('a', 1, 2.5, 1.0, '\\n')", "a12.51\n"),
      ("io.write('a'):write('b')", "ab"), ("io.stdout:write('a', 3)", "a3"),
      ("io.stderr:write('e')", "!e"),
      ("io.write(1e15, ' ', 1e100, ' ', -0.0)", "1e+15 1e+100 -0"),
      ("io.output(io.stderr) io.write('e') io.output(io.stdout)", "!e"),
      ("print('a') io.write('b') io.stderr:write('c') print('d')", "a\nb!cd\n"),
      ("io.write('\\0\\255')", "\0\u{FF}"),
      (
        "print(('x'):rep(3000):len()) io.write(('y'):rep(1023), 'z', 'w')",
        "3000\n" + String(repeating: "y", count: 1023) + "zw"
      ),
      (
        "print(pcall(io.write, 'before', {}))",
        "beforefalse\tbad argument #2 to 'io.write' (string expected, got table)\n"
      ),
      (
        "print(select(2, pcall(function() io.stdout:write({}) end)))",
        "chunk:1: bad argument #1 to 'write' (string expected, got table)\n"
      ),
      ("print(io.write('') == io.stdout)", "true\n"),
    ])
  func written(code: String, expected: String) {
    #expect(lua.ending(of: code) == "finished")
    #expect(log.text == expected)
  }

  @Test(
    "what is read follows the formats",
    arguments: [
      ("io.read()", "one"), ("io.read('L')", "one\n"),
      ("io.read('l', 'l')", "one|22 0x1Fp1 -3.5e1x"),
      ("io.read(2, 3)", "on|e\n2"), ("io.read('a')", "one\n22 0x1Fp1 -3.5e1x\n\nlast"),
      ("io.read('l', 'n', 'n', 'n', 1)", "one|22|62.0|-35.0|x"), ("io.read('n')", "nil"),
      ("io.read(0)", ""), ("io.read('*l', '*a')", "one|22 0x1Fp1 -3.5e1x\n\nlast"),
      ("io.stdin:read('l')", "one"), ("io.read('a', 'l')", "one\n22 0x1Fp1 -3.5e1x\n\nlast|nil"),
      ("select(2, pcall(io.read, 'x'))", "bad argument #1 to 'io.read' (invalid format)"),
      (
        "(function() local t = {} for l in io.lines() do t[#t + 1] = l end return #t, t[4] end)()",
        "4|last"
      ),
      (
        "(function() local t = {} for a, b in io.stdin:lines(1, 2) do t[#t + 1] = a .. b"
          + " if #t == 2 then return t[1], t[2] end end end)()", "one|\n22"
      ),
    ])
  func read(code: String, expected: String) {
    log.input = Array("one\n22 0x1Fp1 -3.5e1x\n\nlast".utf8)
    let whole = """
      local t = table.pack(\(code))
      for i = 1, t.n do t[i] = tostring(t[i]) end
      return table.concat(t, '|')
      """
    #expect(lua.ending(of: whole) == "finished " + expected)
  }

  @Test func `a print comes in one piece`() {
    _ = lua.ending(of: "print('a', 1, true)")
    #expect(log.pieces == 1)
  }

  @Test func `other files are not the host's`() {
    let code = """
      local f = io.tmpfile()
      f:write('text', 1, '\\n', 'more')
      f:seek('set')
      return f:read('l', 'a')
      """
    #expect(lua.ending(of: code) == "finished text1 more")
    #expect(log.text == "")
  }

  @Test func `pipes give what the child wrote and how it ended`() {
    let code = """
      local f = io.popen("cat; exit 3", "w")
      f:write("")
      local ok, how, code = f:close()
      local g = io.popen("echo hello; exit 2")
      local text = g:read("a")
      return tostring(ok), how, code, text, select(3, g:close()), select(3, os.execute("exit 4")),
        io.type(g)
      """
    #expect(lua.ending(of: code) == "finished nil exit 3.0 hello\n 2.0 4.0 closed file")
  }
}
