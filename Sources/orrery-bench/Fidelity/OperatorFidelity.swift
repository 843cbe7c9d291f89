import Base
import Devices

/// How far the closed-form operator costs are from measured kernels, on the configurations that their
/// constants were fitted to and on those that were kept out, apart.
enum OperatorFidelity {
  /// One operator on one device: how many rows, and the mean absolute error relative to the measured.
  struct Row {
    let operation: String
    let device: String
    let backend: String
    let format: String
    var fitted = Mean()
    var heldOut = Mean()
    /// The rows that are not fitted, by the constants of other devices.
    var unmeasured = Mean()
  }

  struct Mean {
    private(set) var count = 0
    private(set) var sum = 0.0
    var value: Double { count == 0 ? .nan : sum / Double(count) }

    mutating func add(_ error: Double) {
      count += 1
      sum += error
    }

    mutating func add(_ other: Mean) {
      count += other.count
      sum += other.sum
    }
  }

  struct Report {
    var rows: [Row] = []

    /// An operator's rows together.
    func total(_ operation: String) -> Row {
      var all = Row(operation: operation, device: "all", backend: "", format: "")
      for row in rows where row.operation == operation {
        all.fitted.add(row.fitted)
        all.heldOut.add(row.heldOut)
        all.unmeasured.add(row.unmeasured)
      }
      return all
    }

    /// The operators in the order in which they were measured.
    var operations: [String] {
      rows.reduce(into: []) { names, row in
        if !names.contains(row.operation) { names.append(row.operation) }
      }
    }

    /// True when every operator that has a bar is below it on what was kept out.
    var isWithinBars: Bool {
      OperatorFidelity.bars.allSatisfy { total($0.key).heldOut.value <= $0.value }
    }
  }

  /// The largest mean error allowed on what was kept out.
  static let bars = ["gemm": 0.09, "prefill_attention": 0.12, "decode_attention": 0.20]

  /// Holds the costs against the tables below a folder of references.
  static func report(root: String) throws -> Report {
    var report = Report()
    for table in OperatorTable.all {
      report.rows += try table.rows(in: "\(root)/serving/ops")
    }
    return report
  }

  /// A report as a table: each device, then all together with the bar; the last column is the error on rows not
  /// fitted when the device is estimated by its sheet, from the constants of other devices.
  static func text(_ report: Report, isDetailed: Bool) -> String {
    var lines = [
      line("operator", "device", "engine", "format", "fitted", "rows", "not", "rows", "as new")
    ]
    for operation in report.operations {
      if isDetailed {
        for row in report.rows where row.operation == operation { lines.append(line(row)) }
      }
      let bar = bars[operation].map { "  bar \(percent($0))" } ?? ""
      lines.append(line(report.total(operation)) + bar)
      if isDetailed { lines.append("") }
    }
    lines.append(
      "  as new: the rows not fitted, by the device's sheet and constants of other devices")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ row: Row) -> String {
    line(
      row.operation, row.device, row.backend, row.format, percent(row.fitted.value),
      "\(row.fitted.count)", percent(row.heldOut.value), "\(row.heldOut.count)",
      percent(row.unmeasured.value))
  }

  private static func line(_ words: String...) -> String {
    let widths = [18, 16, 17, 10]
    let left = zip(words, widths).map { $0.padded(toWidth: $1) }.joined()
    return left
      + words.dropFirst(4).map { String(repeating: " ", count: 9 - $0.count) + $0 }.joined()
  }

  private static func percent(_ share: Double) -> String {
    share.isNaN ? "-" : "\((share * 1000).rounded() / 10) %"
  }
}
