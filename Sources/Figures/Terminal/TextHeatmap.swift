import Base

/// Draws a heat map into terminal cells: colours on the ground, or shades where there are none.
struct TextHeatmap {
  private let map: Heatmap
  private let colors: ResolvedColors
  private let paint: TextPaint
  private let rows, columns: Int
  private let width, height: Int

  init(_ map: Heatmap, width: Int, height: Int?, color: TerminalColor) {
    self.map = map
    colors = ResolvedColors(map)
    paint = TextPaint(color: color)
    (rows, columns) = (map.rows.count, map.columnCount)
    let colors = colors
    let texts = (0..<min(rows, 400)).lazy.flatMap { row in
      (0..<min(map.columnCount, 400)).lazy.compactMap { column in
        colors.value(row, column).map { NumberFormat.compact($0, digits: 2).displayWidth }
      }
    }
    valueWidth =
      !map.cellTexts.isEmpty
      ? min(11, (map.cellTexts.joined().map(\.displayWidth).max() ?? 1) + 1)
      : rows * columns <= 400 || map.showsValues == true ? (texts.max() ?? 1) + 1 : 2
    self.width = max(24, width)
    self.height = max(6, height ?? 40)
  }

  func draw() -> TextCanvas {
    var canvas = TextCanvas(width: width, color: paint.color)
    var y = TextHeading.put(title: map.title, subtitle: map.subtitle, in: &canvas)
    let rowNames = names(map.rowLabels, rows)
    let left = min(rowNames.map(\.displayWidth).max() ?? 0, width / 3) + 2
    if !map.y.title.isEmpty {
      canvas.put(map.y.title, x: 1, y: y, ink: paint.muted)
      y += 1
    }
    guard rows > 0, columns > 0 else {
      canvas.put("no data", x: 2, y: y)
      return canvas
    }
    let room = width - left - 1
    let columnNames = names(map.columnLabels, columns)
    if rows <= height, columns <= room {
      let size = cellWidth(columnNames, room: room)
      for row in 0..<rows {
        canvas.put(rowNames[row].truncated(toWidth: left - 2), endingAt: left - 2, y: y + row)
        for column in 0..<columns {
          draw(row, column, x: left + column * size, y: y + row, size: size, in: &canvas)
        }
      }
      putColumnNames(columnNames, x: left, y: y + rows, size: size, in: &canvas)
    } else {
      drawSmall(x: left, y: y, room: room, rowNames, in: &canvas)
    }
    if !map.x.title.isEmpty {
      canvas.put(map.x.title, x: left, y: canvas.height, ink: paint.muted)
    }
    drawKey(in: &canvas)
    TextHeading.putNotes(colors.notes, in: &canvas)
    return canvas
  }

  private func names(_ given: [String], _ count: Int) -> [String] {
    (0..<count).map {
      given.isEmpty ? String($0 + 1) : $0 < given.count ? given[$0].trimmed : ""
    }
  }

  /// Wide enough for the names where they are given and there is room, narrow otherwise.
  private func cellWidth(_ names: [String], room: Int) -> Int {
    let limit = room / columns
    let name = map.columnLabels.isEmpty ? 0 : (names.map(\.displayWidth).max() ?? 0) + 1
    let value = showsValues ? valueWidth : 2
    if !map.cellTexts.isEmpty { return max(1, min(limit, max(value, min(name, 11), 2))) }
    return max(1, min(limit, max(value, min(name, 9), 2)))
  }

  /// The columns that the widest value takes with a space: all are shown, or none.
  private let valueWidth: Int

  private var showsValues: Bool {
    !map.cellTexts.isEmpty || paint.color != .none && (map.showsValues ?? (rows * columns <= 400))
  }

  private func draw(
    _ row: Int, _ column: Int, x: Int, y: Int, size: Int, in canvas: inout TextCanvas
  ) {
    guard let fraction = colors.fraction(row, column), let value = colors.value(row, column) else {
      return canvas.put(String(repeating: "·", count: size), x: x, y: y, ink: paint.muted)
    }
    if !map.cellTexts.isEmpty {
      return drawText(map.cellText(row, column), fraction, x: x, y: y, size: size, in: &canvas)
    }
    guard paint.color != .none else {
      return canvas.put(String(repeating: Self.shade(fraction), count: size), x: x, y: y)
    }
    let ground = colors.ramp.color(at: fraction)
    let text = NumberFormat.compact(value, digits: 2)
    let fits = size >= valueWidth && showsValues
    let shown =
      fits
      ? text.padded(toWidth: text.displayWidth + (size - text.displayWidth) / 2, alignRight: true)
      : ""
    canvas.put(
      shown.padded(toWidth: size), x: x, y: y,
      ink: ground.brightness > 0.55 ? Color(0x14181D) : Color(0xFFFFFF), ground: ground)
  }

