import Base
import Kernels
import Testing
import TestSupport

@Suite struct PTXSourceTests {
  static let folder = "\(FileIO.directory(of: #filePath))/Samples"
  static let samples = ["calls", "control", "halves", "matrices", "memory", "numbers", "warps"]

  static func text(_ sample: String, _ ending: String = "ptx") throws -> String {
    String(decoding: try FileIO.read("\(folder)/\(sample).\(ending)"), as: UTF8.self)
  }

  static func source(_ sample: String) throws -> PTXSource {
    try PTXSource(
      text(sample), name: "\(sample).ptx", sources: ["\(sample).cu": text(sample, "cu")])
  }

  /// A kernel of one statement list, with registers of each class and two pointers.
  static func kernel(_ body: String, header: String = "") -> String {
    """
    .version 8.0
    .target sm_80
    .address_size 64
    \(header)
    .visible .entry k(.param .u64 a, .param .u64 b, .param .u32 n)
    {
    .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .f32 %f<9>;
    .reg .b64 %d<9>; .reg .f64 %e<9>;
    \(body)
    }
    """
  }

  // MARK: Samples

  @Test("every kernel that nvcc made of the samples is understood", arguments: samples)
  func understood(sample: String) throws {
    let source = try Self.source(sample)
    #expect(source.target == "sm_80")
    #expect(!source.kernelNames.isEmpty)
    for name in source.kernelNames { #expect(try !source.kernel(name).statements.isEmpty) }
  }

  @Test("the programs are as before", arguments: ["control", "calls", "memory"])
  func golden(sample: String) throws {
    let source = try Self.source(sample)
    var text = ""
    for name in source.kernelNames { text += try source.kernel(name).listing() }
    for (number, string) in source.tables.strings.enumerated() {
      text += "#\(number) \(string.replacing("\n", with: "\\n"))\n"
    }
    try expectGolden(text, "\(FileIO.directory(of: #filePath))/Golden/\(sample).txt")
  }

  @Test func `kernels are found by any of their names`() throws {
    let source = try Self.source("warps")
    #expect(source.kernelNames.contains("blockSum<128>"))
    #expect(try source.kernel("blockSum < 128 >").name == "blockSum<128>")
    #expect(try source.kernel("_Z8blockSumILi64EEvPKfPf").name == "blockSum<64>")
    #expect(try source.kernel("atomics").name == "atomics")
    let error = try #require(throws: Problem.self) { try source.kernel("blockSun<128>") }
    #expect(error.description.contains("did you mean \"blockSum<128>\""))
  }

  @Test func `parameters have the types of the C++ signature`() throws {
    let calls = try Self.source("calls")
    let kernel = try calls.kernel("calls")
    #expect(kernel.parameters.map(\.typeName) == ["const float *", "float *", "double *"])
    #expect(
      kernel.parameters[0].kind == .pointer(to: .f32, elementBytes: 4, isConstant: true))
    let byValue = try calls.kernel("byValue")
    #expect(byValue.parameters[0].bytes == 40 && byValue.argumentBytes == 48)
    guard case .structure(let members) = byValue.parameters[0].kind else {
      Issue.record("a structure is \(byValue.parameters[0].kind)")
      return
    }
    #expect(members.map(\.byteOffset) == [0, 4, 8, 16, 18, 20, 24, 28, 32])
    #expect(members.map(\.type) == [.f32, .u32, .f64, .s8, .u16, .f32, .f32, .f32, .u64])
  }

  @Test func `lines are those of the CUDA source`() throws {
    let source = try Self.source("control")
    let kernel = try source.kernel("collatz")
    let file = try #require(source.tables.files.firstIndex { $0.name == "control.cu" })
    let lines = source.tables.files[file].lines
    for case .instruction(let instruction) in kernel.statements {
      guard case .store = instruction.operation else { continue }
      #expect(instruction.location.file == file)
      #expect(lines[instruction.location.line - 1].contains("steps[i] = c"))
    }
  }

  @Test func `registers per thread come from the assembler's messages`() throws {
    let source = try PTXSource(
      Self.text("control"), name: "control.ptx",
      resources: """
        ptxas info    : Compiling entry function '_Z5gotosPii' for 'sm_80'
        ptxas info    : Used 14 registers, 360 bytes cmem[0]
        """)
    #expect(try source.kernel("gotos").registersPerThread == 14)
    #expect(try source.kernel("nested").registersPerThread == nil)
  }

  @Test func `variables keep their first values and the addresses in them`() throws {
    let tables = try Self.source("memory").tables
    let constants = try #require(tables.constants.first { $0.name == "coefficients" })
    #expect(constants.initialBytes.prefix(8) == [0, 0, 0, 63, 0, 0, 192, 63])
    let table = try #require(tables.globals.firstIndex { $0.name == "table" })
    let pointers = try #require(tables.globals.first { $0.name == "pointers" })
    #expect(pointers.pointers.map(\.symbol) == [table, table])
    #expect(pointers.pointers.map(\.addend) == [0, 8])
  }

