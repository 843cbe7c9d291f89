import Base
import TestSupport
import Testing

@Suite struct RunCommandTests {
  static let exits: [(arguments: [String], status: Int32)] = [
    (["-e", "print(1)"], 0), (["-e", "error('x')"], 1), (["-e", "os.exit(7)"], 7),
    (["--frobnicate"], 2), (["--memory", "lots"], 2), (["--time"], 2), (["no-such-file.lua"], 1),
    (["models", "frob"], 2), (["--version"], 0), (["--help"], 0), (["help", "notebook"], 0),
    (["help", "no-such-topic"], 1), (["doctor"], 0),
  ]

  @Test("exit statuses", arguments: exits)
  func statuses(arguments: [String], status: Int32) throws {
    let run = try ProgramRun(arguments)
    #expect(run.status == status, "\(run.output)\(run.errors)")
    #expect((status == 0 || status == 7) == run.errors.isEmpty, "\(run.errors)")
  }

  @Test func `a script gets its arguments and may start with a hash and a bang`() throws {
    try withTemporaryFolder { folder in
      let script = "#!/usr/bin/env orrery\nprint(arg[0], arg[1], #arg, ...)\nerror('here')\n"
      try FileIO.write(Array(script.utf8), to: "\(folder)/s.lua")
      let run = try ProgramRun(["s.lua", "-x", "y"], folder: folder)
      #expect(run.output == "s.lua\t-x\t2\t-x\ty\n")
      #expect(run.errors.hasPrefix("s.lua:3: here\n") && run.status == 1)
    }
  }

  @Test func `standard input is run, and io.read reads the rest of a script's`() throws {
    #expect(try ProgramRun([], input: "print(1 + 1)\n").output == "2\n")
    let code = "print(io.read('n'), io.read('l'), io.read('a'))"
    #expect(try ProgramRun(["-e", code], input: "12 x\ny\nz").output == "12\t x\ty\nz\n")
  }

  @Test func `-e shows values and the last of several sees the names of the first`() throws {
    #expect(try ProgramRun(["-e", "a = 20", "-e", "a * 2"]).output == "40\n")
  }

  @Test func `limits stop a chunk and name themselves`() throws {
    func heading(_ words: [String]) throws -> String? {
      try ProgramRun(words).errors.split(separator: "\n").first.map(String.init)
    }
    let loop = "while true do end"
    #expect(try heading(["--time", "100ms", "-e", loop]) == "-e:1: time limit reached")
    let code = "local t = {} for i = 1, 1e9 do t[i] = i end"
    #expect(try heading(["--memory", "16MiB", "-e", code]) == "Not enough memory")
    #expect(try heading(["--steps", "1000", "-e", loop]) == "-e:1: instruction limit reached")
  }

  @Test func `restricted code finds no files and no processes`() throws {
    let run = try ProgramRun(["--restricted", "-e", "print(os, io, debug, require, string.dump)"])
    #expect(run.output == "nil\tnil\tnil\tnil\tnil\n")
  }

  @Test func `the completion script knows every command`() throws {
    let script = try ProgramRun(["completion", "bash"]).output
    for name in ["notebook", "models", "docs", "doctor", "--memory"] {
      #expect(script.contains(name))
    }
  }

  @Test func `the generated files are what the declarations say`() throws {
    let run = try ProgramRun(["docs", "--check"])
    #expect(run.status == 0, "\(run.errors)")
  }
}
