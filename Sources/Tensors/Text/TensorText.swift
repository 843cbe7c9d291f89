import Base
import Glibc

/// How the numbers of one tensor are written so that their columns align.
///
/// Whole numbers stand without a point. Otherwise four decimals, or a common power of ten shown once
/// where the sizes would not fit, or each with its own exponent where they lie too far apart.
struct NumberFormat {
  private enum Style {
    case whole
    case fixed(decimals: Int, exponent: Int)
    case scientific
    case words
  }

  private let style: Style
  private let isWholeDType: Bool

  /// The power of ten that all numbers were divided by, 0 for none.
  var exponent: Int { if case .fixed(_, let exponent) = style { exponent } else { 0 } }

  init(_ values: [Double], dtype: DType) {
    isWholeDType = dtype.category == .integer
    if dtype == .bool {
      style = .words
      return
    }
    let finite = values.filter { $0.isFinite && $0 != 0 }.map(Swift.abs)
    guard !isWholeDType, let least = finite.min(), let greatest = finite.max() else {
      style = .whole
      return
    }
    if finite.allSatisfy({ $0 == $0.rounded() }), greatest < 1e6 {
      style = .whole
    } else if greatest / least > 1e6 {
      style = .scientific
    } else {
      let power = Int(Glibc.log10(greatest).rounded(.down))
      let scaled = power >= 5 || power < -3
      style = .fixed(
        decimals: NumberFormat.decimals(finite, scaled ? power : 0), exponent: scaled ? power : 0)
    }
  }

  /// The fewest decimals, up to four, that show every number as exactly as four would.
  private static func decimals(_ values: [Double], _ exponent: Int) -> Int {
    let scale = Glibc.pow(10, Double(-exponent))
    for digits in 1..<4 {
      let unit = Glibc.pow(10, Double(digits))
      let isEnough = values.allSatisfy { value in
        let x = value * scale
        return Swift.abs((x * unit).rounded() / unit - x) < 5e-5
      }
      if isEnough { return digits }
    }
    return 4
  }

  func text(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    switch style {
    case .words: return value != 0 ? "true" : "false"
    case .whole:
      return value == 0 && value.sign == .minus && !isWholeDType ? "-0" : String(Int(value))
    case .fixed(let decimals, let exponent):
      return fixed(value * Glibc.pow(10, Double(-exponent)), decimals)
    case .scientific: return scientific(value)
    }
  }
}

/// A number with a given count of decimals, as printf's %.*f.
func fixed(_ value: Double, _ decimals: Int) -> String { formatted("%.*f", decimals, value) }

/// A number with its own exponent and four decimals.
private func scientific(_ value: Double) -> String { formatted("%.*e", 4, value) }

private func formatted(_ format: String, _ digits: Int, _ value: Double) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  let capacity = buffer.count
  let length = withVaList([Int32(digits), value]) { vsnprintf(&buffer, capacity, format, $0) }
  return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension Tensor: CustomStringConvertible {
  /// Elements above this are cut to the first and last of each dimension.
  private static let printedElements = 1000
  private static let edge = 3

  /// The elements in aligned columns, then `[f32 2x3]`.
  public var description: String { text(width: 80) }

  /// The elements in aligned columns of at most `width` characters, then `[f32 2x3]`.
  ///
  /// Past 1,000 elements only three at each end of a dimension stand, with `…` between. Columns that
  /// do not fit go to further parts, each headed by their numbers, which count from 1.
  public func text(width: Int) -> String {
    var printer = TensorPrinter(
      self, width: width, edge: count > Tensor.printedElements ? Tensor.edge : nil)
    return printer.text()
  }
}

/// Writes one tensor.
private struct TensorPrinter {
  private let tensor: Tensor
  private let width: Int
  /// How many places at each end of a dimension stand; nil for all.
  private let edge: Int?
  private var lines: [String] = []

  init(_ tensor: Tensor, width: Int, edge: Int?) {
    self.tensor = tensor
    self.width = width
    self.edge = edge
  }

  private func places(_ size: Int) -> [Int?] {
    guard let edge, size > 2 * edge else { return (0..<size).map { $0 } }
    return (0..<edge).map { $0 } + [nil] + ((size - edge)..<size).map { $0 }
  }

  /// The values that will stand, for choosing a format.
  private func shown() -> [Double] {
    var view = tensor
    for dim in 0..<tensor.rank {
      let kept = places(tensor.shape[dim]).compactMap { $0 }
      if kept.count == tensor.shape[dim] { continue }
      if let index = try? Tensor(kept), let picked = try? view.indexSelect(dim, index) {
        view = picked
      }
    }
    return view.doubles
  }

  mutating func text() -> String {
    if tensor.dtype == .i64, tensor.count > 0, tensor.count <= 1000 { return wide() }
    if tensor.count > 0 {
      let format = NumberFormat(shown(), dtype: tensor.dtype)
      if format.exponent != 0 {
        lines.append("1e\(format.exponent >= 0 ? "+" : "")\(format.exponent) *")
      }
      write(tensor, [], format)
    }
    lines.append("[\(tensor.summary)]")
    return lines.joined(separator: "\n")
  }

  /// 64-bit integers are written from themselves: a double has 53 bits.
  private mutating func wide() -> String {
    var printer = self
    printer.lines = []
    let format = NumberFormat([0], dtype: .i64)
    printer.write(tensor, [], format)
    printer.lines.append("[\(tensor.summary)]")
    return printer.lines.joined(separator: "\n")
  }

  private func cells(_ row: Tensor, _ format: NumberFormat) -> [String] {
    let whole = row.dtype == .i64 ? row.integers.map(String.init) : row.doubles.map(format.text)
    return row.rank == 0 ? whole : places(row.shape[0]).map { $0.map { whole[$0] } ?? "…" }
  }

  private mutating func write(_ block: Tensor, _ at: [Int], _ format: NumberFormat) {
    if block.rank <= 2 {
      if !at.isEmpty {
        if !lines.isEmpty, lines.last != "" { lines.append("") }
        lines.append("(\(at.map { String($0 + 1) }.joined(separator: ", ")), :, :)")
      }
      writeRows(block, format)
      return
    }
    for place in places(block.shape[0]) {
      if let place, let part = try? block.selected(0, place) {
        write(part, at + [place], format)
      } else {
        lines += ["", "…"]
      }
    }
  }

  private mutating func writeRows(_ block: Tensor, _ format: NumberFormat) {
    var rows: [[String]] = []
    if block.rank < 2 {
      rows = [cells(block, format)]
    } else {
      for place in places(block.shape[0]) {
        if let place, let row = try? block.selected(0, place) {
          rows.append(cells(row, format))
        } else {
          rows.append([])
        }
      }
    }
    let columns = rows.map(\.count).max() ?? 0
    let widest = rows.joined().map(\.displayWidth).max() ?? 1
    let perPart = Swift.max(1, (width - 1) / (widest + 2))
    if block.rank < 2, columns > perPart {
      // A list wraps.
      for start in stride(from: 0, to: columns, by: perPart) {
        lines.append(line(Array(rows[0][start..<Swift.min(columns, start + perPart)]), widest))
      }
      return
    }
    for start in stride(from: 0, to: columns, by: perPart) {
      let end = Swift.min(columns, start + perPart)
      if columns > perPart { lines.append("columns \(start + 1) to \(end)") }
      for row in rows { lines.append(row.isEmpty ? " …" : line(Array(row[start..<end]), widest)) }
    }
  }

  private func line(_ cells: [String], _ widest: Int) -> String {
    cells.map { " " + $0.padded(toWidth: widest, alignRight: true) }.joined(separator: " ")
  }
}
