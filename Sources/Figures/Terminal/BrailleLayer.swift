/// Dots of 2×4 to a terminal cell.
struct BrailleLayer {
  let columns, rows: Int
  private var masks: [UInt8]
  private var inks: [Color?]

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    masks = Array(repeating: 0, count: columns * rows)
    inks = Array(repeating: nil, count: columns * rows)
  }

  /// The bits of a braille pattern by column and row of the dot (Unicode 2800 to 28FF).
  private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  /// Sets the dot at a place, if it lies inside.
  mutating func dot(_ x: Int, _ y: Int, _ ink: Color?) {
    guard x >= 0, y >= 0, x < columns * 2, y < rows * 4 else { return }
    let index = y / 4 * columns + x / 2
    masks[index] |= Self.bits[x % 2][y % 4]
    inks[index] = ink
  }

  /// Sets the dots between two points given in dots; `phase` counts along dashes.
  mutating func line(
    from a: Point, to b: Point, _ ink: Color?, dashes: [Int], phase: inout Int
  ) {
    guard let (a, b) = clipped(a, b) else { return }
    let steps = max(1, Int(max(abs(b.x - a.x), abs(b.y - a.y)).rounded(.up)))
    let cycle = dashes.reduce(0, +)
    for step in 0...steps {
      let t = Double(step) / Double(steps)
      if cycle == 0 || Self.isOn(phase % cycle, dashes) {
        dot(
          Int((a.x + (b.x - a.x) * t).rounded()), Int((a.y + (b.y - a.y) * t).rounded()), ink)
      }
      if step > 0 { phase += 1 }
    }
  }

  private static func isOn(_ place: Int, _ dashes: [Int]) -> Bool {
    var place = place
    for (index, length) in dashes.enumerated() {
      if place < length { return index % 2 == 0 }
      place -= length
    }
    return true
  }

  /// The part of a line inside the layer and one dot around it (Liang and Barsky).
  private func clipped(_ a: Point, _ b: Point) -> (Point, Point)? {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    var (enter, leave) = (0.0, 1.0)
    let (right, bottom) = (Double(columns * 2), Double(rows * 4))
    for (p, q) in [(-dx, a.x + 1), (dx, right - a.x), (-dy, a.y + 1), (dy, bottom - a.y)] {
      if p == 0 {
        if q < 0 { return nil }
      } else if p < 0 {
        enter = max(enter, q / p)
      } else {
        leave = min(leave, q / p)
      }
    }
    guard enter <= leave else { return nil }
    return (
      Point(x: a.x + enter * dx, y: a.y + enter * dy),
      Point(x: a.x + leave * dx, y: a.y + leave * dy)
    )
  }

  /// Writes the cells that have dots.
  func draw(in canvas: inout TextCanvas, x: Int, y: Int) {
    for row in 0..<rows {
      for column in 0..<columns where masks[row * columns + column] != 0 {
        let index = row * columns + column
        guard let scalar = Unicode.Scalar(0x2800 + UInt32(masks[index])) else { continue }
        canvas.put(String(Character(scalar)), x: x + column, y: y + row, ink: inks[index])
      }
    }
  }
}
