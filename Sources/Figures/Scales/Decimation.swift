/// Fewer points that draw the same picture.
enum Decimation {
  /// Keeps of each column of pixels the first, lowest, highest and last point of a path.
  ///
  /// `points` are in pixels, in any order along x; the result is never longer. Columns are counted
  /// from the points' own x, so a path that runs back and forth keeps its shape.
  static func path(_ points: [Point], columnsPerPixel: Double = 1) -> [Point] {
    guard points.count > 4 else { return points }
    var kept: [Point] = []
    var start = 0
    while start < points.count {
      let column = (points[start].x * columnsPerPixel).rounded(.down)
      var end = start + 1
      var (lowest, highest) = (start, start)
      while end < points.count, (points[end].x * columnsPerPixel).rounded(.down) == column {
        if points[end].y < points[lowest].y { lowest = end }
        if points[end].y > points[highest].y { highest = end }
        end += 1
      }
      for index in Set([start, lowest, highest, end - 1]).sorted() { kept.append(points[index]) }
      start = end
    }
    return kept
  }

  /// Counts points in square cells; cells without points are absent.
  static func density(_ points: [Point], cell: Double) -> [(column: Int, row: Int, count: Int)] {
    var counts: [Int64: Int] = [:]
    for point in points {
      let column = Int64((point.x / cell).rounded(.down))
      let row = Int64((point.y / cell).rounded(.down))
      counts[column << 32 | (row & 0xFFFF_FFFF), default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { key, count in
      (Int(key >> 32), Int(Int32(truncatingIfNeeded: key)), count)
    }
  }
}