  @Test func `launch bounds and shared memory are the kernel's`() throws {
    let kernel = try Self.source("memory").kernel("spaces")
    #expect(kernel.maximumBlockThreads == 128)
    #expect(kernel.sharedBytes == 512)
    #expect(kernel.sharedSymbols.map(\.name) == ["fixed"])
  }

  // MARK: Faults

  @Test(
    "what is wrong is said with its place",
    arguments: [
      ("add.s32 %r1, %r2;", 9, "add.s32 has 2 operands, 3 expected"),
      ("add.s32 %r1, %r2, %x9;", 9, "no register '%x9' is declared here"),
      ("add.s32 %r1, %r2, %r12;", 9, "no register '%r12' is declared here"),
      ("bra nowhere;", 9, "no label 'nowhere' is in this function"),
      ("x: y: x: ret;", 9, "label 'x' stands twice"),
      ("mapa.u64 %d1, %d2, %r1;", 9, "not supported: mapa.u64"),
      ("wgmma.fence.sync.aligned;", 9, "not supported: wgmma.fence.sync.aligned"),
      ("add.s64 %d1, %d2, %r1;", 9, "a .s64 is read from a register of up to 32 bits"),
      ("ld.global.u32 %r1, [%r2];", 9, "needs a register of 64 bits"),
      ("ld.param.u64 %d1, [n];", 9, "bytes 0 to 7 are outside the parameter"),
      ("call nothing, ();", 9, "no function 'nothing' is in this module"),
      ("@%r1 bra x; x:", 9, "'%r1' is no predicate register"),
      ("mov.u64 %d1, nothing;", 9, "nothing is called 'nothing' here"),
      (".local .align 3 .b8 t[4];", 9, "an alignment is a power of two"),
      ("setp.s32 %p1, %r1, %r2;", 9, "names no comparison"),
      ("shfl.sync.idx.b32 %r1, %r2, 0, 7, -1;", 9, "with the segment word 7"),
      ("cp.async.bulk.commit_group;", 9, "not supported: cp.async.bulk.commit_group"),
      ("ret", 10, "expected ';'"),
      ("{ ret;", 6, "this body has no end"),
    ])
  func faults(body: String, line: Int, message: String) throws {
    let error = try #require(throws: Problem.self) {
      _ = try PTXSource(Self.kernel(body), name: "k.ptx").kernel("k")
    }
    #expect(error.message.contains(message), "\(error)")
    #expect(error.message.contains("k.ptx:\(line):"), "\(error)")
  }

  @Test func `a fault shows its line and a caret`() throws {
    let error = try #require(throws: Problem.self) {
      try PTXSource(Self.kernel("  foo.u32 %r1, %r2;"), name: "k.ptx").kernel("k")
    }
    #expect(
      error.message == """
        k.ptx:9:3: error: not supported: foo.u32
            foo.u32 %r1, %r2;
            ^
        """)
  }

  @Test func `a kernel that cannot be lowered leaves the others alone`() throws {
    let text = Self.kernel("ret;") + "\n.entry bad() { wgmma.fence.sync.aligned; }\n"
    let source = try PTXSource(text, name: "k.ptx")
    #expect(source.kernelNames == ["k", "bad"])
    #expect(try source.kernel("k").name == "k")
    #expect(throws: Problem.self) { try source.kernel("bad") }
  }

  @Test func `functions that call themselves are refused by name`() throws {
    let header = """
      .func again(.param .b32 x) { .param .b32 y; .reg .b32 %r; ld.param.b32 %r, [x];
      st.param.b32 [y], %r; call again, (y); ret; }
      """
    let error = try #require(throws: Problem.self) {
      try PTXSource(
        Self.kernel(".param .b32 v; st.param.b32 [v], 1; call again, (v);", header: header),
        name: "k.ptx"
      ).kernel("k")
    }
    #expect(error.message.contains("not supported: recursion, 'again' calls itself"))
  }

  // MARK: Untrusted text

  @Test("damaged texts are refused or read, and nothing else", arguments: samples)
  func damaged(sample: String) throws {
    let bytes = Array(try Self.text(sample).utf8)
    var random = SeededRandom(seed: 7)
    for _ in 0..<6 {
      let changed = Mutations.mutated(bytes, header: bytes.count, &random)
      try? Self.read(String(decoding: changed, as: UTF8.self))
    }
  }

  private static func read(_ text: String) throws {
    let source = try PTXSource(text, name: "damaged.ptx")
    for name in source.kernelNames { _ = try? source.kernel(name) }
  }

  @Test(
    "texts made to be too much are refused",
    arguments: [
      String(repeating: "{", count: 100_000), ".reg .b32 %z<99999999999>;",
      ".reg .b32 %z<9999999>;",
      ".local .b8 t[99999999999]; ret;", ".local .b8 t[4][999999999][999999999]; ret;",
      "mov.u32 %r1, 99999999999999999999999;", "ld.global.u32 %r1, [%d1+0xffffffffffffff];",
      "/* no end",
    ])
  func excess(body: String) {
    #expect(throws: Problem.self) {
      let source = try PTXSource(Self.kernel(body), name: "k.ptx")
      _ = try source.kernel("k")
    }
  }
}
