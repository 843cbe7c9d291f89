import Base
import Kernels
import Testing

/// Each instruction against what the PTX manual says of it.
///
/// `%r1` is the thread (0 to 31), `%r2` is 0x80000001, `%r3` is 0x12345678, `%d1` and `%d2` are
/// 0x8000000000000001 and 0x123456789abcdef0, `%f1` is 2.5, `%f2` is -0.75, `%e1` is 2.5.
@Suite struct PTXInstructionTests {
  /// An instruction and what it leaves in `%r0`, `%d0`, `%f0`, `%e0`, `%h0` or `%p0` of thread 5.
  struct Case: CustomTestStringConvertible, Sendable {
    let body: String
    let expected: UInt64
    var testDescription: String { body }

    init(_ body: String, _ expected: UInt64) {
      self.body = body
      self.expected = expected
    }

    init(_ body: String, single: Float) { self.init(body, UInt64(single.bitPattern)) }

    init(_ body: String, double: Double) { self.init(body, double.bitPattern) }
  }

  private static func run(_ body: String) throws -> UInt64 {
    let result: String
    if body.contains("%d0") {
      result = ""
    } else if body.contains("%e0") {
      result = "mov.b64 %d0, %e0;"
    } else if body.contains("%f0") {
      result = "mov.b32 %r0, %f0; cvt.u64.u32 %d0, %r0;"
    } else if body.contains("%h0") {
      result = "cvt.u64.u16 %d0, %h0;"
    } else if body.contains("%p0") {
      result = "selp.b64 %d0, 1, 0, %p0;"
    } else {
      result = "cvt.u64.u32 %d0, %r0;"
    }
    let text = PTXSourceTests.kernel(
      """
      mov.u32 %r1, %tid.x; mov.b32 %r2, 0x80000001; mov.b32 %r3, 0x12345678;
      mov.b64 %d1, 0x8000000000000001; mov.b64 %d2, 0x123456789abcdef0;
      mov.f32 %f1, 0f40200000; mov.f32 %f2, 0fBF400000; mov.f64 %e1, 0d4004000000000000;
      \(body)
      \(result)
      ld.param.u64 %d8, [a]; cvta.to.global.u64 %d8, %d8; mul.wide.u32 %d7, %r1, 8;
      add.s64 %d8, %d8, %d7; st.global.u64 [%d8], %d0; ret;
      """,
      header: ".const .align 4 .b32 constants[4] = {7, -8, 9};\n"
        + ".global .align 8 .b64 places[2] = {generic(places)+8, 5};")
    let source = try PTXSource(text, name: "k.ptx")
    let memory = DeviceMemory()
    let module = try KernelModule(source: source, memory: memory)
    let buffer = try memory.allocate([UInt64](repeating: 0, count: 64))
    _ = try module.launch(
      "k", grid: Extent(1), block: Extent(32),
      arguments: [.buffer(buffer), .buffer(buffer), .integer(9)]
    ).checked()
    return try memory.values(buffer, as: UInt64.self)[5]
  }

