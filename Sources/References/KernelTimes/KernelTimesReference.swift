import Base
import Devices

/// `kernels_measured.json`: figures of public benchmarks, held against the estimate of time.
///
/// The bars are those of the whole file: the median error, and the order inside each ladder of kernels.
struct KernelTimesReference: ReferenceFile {
  let folder = "gpu"
  let name = "kernels_measured.json"

  /// The largest median error that passes.
  static let medianBar = 0.25
  /// The least rank correlation that passes.
  static let rankBar = 0.95

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    let model = KernelTimeModel()
    var predicted: [Row] = []
    for entry in try document.list("entries") {
      let row = try MeasuredRow(entry)
      do throws(Problem) {
        guard let time = try model.predict(row) else {
          tally.skip(String(row.suite.prefix(28)))
          continue
        }
        predicted.append(Row(row: row, value: time.value, bound: time.bound))
      } catch {
        tally.count(false, "\(row.id): \(error)")
      }
    }
    let errors = predicted.map(\.error)
    let median = middle(errors)
    tally.count(median <= Self.medianBar, "the median error is \(percent(median))")
    tally.note("median error \(percent(median)) of \(errors.count) rows")
    note(bySuite: predicted, &tally)
    check(ladders: predicted, &tally)
    note(worst: predicted, &tally)
    return tally
  }

  /// A measured row with what we expect of it.
  private struct Row {
    let row: MeasuredRow
    let value: Double
    let bound: String

    var bias: Double { value / row.value - 1 }
    var error: Double { abs(bias) }
  }

  private func note(bySuite rows: [Row], _ tally: inout ReferenceTally) {
    let groups = Dictionary(grouping: rows) { "\($0.row.suite.prefix(36)) \($0.row.deviceName)" }
    for (name, rows) in groups.sorted(by: { $0.key < $1.key }) {
      tally.note(
        "\(name.padded(toWidth: 66)) \(rows.count) rows, median "
          + "\(percent(middle(rows.map(\.error)))), bias \(percent(middle(rows.map(\.bias))))")
    }
  }

  /// Kernels of one suite, device and metric: their order is to be as measured.
  private func check(ladders rows: [Row], _ tally: inout ReferenceTally) {
    for (name, rows) in Dictionary(grouping: rows, by: { $0.row.ladder ?? "" })
      .sorted(by: { $0.key < $1.key }) where rows.count >= 4 && !name.isEmpty
    {
      let rank = RankCorrelation.spearman(rows.map(\.value), rows.map(\.row.value))
      tally.count(rank >= Self.rankBar, "\(name): rank correlation \(rounded(rank))")
      let worst = rows.max { $0.error < $1.error }.map { "\($0.row.id) \(percent($0.bias))" }
      tally.note(
        "\(name): rank correlation \(rounded(rank)) of \(rows.count), worst \(worst ?? "")")
    }
  }

  private func note(worst rows: [Row], _ tally: inout ReferenceTally) {
    for row in rows.sorted(by: { $0.error > $1.error }).prefix(12) {
      tally.note(
        "worst: \(row.row.id) \(row.row.size): \(rounded(row.value)) for \(row.row.value) "
          + "\(row.row.metric), \(percent(row.bias)); \(row.bound)")
    }
  }

  private func middle(_ values: [Double]) -> Double { Quantiles(values).at(0.5) ?? .nan }
  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}

/// How alike two orders are.
enum RankCorrelation {
  /// Spearman's coefficient; equal values share their mean rank.
  static func spearman(_ first: [Double], _ second: [Double]) -> Double {
    let (a, b) = (ranks(first), ranks(second))
    let mean = Double(a.count + 1) / 2
    var (top, left, right) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      top += (x - mean) * (y - mean)
      left += (x - mean) * (x - mean)
      right += (y - mean) * (y - mean)
    }
    return left == 0 || right == 0 ? 1 : top / (left * right).squareRoot()
  }

  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
      start = end + 1
    }
    return ranks
  }
}
