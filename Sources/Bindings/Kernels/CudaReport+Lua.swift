import Base
import Devices
import Figures
import Kernels
public import LuaBridge

extension CudaReport: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "cuda.Report"

  private static let sample =
    "cuda.compile(\(CudaModule.saxpyText)).saxpy{ grid = 1, block = 32, "
    + "args = { 8, 2, tensor.ones(8), tensor.ones(8) } }"

  /// What Lua sees of a launch's report.
  public static let exported = Exported<CudaReport>(
    "What a launch did: counters in Nsight Compute's terms, occupancy, time and why.",
    example: sample
  ) {
    property("counters", "What was counted in all: accesses by kind, branches, instructions.") {
      CudaCounters(set: $0.total)
    }
    method(
      "line", "What was counted on a line of the source.",
      .integer("number", "the line, from 1", range: 1...10_000_000)
    ) { report, number in
      CudaCounters(set: report.result.counters.lines[SourceLine(line: number)] ?? CounterSet())
    }
    .example("(\(sample)):line(1)")
    property("bytes", "Bytes at each level of the memory.") { report in
      let traffic = report.result.counters.traffic
      return [
        "requested": Double(traffic.requestedBytes), "l1": Double(traffic.l1Bytes),
        "l2_read": Double(traffic.l2ReadBytes), "l2_write": Double(traffic.l2WriteBytes),
        "dram_read": traffic.dramReadBytes, "dram_write": traffic.dramWriteBytes,
      ]
    }
    property("arithmetic_intensity", "Operations per byte of device memory.", unit: .flopsPerByte) {
      $0.result.counters.arithmeticIntensity
    }
    property("flops", "Floating-point operations.", unit: .flops) { $0.total.operations.total }
    property("occupancy", "Resident warps over the most there can be.", unit: .ratio) {
      $0.occupancy.fraction
    }
    method("explain_occupancy", "The occupancy with what limits it.") {
      OccupancyReport(occupancy: $0.occupancy, device: $0.device)
    }
    .example("(\(sample)):explain_occupancy()")
    timing
    property("printed", "What the kernel printed.") { $0.result.printed.text }
    property("kernel", "The kernel's name.") { $0.kernel.program.name }
    property("device", "The device's name.") { $0.device.name }
    property("in_order", "Why blocks ran one after the other; nil when they did not have to.") {
      $0.result.orderReason
    }
    pictures
  }

  @MemberBuilder private static var timing: [ExportedMember] {
    property(
      "time_seconds", "How long it would take, launch included; nil: not asked.",
      unit: .seconds
    ) { $0.estimate?.seconds }
    property("bound", "What limits it: a unit, or waiting; nil: not asked.") { $0.estimate?.bound }
    property("advice", "What would make it quicker; nil: not asked.") { $0.estimate?.advice }
    property("cycles", "Cycles of the busiest multiprocessor.") { $0.estimate?.cycles }
    property("utilisation", "How busy each unit is, 1 for always.") { report in
      Dictionary(
        uniqueKeysWithValues: (report.estimate?.utilisation ?? []).map { ($0.name, $0.share) })
    }
    property("stalls", "Shares of warp-cycles without an issue, by Nsight's reasons.") { report in
      Dictionary(
        uniqueKeysWithValues: (report.estimate?.stalls ?? []).map { ($0.reason.name, $0.share) })
    }
  }

  @MemberBuilder private static var pictures: [ExportedMember] {
    method("source", "The source with what each line did.") { try $0.annotatedSource() }
      .example("(\(sample)):source()")
    method(
      "picture", "Lanes of one access against addresses or banks.",
      .optional(.integer("line", "the source line; the costliest where none is named", range: 1...))
    ) { report, line in try report.accessPicture(line: line) }
    .returns("plot.Figure").example("(\(sample)):picture()")
    method("mix", "Instructions by class.") { $0.instructionMix }
      .returns("plot.Figure").example("(\(sample)):mix()")
    method("roofline", "The launch under the device's roof.") { try $0.roofline() }
      .returns("gpu.Roofline").example("(\(sample)):roofline()")
    method("__mime", "What a notebook shows of it.", .state) { report, state in
      [
        "text/plain": report.description,
        "text/html": "<pre>\(Figure.escaped(report.description))</pre>",
      ]
    }
  }
}