  /// A text on its colour; without colours a shade stands behind it.
  private func drawText(
    _ text: String, _ fraction: Double, x: Int, y: Int, size: Int, in canvas: inout TextCanvas
  ) {
    guard paint.color != .none else {
      let shade = String(Self.shade(fraction))
      return canvas.put(
        text.truncated(toWidth: size - 1).padded(toWidth: size - 1) + shade, x: x, y: y)
    }
    let ground = colors.ramp.color(at: fraction)
    canvas.put(
      text.truncated(toWidth: size - 1).padded(toWidth: size), x: x, y: y,
      ink: ground.brightness > 0.55 ? Color(0x14181D) : Color(0xFFFFFF), ground: ground)
  }

  /// Five shades from nothing to full.
  static func shade(_ fraction: Double) -> Character {
    Array(" ░▒▓█")[min(4, max(0, Int(fraction * 5)))]
  }

  private func putColumnNames(
    _ names: [String], x: Int, y: Int, size: Int, in canvas: inout TextCanvas
  ) {
    let widest = names.map(\.displayWidth).max() ?? 0
    if map.columnLabels.isEmpty || widest <= size {
      let every = MatrixNames(map.columnLabels, count: columns).shown(
        every: (widest + 1 + size - 1) / size)
      for index in every {
        let text = names[index]
        let start = x + index * size + max(0, (size - text.displayWidth) / 2)
        canvas.put(text, x: min(start, canvas.width - text.displayWidth), y: y)
      }
      return
    }
    if size >= 5 {
      for (index, name) in names.enumerated() {
        canvas.put(name.truncated(toWidth: size - 1), x: x + index * size, y: y)
      }
      return
    }
    // Names wider than their cell run downwards, letter by letter.
    for (index, name) in names.enumerated() {
      let letters = name.filter { $0 != " " }.prefix(8)
      for (depth, letter) in letters.enumerated() where letter.displayWidth <= max(size, 1) {
        canvas.put(
          String(letter), x: x + index * size + (size - letter.displayWidth) / 2, y: y + depth)
      }
    }
  }

  /// Means over blocks; two rows of the picture in one line where there are colours.
  private func drawSmall(
    x: Int, y: Int, room: Int, _ rowNames: [String], in canvas: inout TextCanvas
  ) {
    let hasColor = paint.color != .none
    let w = min(columns, room)
    // A terminal cell is about twice as high as it is wide.
    let wanted = max(1, rows * w / max(1, columns))
    let lines = max(1, min(height, (min(wanted, rows) + 1) / 2))
    let h = hasColor ? min(rows, lines * 2) : min(rows, lines)
    func fraction(_ row: Int, _ column: Int) -> Double? {
      guard row < h else { return nil }
      return colors.mean(
        rows: ResolvedColors.block(row, of: h, over: rows),
        columns: ResolvedColors.block(column, of: w, over: columns))
    }
    for line in 0..<(hasColor ? (h + 1) / 2 : h) {
      let first = ResolvedColors.block(hasColor ? line * 2 : line, of: h, over: rows).lowerBound
      if line % 4 == 0 { canvas.put(rowNames[first], endingAt: x - 2, y: y + line) }
      for column in 0..<w {
        if hasColor {
          let (top, bottom) = (fraction(line * 2, column), fraction(line * 2 + 1, column))
          canvas.put(
            "▀", x: x + column, y: y + line, ink: top.map(colors.ramp.color) ?? Color(0x5A636D),
            ground: bottom.map(colors.ramp.color))
        } else {
          let mean = fraction(line, column)
          canvas.put(String(mean.map(Self.shade) ?? "·"), x: x + column, y: y + line)
        }
      }
    }
    canvas.put("1", x: x, y: canvas.height)
    canvas.put(String(columns), endingAt: x + w - 1, y: canvas.height - 1)
    if w < columns || h < rows {
      TextHeading.putNotes(["\(rows)×\(columns) cells as means over \(h)×\(w)"], in: &canvas)
    }
  }

  private func drawKey(in canvas: inout TextCanvas) {
    let axis = ResolvedAxis(colors.axis.withNumericKind, scale: colors.scale, about: 2)
    let (low, high) = (axis.text(colors.scale.low), axis.text(colors.scale.high))
    let y = canvas.height
    canvas.put(low, x: 1, y: y)
    var x = 2 + low.displayWidth
    let steps = paint.color == .none ? 5 : 16
    for step in 0..<steps {
      let fraction = (Double(step) + 0.5) / Double(steps)
      if paint.color == .none {
        canvas.put(String(repeating: Self.shade(fraction), count: 2), x: x, y: y)
        x += 2
      } else {
        canvas.put(" ", x: x, y: y, ground: colors.ramp.color(at: fraction))
        x += 1
      }
    }
    canvas.put(high + "  " + axis.title, x: x + 1, y: y)
  }
}