  private static func check(_ testCase: Case) throws {
    let got = try run(testCase.body)
    #expect(
      got == testCase.expected,
      "\(String(got, radix: 16)), expected \(String(testCase.expected, radix: 16))")
  }

  private static let integerCases: [Case] = [
    Case("add.s32 %r0, %r2, %r3;", 0x9234_5679), Case("sub.s32 %r0, 3, %r1;", 0xffff_fffe),
    Case("add.sat.s32 %r0, %r2, -9;", 0x8000_0000), Case("mul.lo.s32 %r0, %r1, -3;", 0xffff_fff1),
    Case("mul.hi.s32 %r0, %r2, %r3;", 0xf6e5_d4c4),
    Case("mul.hi.u32 %r0, %r2, %r3;", 0x091a_2b3c),
    Case("mul.wide.s32 %d0, %r2, 2;", 0xffff_ffff_0000_0002),
    Case("mul.wide.u32 %d0, %r2, 2;", 0x1_0000_0002),
    Case("mul.hi.u64 %d0, %d1, %d2;", 0x091a_2b3c_4d5e_6f78),
    Case("mov.b16 %h1, 0xfffe; mul.wide.s16 %r0, %h1, 3;", 0xffff_fffa),
    Case("mov.b16 %h1, 0xfffe; mul.wide.u16 %r0, %h1, 3;", 0x2_fffa),
    Case("mov.b16 %h1, 0xfffe; mul.lo.s16 %h0, %h1, 3;", 0xfffa),
    Case("mov.b16 %h1, 0xfffe; shr.s16 %h0, %h1, 1;", 0xffff),
    Case("mov.b16 %h1, 0xfffe; min.s16 %h0, %h1, 1;", 0xfffe),
    Case("mov.b16 %h1, 0xfffe; min.u16 %h0, %h1, 1;", 1),
    Case("mul24.lo.s32 %r0, %r3, 2;", 0x0068_acf0),
    Case("mul24.hi.u32 %r0, %r3, %r3;", 0xab33df4),
    Case("mad.lo.s32 %r0, %r1, 7, 1;", 36), Case("mad.hi.u32 %r0, %r2, %r3, 1;", 0x091a_2b3d),
    Case("mad.wide.s32 %d0, %r2, 2, %d1;", 0x7fff_ffff_0000_0003),
    Case("mad24.lo.u32 %r0, %r1, 3, 4;", 19), Case("sad.s32 %r0, %r1, 9, 100;", 104),
    Case("div.s32 %r0, -17, %r1;", 0xffff_fffd), Case("rem.s32 %r0, -17, %r1;", 0xffff_fffe),
    Case("div.u32 %r0, %r2, %r1;", 0x1999_9999), Case("abs.s32 %r0, -7;", 7),
    Case("neg.s64 %d0, 5;", 0xffff_ffff_ffff_fffb), Case("max.u32 %r0, %r2, 3;", 0x8000_0001),
    Case("max.s32 %r0, %r2, 3;", 3), Case("min.s64 %d0, %d1, 3;", 0x8000_0000_0000_0001),
    Case("dp4a.s32.s32 %r0, 0x01ff0203, 0x01020304, 1;", 18),
    Case("dp4a.u32.s32 %r0, 0x000000ff, 0x000000ff, 0;", 0xffff_ff01),
    Case("dp2a.lo.s32.s32 %r0, 0xffff0002, 0x05060708, 1;", 1 + 16 - 7),
    Case("dp2a.hi.u32.u32 %r0, 0x00030002, 0x05060708, 1;", 1 + 12 + 15),
    Case("vabsdiff4.u32.u32.u32 %r0, 0x01020304, 0x04030201, 0;", 0x0301_0103),
    Case("vadd2.u32.u32.u32 %r0, 0x0001ffff, 0x00010001, 0;", 0x0002_0000),
  ]

  @Test(
    "integers",
    arguments: integerCases)
  func integers(testCase: Case) throws { try Self.check(testCase) }

  private static let carryCases: [Case] = [
    Case("add.cc.u32 %r4, %r2, %r2; addc.u32 %r0, 1, 2;", 4),
    Case("add.cc.u32 %r4, %r3, %r3; addc.u32 %r0, 1, 2;", 3),
    Case("add.cc.u32 %r4, %r2, %r2; addc.cc.u32 %r4, -1, 0; addc.u32 %r0, 0, 0;", 1),
    Case("sub.cc.u32 %r4, 1, 2; subc.u32 %r0, 9, 2;", 6),
    Case("sub.cc.u32 %r4, 1, 2; subc.cc.u32 %r4, 0, 0; subc.u32 %r0, 9, 2;", 6),
    Case("mad.lo.cc.u32 %r4, %r2, 2, -1; madc.hi.u32 %r0, %r2, 2, 5;", 7),
    Case("add.cc.u64 %d3, %d1, %d1; addc.u64 %d0, 0, 0;", 1),
  ]

  @Test(
    "carries",
    arguments: carryCases)
  func carries(testCase: Case) throws { try Self.check(testCase) }

  private static let bitCases: [Case] = [
    Case("and.b32 %r0, %r2, %r3;", 0), Case("or.b64 %d0, %d1, 6;", 0x8000_0000_0000_0007),
    Case("not.b32 %r0, %r3;", 0xedcb_a987), Case("cnot.b32 %r0, %r3;", 0),
    Case("cnot.b32 %r0, 0;", 1), Case("shl.b32 %r0, %r3, 33;", 0),
    Case("shr.s32 %r0, %r2, 99;", 0xffff_ffff),
    Case("shr.u32 %r0, %r2, 4;", 0x0800_0000),
    Case("shr.s64 %d0, %d1, %r1;", 0xfc00_0000_0000_0000),
    Case("shf.l.wrap.b32 %r0, %r3, %r2, 36;", 0x0000_0011),
    Case("shf.r.clamp.b32 %r0, %r3, %r2, 40;", 0x8000_0001),
    Case("lop3.b32 %r0, %r1, 3, 6, 0x96;", 0), Case("lop3.b32 %r0, %r1, 3, 6, 0xe8;", 7),
    Case("bfe.u32 %r0, %r3, 8, 8;", 0x56), Case("bfe.s32 %r0, %r2, 28, 4;", 0xffff_fff8),
    Case("bfe.u64 %d0, %d2, 4, 12;", 0xdef), Case("bfi.b32 %r0, 0xff, %r3, 8, 4;", 0x1234_5f78),
    Case("bfi.b64 %d0, 0xff, %d2, 60, 4;", 0xf234_5678_9abc_def0),
    Case("bfind.u32 %r0, %r3;", 28), Case("bfind.s32 %r0, -1;", 0xffff_ffff),
    Case("bfind.shiftamt.u32 %r0, %r3;", 3), Case("bfind.shiftamt.u32 %r0, 0;", 0xffff_ffff),
    Case("bfind.u64 %r0, %d2;", 60), Case("popc.b32 %r0, %r3;", 13),
    Case("popc.b64 %r0, %d2;", 32),
    Case("clz.b32 %r0, %r3;", 3), Case("clz.b64 %r0, %d2;", 3),
    Case("brev.b32 %r0, %r2;", 0x8000_0001),
    Case("brev.b64 %d0, 1;", 0x8000_0000_0000_0000),
    Case("prmt.b32 %r0, %r3, %r2, 0x7140;", 0x8056_0178),
    Case("prmt.b32 %r0, %r2, %r3, 0x888b;", 0x0000_00ff),
    Case("prmt.b32.f4e %r0, %r3, %r2, 1;", 0x0112_3456),
    Case("prmt.b32.b4e %r0, %r3, %r2, %r1;", 0x0080_7856),
    Case("prmt.b32.rc16 %r0, %r3, %r2, 1;", 0x1234_1234),
    Case("prmt.b32.rc8 %r0, %r3, %r2, 2;", 0x3434_3434),
    Case("bmsk.clamp.b32 %r0, 4, 8;", 0xff0), Case("szext.clamp.s32 %r0, 0x8f, 8;", 0xffff_ff8f),
    Case("fns.b32 %r0, 0xaaaaaaaa, 3, 2;", 5), Case("fns.b32 %r0, 0xaaaaaaaa, 3, -2;", 1),
    Case("fns.b32 %r0, 0xaaaaaaaa, 3, 0;", 3),
    Case("fns.b32 %r0, 0xaaaaaaaa, 4, 0;", 0xffff_ffff),
  ]

  @Test(
    "bits",
    arguments: bitCases)
  func bits(testCase: Case) throws { try Self.check(testCase) }

  private static let floatCases: [Case] = [
    Case("add.f32 %f0, %f1, %f2;", single: Float(1.75)),
    Case("sub.f32 %f0, %f1, %f2;", single: Float(3.25)),
    Case("fma.rn.f32 %f0, %f1, %f2, 0f3F800000;", single: Float(-0.875)),
    Case("mul.sat.f32 %f0, %f1, %f1;", single: Float(1)),
    Case("add.sat.f32 %f0, %f2, %f2;", single: Float(0)),
    Case("div.rn.f32 %f0, %f1, %f2;", single: Float(2.5) / Float(-0.75)),
    Case("div.full.f32 %f0, %f1, %f2;", single: Float(2.5) / Float(-0.75)),
    Case("min.f32 %f0, %f1, 0f7FC00000;", single: Float(2.5)),
    Case("max.f32 %f0, %f1, %f2;", single: Float(2.5)),
    Case("abs.f32 %f0, %f2;", single: Float(0.75)), Case("neg.f64 %e0, %e1;", double: -2.5),
    Case("sqrt.rn.f64 %e0, 0d4019000000000000;", double: 2.5),
    Case("rcp.rn.f32 %f0, 0f40800000;", single: Float(0.25)),
    Case("copysign.f32 %f0, %f2, %f1;", single: Float(-2.5)),
    Case("ex2.approx.f32 %f0, 0f40400000;", single: Float(8)),
    Case("lg2.approx.f32 %f0, 0f41000000;", single: Float(3)),
    Case("testp.finite.f32 %p0, %f1;", 1),
    Case("testp.notanumber.f32 %p0, 0f7FC00000;", 1),
    Case("testp.subnormal.f32 %p0, 0f00000001;", 1),
    Case("testp.normal.f64 %p0, %e1;", 1), Case("testp.infinite.f32 %p0, 0fFF800000;", 1),
    Case("add.rz.f32 %f0, 0f3F800000, 0fB0000000;", single: Float(1).nextDown),
    Case("add.rp.f32 %f0, 0f3F800000, 0f30000000;", single: Float(1).nextUp),
    Case("add.rm.f32 %f0, 0f3F800000, 0f30000000;", single: Float(1)),
    Case(
      "fma.rp.f32 %f0, 0f3F800001, 0f3F800001, 0f00000001;", single: Float(1).nextUp.nextUp.nextUp),
    Case("div.rz.f32 %f0, 0f3F800000, 0fC0400000;", single: Float(-0x1.555554p-2)),
    Case("div.rm.f32 %f0, 0f3F800000, 0fC0400000;", single: Float(-0x1.555556p-2)),
    Case("add.rp.f64 %e0, 0d3FF0000000000000, 0d0000000000000001;", double: 1.0.nextUp),
    Case("mul.rm.f64 %e0, 0d3FB999999999999A, 0d3FB999999999999A;", double: (0.1 * 0.1).nextDown),
    Case("sqrt.rp.f64 %e0, 0d4000000000000000;", double: 2.0.squareRoot()),
    Case("sqrt.rm.f64 %e0, 0d4000000000000000;", double: 2.0.squareRoot().nextDown),
    Case(
      "fma.rz.f64 %e0, 0d3FF0000000000000, 0d3FF0000000000000, 0dB000000000000000;",
      double: 1.0.nextDown),
  ]

  @Test(
    "floats",
    arguments: floatCases)
  func floats(testCase: Case) throws { try Self.check(testCase) }

  private static let conversionCases: [Case] = [
    Case("cvt.s32.s8 %r0, %r2;", 1), Case("cvt.s32.s8 %r0, 0x80;", 0xffff_ff80),
    Case("cvt.u32.u64 %r0, %d2;", 0x9abc_def0),
    Case("cvt.s64.s32 %d0, %r2;", 0xffff_ffff_8000_0001),
    Case("cvt.u16.u32 %h0, %r3;", 0x5678), Case("cvt.sat.u8.s32 %r0, -5;", 0),
    Case("cvt.sat.s8.s32 %r0, 300;", 127), Case("cvt.sat.u16.u32 %r0, %r3;", 0xffff),
    Case("cvt.rni.s32.f32 %r0, %f1;", 2), Case("cvt.rpi.s32.f32 %r0, %f1;", 3),
    Case("cvt.rmi.s32.f32 %r0, %f2;", 0xffff_ffff), Case("cvt.rzi.u32.f32 %r0, %f2;", 0),
    Case("cvt.rzi.s32.f32 %r0, 0f7FC00000;", 0),
    Case("cvt.rzi.s32.f32 %r0, 0f7F800000;", 0x7fff_ffff),
    Case("cvt.rzi.s64.f64 %d0, %e1;", 2), Case("cvt.rn.f32.s32 %f0, -3;", single: Float(-3)),
    Case("cvt.rz.f32.u32 %f0, -1;", single: Float(4294967040)),
    Case("cvt.rn.f32.u32 %f0, -1;", single: Float(4294967296)),
    Case("cvt.rn.f32.f64 %f0, %e1;", single: Float(2.5)),
    Case("cvt.f64.f32 %e0, %f2;", double: -0.75),
    Case("cvt.rni.f32.f32 %f0, %f1;", single: Float(2)),
    Case("cvt.rmi.f64.f64 %e0, %e1;", double: 2.0),
    Case("cvt.sat.f32.f32 %f0, %f2;", single: Float(0)), Case("cvt.rn.f16.f32 %h0, %f1;", 0x4100),
    Case("cvt.rn.bf16.f32 %h0, %f1;", 0x4020),
    Case("cvt.rn.f16x2.f32 %r0, %f1, %f2;", 0x4100_ba00),
    Case("mov.b16 %h1, 0x4100; cvt.f32.f16 %f0, %h1;", single: Float(2.5)),
    Case("mov.b16 %h1, 0x4020; cvt.f32.bf16 %f0, %h1;", single: Float(2.5)),
    Case("mov.b16 %h1, 0xc100; cvt.rni.s32.f16 %r0, %h1;", 0xffff_fffe),
    Case("cvt.rna.tf32.f32 %r0, 0f3F801000;", 0x3f80_2000),
    Case("cvt.rna.tf32.f32 %r0, 0f7F800000;", 0x7f80_0000),
    Case("cvt.pack.sat.u8.s32.b32 %r0, 300, -4, %r3;", 0x5678_ff00),
    Case("cvt.u64.u8 %d0, 0x1ff;", 0xff),
  ]

  @Test(
    "conversions",
    arguments: conversionCases)
  func conversions(testCase: Case) throws { try Self.check(testCase) }

  private static let comparisonCases: [Case] = [
    Case("setp.lt.s32 %p0, %r2, 0;", 1), Case("setp.lo.u32 %p0, %r2, 3;", 0),
    Case("setp.hi.s32 %p0, %r2, 3;", 1), Case("setp.ne.f32 %p0, 0f7FC00000, %f1;", 0),
    Case("setp.neu.f32 %p0, 0f7FC00000, %f1;", 1), Case("setp.nan.f32 %p0, 0f7FC00000, %f1;", 1),
    Case("setp.geu.f64 %p0, %e1, 0d7FF8000000000000;", 1), Case("setp.num.f32 %p0, %f1, %f2;", 1),
    Case("setp.eq.s32 %p1, 1, 1; setp.gt.and.s32 %p0, %r1, 9, %p1;", 0),
    Case("setp.eq.s32 %p1, 1, 1; setp.gt.or.s32 %p0|%p2, %r1, 9, !%p1;", 0),
    Case("setp.eq.s32 %p1, 1, 1; setp.gt.xor.s32 %p2|%p0, %r1, 9, %p1;", 0),
    Case("setp.gt.s32 %p2|%p0, %r1, 9;", 1), Case("set.lt.u32.f32 %r0, %f2, %f1;", 0xffff_ffff),
    Case("set.lt.f32.s32 %f0, %r2, 0;", single: Float(1)),
    Case("setp.eq.s32 %p3, 1, 2; selp.b32 %r0, 1, 2, %p3;", 2),
    Case("slct.b32.s32 %r0, 1, 2, %r2;", 2), Case("slct.u64.f32 %d0, 1, 2, %f1;", 1),
    Case(
      "mov.b32 %r4, 0x3c004000; mov.b32 %r5, 0x40003c00; set.gt.f16x2.f16x2 %r0, %r4, %r5;",
      0x3c00),
    Case(
      "mov.b32 %r4, 0x3c004000; mov.b32 %r5, 0x40003c00; set.gt.u32.f16x2 %r0, %r4, %r5;", 0xffff),
    Case("mov.b32 %r4, 0x3c004000; mov.b32 %r5, 0x40003c00; setp.gt.f16x2 %p1|%p0, %r4, %r5;", 0),
    Case("mov.pred %p0, 1;", 1), Case("mov.pred %p1, 1; not.pred %p0, %p1;", 0),
    Case("setp.lt.s32 %p1, %r1, 9; xor.pred %p0, %p1, %p1;", 0),
  ]

  @Test(
    "comparisons and selections",
    arguments: comparisonCases)
  func comparisons(testCase: Case) throws { try Self.check(testCase) }

  private static let memoryCases: [Case] = [
    Case("mov.b64 %d0, {%r3, %r2};", 0x8000_0001_1234_5678),
    Case("mov.b64 {_, %r0}, %d2;", 0x1234_5678),
    Case("mov.b32 {%h1, %h0}, %r3;", 0x1234),
    Case("cvt.u16.u32 %h1, %r3; mov.b32 %r0, {%h1, %h1};", 0x5678_5678),
    Case("mov.b64 {%h1, %h2, %h0, %h3}, %d2;", 0x5678), Case("mov.u32 %r0, %ntid.x;", 32),
    Case("mov.u32 %r0, %laneid;", 5), Case("mov.u32 %r0, %lanemask_lt;", 31),
    Case("mov.u32 %r0, WARP_SZ;", 32),
    Case("mov.u32 %r0, %nwarpid;", 1),
    Case("mov.u64 %d0, %clock64; setp.ge.u64 %p1, %d0, 0; selp.b64 %d0, 3, 4, %p1;", 3),
    Case("mov.u32 %r0, %cluster_nctaid.x;", 1), Case("cvt.u64.u32 %d0, %tid.x;", 5),
    Case("ld.const.s32 %r0, [constants+4];", 0xffff_fff8),
    Case("mov.u64 %d4, constants; ld.const.u32 %r0, [%d4+8];", 9),
    Case("mov.u64 %d4, constants; cvta.const.u64 %d4, %d4; ld.u32 %r0, [%d4];", 7),
    Case("ld.global.u64 %d4, [places]; ld.global.u64 %d0, [%d4];", 5),
    Case("ld.param.u32 %r0, [n];", 9), Case("mov.b64 %d4, n; ld.param.u32 %r0, [%d4];", 9),
    Case("cvta.param.u64 %d4, n; ld.u32 %r0, [%d4];", 9),
    Case(
      ".local .align 4 .b8 t[8]; mov.u64 %d4, t; st.local.u32 [%d4+4], 77; ld.local.u16 %h0, [t+4];",
      77),
    Case(
      ".local .align 8 .b8 t[8]; st.local.v2.u32 [t], {%r3, %r2}; ld.local.b64 %d0, [t];",
      0x8000_0001_1234_5678),
    Case(
      ".local .align 8 .b8 t[8]; st.local.u8 [t+1], 0x1ff; ld.local.s8 %r0, [t+1];", 0xffff_ffff),
    Case(".local .align 8 .b8 t[8]; st.local.u8 [t+1], 0xff; ld.local.u8 %d0, [t+1];", 255),
    Case(
      ".local .align 8 .b8 t[8]; st.local.u32 [t], %d2; ld.local.s32 %d0, [t];",
      0xffff_ffff_9abc_def0),
    Case(
      ".shared .b32 s; st.shared.u32 [s], 4; bar.sync 0; atom.shared.add.u32 %r4, [s], 2; bar.sync 0; ld.volatile.shared.u32 %r0, [s];",
      68),
    Case(
      ".shared .b32 s; mov.u64 %d4, s; cvta.shared.u64 %d4, %d4; isspacep.shared %p0, %d4;", 1),
    Case(
      ".shared .b32 s; mov.u64 %d4, s; cvta.shared.u64 %d4, %d4; isspacep.global %p0, %d4;", 0),
    Case("ld.param.u64 %d4, [a]; isspacep.global %p0, %d4;", 1),
    Case(
      "ld.param.u64 %d4, [a]; atom.global.cas.b32 %r4, [%d4+256], 0, 8; bar.sync 0; ld.global.u32 %r0, [%d4+256];",
      8),
    Case(
      "ld.param.u64 %d4, [a]; red.global.max.s32 [%d4+256], %r1; bar.sync 0; ld.relaxed.gpu.global.u32 %r0, [%d4+256];",
      31),
    Case(
      "ld.param.u64 %d4, [a]; atom.global.inc.u32 %r4, [%d4+256], 2; bar.sync 0; ld.global.u32 %r0, [%d4+256];",
      2),
    Case(
      ".shared .align 16 .b8 s[32]; ld.param.u64 %d4, [a]; st.global.u64 [%d4+256], 9; cp.async.ca.shared.global [s], [%d4+256], 16, 4; cp.async.wait_all; ld.shared.u64 %d0, [s];",
      9),
  ]

  @Test(
    "moves, spaces and memory",
    arguments: memoryCases)
  func memory(testCase: Case) throws { try Self.check(testCase) }

  private static let controlCases: [Case] = [
    Case(
      "ts: .branchtargets A, B, C; rem.u32 %r4, %r1, 3; brx.idx %r4, ts; A: mov.u32 %r0, 10; bra Z; B: mov.u32 %r0, 11; bra Z; C: mov.u32 %r0, 12; Z:",
      12),
    Case("setp.gt.u32 %p1, %r1, 3; mov.u32 %r0, 1; @%p1 mov.u32 %r0, 2;", 2),
    Case("setp.gt.u32 %p1, %r1, 3; mov.u32 %r0, 1; @!%p1 add.cc.u32 %r0, %r0, 2;", 1),
    Case(
      "{ .reg .b32 %r0x; mov.u32 %r0x, 5; { .reg .b32 %r0x; mov.u32 %r0x, 6; mov.u32 %r0, %r0x; } }",
      6),
    Case("shfl.sync.bfly.b32 %r0, %r1, 1, 31, -1;", 4),
    Case("shfl.sync.idx.b32 %r0, %r1, 2, 0x1c1f, -1;", 6),
    Case("shfl.sync.up.b32 %r0|%p1, %r1, 6, 0, -1;", 5),
    Case("shfl.sync.up.b32 %r4|%p0, %r1, 6, 0, -1;", 0),
    Case("setp.lt.u32 %p1, %r1, 9; vote.sync.ballot.b32 %r0, %p1, -1;", 0x1ff),
    Case("setp.lt.u32 %p1, %r1, 9; vote.sync.any.pred %p0, !%p1, -1;", 1),
    Case("and.b32 %r4, %r1, 3; match.any.sync.b32 %r0, %r4, -1;", 0x2222_2222),
    Case("match.all.sync.b32 %r4|%p0, %r1, -1;", 0),
    Case("redux.sync.add.s32 %r0, %r1, -1;", 496),
    Case("activemask.b32 %r0;", 0xffff_ffff), Case("elect.sync %r0|%p1, -1;", 0),
    Case("setp.lt.u32 %p1, %r1, 9; bar.red.popc.u32 %r0, 0, %p1;", 9),
    Case("setp.lt.u32 %p1, %r1, 9; barrier.red.and.pred %p0, 0, 32, %p1;", 0),
    Case("mov.b32 %r4, 0x3c004000; add.f16x2 %r0, %r4, %r4;", 0x4000_4400),
    Case("mov.b16 %h1, 0x3c00; fma.rn.f16 %h0, %h1, %h1, %h1;", 0x4000),
    Case("mov.b16 %h1, 0x3f80; fma.rn.bf16 %h0, %h1, %h1, %h1;", 0x4000),
    Case("mov.b32 %r4, 0x3c00c000; neg.f16x2 %r0, %r4;", 0xbc00_4000),
    Case("mov.b32 %r4, 0x3c00c000; max.f16x2 %r0, %r4, 0;", 0x3c00_0000),
  ]

  @Test(
    "control and the warp",
    arguments: controlCases)
  func control(testCase: Case) throws { try Self.check(testCase) }

  @Test func `functions take and give values of any shape`() throws {
    let header = """
      .func (.param .align 4 .b8 result[8]) twice(.param .align 4 .b8 pair[8], .param .b32 k)
      { .reg .b32 %a<4>; .reg .pred %q;
      ld.param.v2.u32 {%a0, %a1}, [pair]; ld.param.u32 %a2, [k];
      setp.eq.u32 %q, %a2, 0; @%q bra SKIP; add.u32 %a0, %a0, %a0; add.u32 %a1, %a1, %a1; SKIP:
      st.param.b32 [result+0], %a0; st.param.b32 [result+4], %a1; ret; }
      """
    let body = """
      mov.u32 %r1, %tid.x; and.b32 %r2, %r1, 1;
      { .param .align 4 .b8 p[8]; .param .b32 k; .param .align 4 .b8 q[8];
      st.param.v2.u32 [p], {%r1, 7}; st.param.b32 [k], %r2;
      call (q), twice, (p, k); ld.param.b32 %r3, [q]; ld.param.b32 %r4, [q+4]; }
      ld.param.u64 %d1, [a]; mul.wide.u32 %d2, %r1, 8; add.u64 %d1, %d1, %d2;
      st.global.v2.u32 [%d1], {%r3, %r4};
      """
    let source = try PTXSource(PTXSourceTests.kernel(body, header: header), name: "k.ptx")
    let memory = DeviceMemory()
    let module = try KernelModule(source: source, memory: memory)
    let buffer = try memory.allocate([UInt32](repeating: 0, count: 64))
    _ = try module.launch(
      "k", grid: Extent(1), block: Extent(32),
      arguments: [.buffer(buffer), .buffer(buffer), .integer(0)]
    ).checked()
    let got = try memory.values(buffer, as: UInt32.self)
    for thread in 0..<32 {
      let factor = UInt32(thread % 2 + 1)
      #expect(got[2 * thread] == UInt32(thread) * factor && got[2 * thread + 1] == 7 * factor)
    }
  }
}
