import Base
import Devices
import Figures
import Kernels

extension CudaReport {
  /// The kernel's lines with what each did; lines that did nothing stand without numbers.
  func annotatedSource() throws(Problem) -> AnnotatedSource {
    let files = kernel.owner.module.tables.files
    let lines = result.counters.lines
    guard let file = lines.keys.filter({ $0.line > 0 }).map(\.file).min(), file < files.count else {
      throw Problem(
        "the source of \"\(kernel.program.name)\" is not known",
        fix: "compile PTX with -lineinfo and give the CUDA source")
    }
    let numbers = lines.keys.filter { $0.file == file && $0.line > 0 }.map(\.line)
    let (first, last) = (numbers.min() ?? 1, numbers.max() ?? 1)
    return AnnotatedSource(
      kernel: kernel.program.name, total: total.warpInstructions,
      lines: (first...last).map { number in
        AnnotatedSource.Line(
          number: number,
          text: number <= files[file].lines.count ? files[file].lines[number - 1] : "",
          set: lines[SourceLine(file: file, line: number)])
      })
  }

  /// Instructions by class, most first.
  var instructionMix: Figure {
    let total = Double(max(total.warpInstructions, 1))
    let classes = self.total.instructions.filter { $0.value.warp > 0 }
      .sorted { ($0.value.warp, $1.key.rawValue) > ($1.value.warp, $0.key.rawValue) }
    return .table(
      TableFigure(
        "Instruction mix of \(kernel.program.name)",
        columns: [
          .init("class"), .init("warp instructions", decimals: 0), .init("share", unit: "%"),
          .init("active lanes"),
        ],
        rows: classes.map { kind, counts in
          [
            .text(kind.rawValue), .number(Double(counts.warp)),
            .number(100 * Double(counts.warp) / total),
            .number(Double(counts.thread) / Double(counts.warp)),
          ]
        }))
  }

  /// The launch under the roof of the device, at the rate that is estimated.
  func roofline() throws(Problem) -> RooflineReport {
    let operations = total.operations
    let format: NumberFormat =
      operations.tensor > 0 || operations.float16 > operations.float32
      ? .fp16
      : operations.float64 > operations.float32 ? .fp64 : .fp32
    let usesTensors = operations.tensor > 0
    guard let kind = device.peak(format, tensorCores: usesTensors)?.kind,
      let roof = Roofline(device, kind)
    else { throw Problem("\(device.name) has no rate for \(format.rawValue)") }
    let point = roof.place(
      operations: Double(operations.total), bytes: result.counters.traffic.dramBytes)
    let others = Roofline.Level.allCases.filter { $0 != roof.level }
      .compactMap { Roofline(device, kind, level: $0) }
    return RooflineReport(roof: roof, others: others, points: [(kernel.program.name, point)])
  }

  /// Lanes of the first request of an access against the sectors or banks that they touch.
  func accessPicture(line: Int?) throws(Problem) -> Figure {
    guard let sample = result.sample(line: line) else {
      throw Problem(
        line.map { "line \($0) made no access to global or shared memory" }
          ?? "\"\(kernel.program.name)\" made no access to global or shared memory",
        fix: "r:source() shows which lines did")
    }
    return AccessPicture(sample, kernel: kernel.program.name).figure
  }
}
