/// The cells of a heat map as colours: scale, ramp and what was left out.
struct ResolvedColors {
  let axis: Axis
  let scale: Scale
  let ramp: ColorRamp
  let notes: [String]
  private let rows: [[Double]]
  private let columns: Int

  init(_ heatmap: Heatmap) {
    rows = heatmap.rows
    columns = heatmap.columnCount
    let kind: Axis.Kind = heatmap.color.kind == .log ? .log : .linear
    var (low, high) = (Double.infinity, -Double.infinity)
    var (missing, notPositive) = (0, 0)
    for row in rows {
      missing += columns - row.count
      for value in row {
        if !value.isFinite {
          missing += 1
        } else if kind == .log, value <= 0 {
          notPositive += 1
        } else {
          low = min(low, value)
          high = max(high, value)
        }
      }
    }
    let isMixed = low < 0 && high > 0
    ramp = heatmap.ramp ?? (isMixed ? .diverging : .viridis)
    if ramp == .diverging, kind == .linear, low <= high {
      // Both signs get the same strength of colour.
      let reach = max(abs(low), abs(high))
      (low, high) = (-reach, reach)
    }
    if low > high { (low, high) = (kind == .log ? 1 : 0, kind == .log ? 10 : 1) }
    scale = Scale(
      kind: kind, low: heatmap.color.minimum ?? low, high: heatmap.color.maximum ?? high)
    axis = heatmap.color
    var notes: [String] = []
    if missing > 0 {
      notes.append("\(missing) \(missing == 1 ? "cell has" : "cells have") no value (grey)")
    }
    if notPositive > 0 { notes.append("\(notPositive) at or below 0 have no place on a log scale") }
    self.notes = notes
  }

  /// The value of a cell that has one.
  func value(_ row: Int, _ column: Int) -> Double? {
    guard row < rows.count, column < rows[row].count else { return nil }
    let value = rows[row][column]
    return scale.admits(value) ? value : nil
  }

  /// The fraction of the ramp at which a cell lies.
  func fraction(_ row: Int, _ column: Int) -> Double? {
    value(row, column).map { min(1, max(0, scale.fraction($0))) }
  }

  func color(_ row: Int, _ column: Int) -> Color? {
    fraction(row, column).map(ramp.color)
  }

  /// The mean place on the ramp over a block of cells; nil where none has a value.
  func mean(rows rowRange: Range<Int>, columns columnRange: Range<Int>) -> Double? {
    var (sum, count) = (0.0, 0)
    for row in rowRange {
      for column in columnRange {
        guard let fraction = fraction(row, column) else { continue }
        sum += fraction
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// The matrix as a picture of a size, each pixel the mean of its cells.
  func image(width: Int, height: Int) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      let rowRange = Self.block(y, of: height, over: rows.count)
      for x in 0..<width {
        let fraction = mean(rows: rowRange, columns: Self.block(x, of: width, over: columns))
        // Index 255 is the grey of "no value".
        pixels[y * width + x] = fraction.map { UInt8(($0 * 254).rounded()) } ?? 255
      }
    }
    let palette = (0..<255).map { ramp.color(at: Double($0) / 254) } + [Color(0x8C959F)]
    return IndexedPNG.encode(pixels: pixels, width: width, height: height, palette: palette)
  }

  /// The cells that the k-th of so many blocks covers, at least one.
  static func block(_ index: Int, of blocks: Int, over count: Int) -> Range<Int> {
    let start = index * count / blocks
    return start..<max(start + 1, (index + 1) * count / blocks)
  }
}
