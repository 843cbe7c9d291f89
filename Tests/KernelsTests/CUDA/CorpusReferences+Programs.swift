import Foundation

/// References of single programs: numbers first, then whole numbers.
extension CorpusReference {
  static let numerics: [String: Function] = [
    "segmented_warp_sums": { a in
      var sum = 0.0
      return a.arrays[1].enumerated().map { index, value in
        if index % 32 == 0 || a.arrays[0][index] == 0 { sum = 0 }
        sum += value
        return sum
      }
    },
    "seven_point": { a in
      let (nx, ny) = (a.count(0), a.count(1))
      let nz = a.count(2)
      func at(_ x: Int, _ y: Int, _ z: Int) -> Double {
        (0..<nx).contains(x) && (0..<ny).contains(y) && (0..<nz).contains(z)
          ? a.arrays[0][(z * ny + y) * nx + x] : 0
      }
      return (0..<nx * ny * nz).map { index in
        let (x, y, z) = (index % nx, index / nx % ny, index / (nx * ny))
        let around =
          at(x - 1, y, z) + at(x + 1, y, z) + at(x, y - 1, z) + at(x, y + 1, z)
          + at(x, y, z - 1) + at(x, y, z + 1)
        return a.numbers[3] * at(x, y, z) + a.numbers[4] * around
      }
    },
    "gemv_batched": { a in
      let (rows, columns) = (a.count(0), a.count(1))
      return (0..<a.arrays[0].count / columns).map { row in
        (0..<columns).reduce(0.0) {
          $0 + a.arrays[0][row * columns + $1] * a.arrays[1][row / rows * columns + $1]
        }
      }
    },
    "rmsnorm_sum": { a in
      let width = a.count(0)
      return stride(from: 0, to: a.arrays[0].count, by: width).flatMap { start -> [Double] in
        let row = (start..<start + width).map { a.arrays[0][$0] + a.arrays[1][$0] }
        let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-5).squareRoot()
        return row.enumerated().map { $0.element * scale * a.arrays[2][$0.offset] }
      }
    },
    "decode_attention": { a in
      let (length, width) = (a.count(0), a.count(1))
      return (0..<a.arrays[0].count / width).flatMap { head -> [Double] in
        let scores = (0..<length).map { t in
          (0..<width).reduce(0.0) {
            $0 + a.arrays[0][head * width + $1] * a.arrays[1][(head * length + t) * width + $1]
          } / Double(width).squareRoot()
        }
        let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
        let total = weights.reduce(0, +)
        return (0..<width).map { i in
          (0..<length).reduce(0.0) {
            $0 + weights[$1] * a.arrays[2][(head * length + $1) * width + i]
          } / total
        }
      }
    },
    "convolution_2d_zero": { a in
      let (width, height, radius) = (a.count(0), a.count(1), a.count(2))
      let side = 2 * radius + 1
      return (0..<width * height).map { index in
        var sum = 0.0
        for dy in 0..<side {
          for dx in 0..<side {
            let (x, y) = (index % width + dx - radius, index / width + dy - radius)
            guard (0..<width).contains(x), (0..<height).contains(y) else { continue }
            sum += a.arrays[0][y * width + x] * a.arrays[1][dy * side + dx]
          }
        }
        return sum
      }
    },
    "spmv_ell": { a in
      let (rows, width) = (a.count(0), a.count(1))
      return (0..<rows).map { row in
        (0..<width).reduce(0.0) { sum, slot in
          let column = Int(a.arrays[0][row + slot * rows])
          return column < 0 ? sum : sum + a.arrays[1][row + slot * rows] * a.arrays[2][column]
        }
      }
    },
    "nbody4": { a in
      let p = a.arrays[0]
      return (0..<a.count(0)).flatMap { i -> [Double] in
        var force = [0.0, 0.0, 0.0, p[4 * i + 3]]
        for j in 0..<a.count(0) {
          let d = (0..<3).map { p[4 * j + $0] - p[4 * i + $0] }
          let square = d.reduce(a.numbers[1]) { $0 + $1 * $1 }
          for axis in 0..<3 { force[axis] += d[axis] * p[4 * j + 3] / pow(square, 1.5) }
        }
        return force
      }
    },
    "fft_power": { a in
      let n = a.count(0)
      return (0..<a.arrays[0].count).map { index in
        let (start, k) = (index / n * n, index % n)
        var (re, im) = (0.0, 0.0)
        for t in 0..<n {
          let angle = -2 * Double.pi * Double(k * t % n) / Double(n)
          re += a.arrays[0][start + t] * cos(angle) - a.arrays[1][start + t] * sin(angle)
          im += a.arrays[0][start + t] * sin(angle) + a.arrays[1][start + t] * cos(angle)
        }
        return re * re + im * im
      }
    },
    "gemm_tf32": { a in
      func rounded(_ value: Double) -> Double {
        Double(Float(bitPattern: (Float(value).bitPattern &+ 0x1000) & 0xffff_e000))
      }
      let (m, n, k) = (a.count(0), a.count(1), a.count(2))
      return (0..<m * n).map { index in
        (0..<k).reduce(0.0) {
          $0 + rounded(a.arrays[0][index / n * k + $1]) * rounded(a.arrays[1][$1 * n + index % n])
        }
      }
    },
    "strided_pair_sums": { a in
      let (block, blocks) = (a.count(0), a.count(1))
      return (0..<blocks).map { number in
        a.arrays[0].enumerated().reduce(0.0) {
          $1.offset / (2 * block) % blocks == number ? $0 + $1.element : $0
        }
      }
    },
    "solved": { a in
      let n = a.count(0)
      return (0..<a.arrays[1].count / n).flatMap { system -> [Double] in
        var rows = (0..<n).map { row in
          (0..<n).map { a.arrays[0][(system * n + row) * n + $0] } + [a.arrays[1][system * n + row]]
        }
        for k in 0..<n {
          let best = (k..<n).max { abs(rows[$0][k]) < abs(rows[$1][k]) } ?? k
          rows.swapAt(k, best)
          for row in 0..<n where row != k {
            let factor = rows[row][k] / rows[k][k]
            for column in k...n { rows[row][column] -= factor * rows[k][column] }
          }
        }
        return (0..<n).map { rows[$0][n] / rows[$0][$0] }
      }
    },
  ]

  static let counting: [String: Function] = [
    "block_sorted": { a in
      stride(from: 0, to: a.arrays[0].count, by: a.count(0)).flatMap {
        a.arrays[0][$0..<$0 + a.count(0)].sorted()
      }
    },
    "byte_bins": { a in
      var bins = [Double](repeating: 0, count: 64)
      for word in a.arrays[0] {
        for shift in stride(from: 0, to: 32, by: 8) {
          bins[Int(UInt32(word) >> shift & 255) >> 2] += 1
        }
      }
      return bins
    },
    "sum_and_largest": { [$0.arrays[0].reduce(0, +), $0.arrays[0].max() ?? 0] },
    "pattern_count": { a in
      let text = a.arrays[0]
      let hits = (0..<text.count - 2).filter { Array(text[$0..<$0 + 3]) == [97, 98, 99] }
      return [Double(hits.count), Double(hits.last ?? 0)]
    },
    "bfs_levels": { a in
      var level = [Double](repeating: -1, count: a.arrays[0].count - 1)
      var (frontier, depth) = ([a.count(0)], 0.0)
      level[a.count(0)] = 0
      while !frontier.isEmpty {
        depth += 1
        var next: [Int] = []
        for v in frontier {
          for edge in Int(a.arrays[0][v])..<Int(a.arrays[0][v + 1]) {
            let w = Int(a.arrays[1][edge])
            if level[w] < 0 {
              level[w] = depth
              next.append(w)
            }
          }
        }
        frontier = next
      }
      return level
    },
    "token_counts": { a in
      let width = a.count(0)
      return (0..<a.arrays[0].count / width).flatMap { row -> [Double] in
        var (counts, last) = ([0.0, 0.0, 0.0, 0.0], 3)
        for value in a.arrays[0][row * width..<(row + 1) * width] {
          let c = Character(UnicodeScalar(UInt8(value)))
          var kind = c.isLetter || c == "_" ? 0 : c.isNumber ? 1 : c == " " ? 3 : 2
          if kind == 1, last == 0 { kind = 0 }
          // A mark counts as a blank, too: its case falls through.
          if kind >= 2 { counts[3] += 1 }
          if kind == 2 || kind < 2 && kind != last { counts[kind] += 1 }
          last = kind
        }
        return counts
      }
    },
    "edit_distances": { a in
      let n = a.count(0)
      return (0..<a.arrays[0].count / (2 * n)).map { pair in
        let s = a.arrays[0][2 * pair * n..<(2 * pair + 1) * n]
        let t = a.arrays[0][(2 * pair + 1) * n..<(2 * pair + 2) * n]
        var above = (0...n).map(Double.init)
        for (i, x) in s.enumerated() {
          var row = [Double(i + 1)]
          for (j, y) in t.enumerated() {
            row.append(min(row[j] + 1, above[j + 1] + 1, above[j] + (x == y ? 0 : 1)))
          }
          above = row
        }
        return above[n]
      }
    },
    "top_places": { a in
      let (width, most) = (a.count(0), a.count(1))
      return (0..<a.arrays[0].count / width).flatMap { row -> [Double] in
        let order = (0..<width).sorted {
          let (x, y) = (a.arrays[0][row * width + $0], a.arrays[0][row * width + $1])
          return x > y || (x == y && $0 < $1)
        }
        return order.prefix(most).map(Double.init)
      }
    },
  ]
}
