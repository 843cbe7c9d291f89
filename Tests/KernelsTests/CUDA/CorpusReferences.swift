import Foundation

/// What the programs of the corpus must compute, as plain loops in double.
enum CorpusReference {
  /// What a reference is given: arrays by name and numbers.
  struct Arguments {
    let arrays: [[Double]]
    let numbers: [Double]

    /// A number as a count.
    func count(_ index: Int) -> Int { Int(numbers[index]) }
  }

  /// Computes a reference by its name; nil for a name that is unknown.
  static func value(_ name: String, _ arguments: Arguments) -> [Double]? {
    all[name]?(arguments)
  }

  typealias Function = @Sendable (Arguments) -> [Double]

  private static let all: [String: Function] = linearAlgebra.merging(folds) { a, _ in a }
    .merging(grids) { a, _ in a }.merging(networks) { a, _ in a }.merging(others) { a, _ in a }
    .merging(numerics) { a, _ in a }.merging(counting) { a, _ in a }

  // MARK: Linear algebra

  private static func multiply(_ a: [Double], _ b: [Double], _ m: Int, _ n: Int, _ k: Int)
    -> [Double]
  {
    (0..<m * n).map { index in
      (0..<k).reduce(0.0) { $0 + a[index / n * k + $1] * b[$1 * n + index % n] }
    }
  }

  private static let linearAlgebra: [String: Function] = [
    "gemm": { multiply($0.arrays[0], $0.arrays[1], $0.count(0), $0.count(1), $0.count(2)) },
    "gemm_axpby": { a in
      let product = multiply(a.arrays[0], a.arrays[1], a.count(0), a.count(1), a.count(2))
      return zip(product, a.arrays[2]).map { a.numbers[3] * $0 + a.numbers[4] * $1 }
    },
    "transpose": { a in
      let (rows, columns) = (a.count(0), a.count(1))
      return (0..<rows * columns).map { a.arrays[0][$0 % rows * columns + $0 / rows] }
    },
    "spmv": { a in
      let (start, column, value, x) = (a.arrays[0], a.arrays[1], a.arrays[2], a.arrays[3])
      return (0..<start.count - 1).map { row in
        (Int(start[row])..<Int(start[row + 1])).reduce(0.0) { $0 + value[$1] * x[Int(column[$1])] }
      }
    },
    "axpy": { a in zip(a.arrays[0], a.arrays[1]).map { a.numbers[0] * $0 + $1 } },
    "add": { a in zip(a.arrays[0], a.arrays[1]).map { $0 + $1 } },
    "scale": { a in a.arrays[0].map { $0 * a.numbers[0] } },
    "affine": { a in a.arrays[0].map { $0 * a.numbers[0] + a.numbers[1] } },
    "dot": { a in [zip(a.arrays[0], a.arrays[1]).reduce(0) { $0 + $1.0 * $1.1 }] },
    "byte_dots": { a in
      func bytes(_ word: Double) -> [Double] {
        let bits = UInt32(bitPattern: Int32(word))
        return (0..<4).map { Double(Int8(truncatingIfNeeded: bits >> (8 * UInt32($0)))) }
      }
      let words = a.count(0)
      return (0..<a.arrays[0].count / words).map { row in
        (row * words..<(row + 1) * words).reduce(0.0) { sum, i in
          sum + zip(bytes(a.arrays[0][i]), bytes(a.arrays[1][i])).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
    },
  ]

  // MARK: Reductions, scans and sorting

  private static let folds: [String: Function] = [
    "sum": { [$0.arrays[0].reduce(0, +)] },
    "maximum": { [$0.arrays[0].max() ?? 0] },
    "block_sums": { a in
      stride(from: 0, to: a.arrays[0].count, by: a.count(0)).map { start in
        a.arrays[0][start..<min(start + a.count(0), a.arrays[0].count)].reduce(0, +)
      }
    },
    "strided_sums": { a in
      let (block, blocks) = (a.count(0), a.count(1))
      return (0..<blocks).map { which in
        a.arrays[0].enumerated().filter { $0.offset / block % blocks == which }
          .reduce(0) { $0 + $1.element }
      }
    },
    "row_argmax": { a in
      (0..<a.count(0)).map { row in
        let values = a.arrays[0][row * a.count(1)..<(row + 1) * a.count(1)]
        return Double((values.firstIndex(of: values.max() ?? 0) ?? 0) - values.startIndex)
      }
    },
    "inclusive_scan": { a in
      var sum = 0.0
      return a.arrays[0].map { value in
        sum += value
        return sum
      }
    },
    "exclusive_scan": { a in
      var sum = 0.0
      return a.arrays[0].map { value in
        defer { sum += value }
        return sum
      }
    },
    "segmented_scan": { a in
      var sum = 0.0
      return zip(a.arrays[0], a.arrays[1]).map { value, flag in
        sum = flag != 0 ? value : sum + value
        return sum
      }
    },
    "positives": { a in
      let kept = a.arrays[0].filter { $0 > 0 }
      return kept + Array(repeating: 0, count: a.arrays[0].count - kept.count)
    },
    "count_positive": { [Double($0.arrays[0].filter { $0 > 0 }.count)] },
    "sorted": { $0.arrays[0].sorted() },
    "histogram": { a in
      var bins = [Double](repeating: 0, count: a.count(0))
      for value in a.arrays[0] { bins[Int(value)] += 1 }
      return bins
    },
    "byte_histogram": { a in
      var bins = [Double](repeating: 0, count: 256)
      for word in a.arrays[0] { for shift in 0..<4 { bins[Int(word) >> (8 * shift) & 255] += 1 } }
      return bins
    },
    "scatter_add": { a in
      var sums = [Double](repeating: 0, count: a.count(0) * a.count(1))
      for (row, target) in a.arrays[1].enumerated() {
        for c in 0..<a.count(1) {
          sums[Int(target) * a.count(1) + c] += a.arrays[0][row * a.count(1) + c]
        }
      }
      return sums
    },
  ]

  // MARK: Grids

  private static let grids: [String: Function] = [
    "window_sums": { a in
      (0...a.arrays[0].count - a.count(0)).map { a.arrays[0][$0..<$0 + a.count(0)].reduce(0, +) }
    },
    "jacobi": { a in
      let (u, n) = (a.arrays[0], a.count(0))
      return u.indices.map { i in
        let (row, column) = (i / n, i % n)
        let isEdge = row == 0 || column == 0 || row == n - 1 || column == n - 1
        return isEdge ? u[i] : 0.25 * (u[i - n] + u[i + n] + u[i - 1] + u[i + 1])
      }
    },
    "heat3d": { a in
      let (u, depth, height, width) = (a.arrays[0], a.count(0), a.count(1), a.count(2))
      return u.indices.map { i in
        let (x, y, z) = (i % width, i / width % height, i / (width * height))
        let isInside =
          x > 0 && x < width - 1 && y > 0 && y < height - 1 && z > 0 && z < depth - 1
        guard isInside else { return u[i] }
        let plane = width * height
        let around = u[i - 1] + u[i + 1] + u[i - width] + u[i + width] + u[i - plane] + u[i + plane]
        return u[i] + a.numbers[3] * (around - 6 * u[i])
      }
    },
    "life": { a in
      let (cells, n) = (a.arrays[0], a.count(0))
      return cells.indices.map { i in
        var alive = 0.0
        for dy in -1...1 {
          for dx in -1...1 where dx != 0 || dy != 0 {
            alive += cells[(i / n + dy + n) % n * n + (i % n + dx + n) % n]
          }
        }
        return alive == 3 || (alive == 2 && cells[i] == 1) ? 1 : 0
      }
    },
    "sobel": { a in
      let (image, width, height) = (a.arrays[0], a.count(0), a.count(1))
      return image.indices.map { i in
        let (x, y) = (i % width, i / width)
        guard x > 0, y > 0, x < width - 1, y < height - 1 else { return 0 }
        func p(_ dx: Int, _ dy: Int) -> Double { image[(y + dy) * width + x + dx] }
        let gx = p(1, -1) + 2 * p(1, 0) + p(1, 1) - p(-1, -1) - 2 * p(-1, 0) - p(-1, 1)
        let gy = p(-1, 1) + 2 * p(0, 1) + p(1, 1) - p(-1, -1) - 2 * p(0, -1) - p(1, -1)
        return min(abs(gx) + abs(gy), 255)
      }
    },
    "convolve_rows": { a in
      let (weights, width) = ([0.0625, 0.25, 0.375, 0.25, 0.0625], a.count(1))
      return a.arrays[0].indices.map { i in
        (-2...2).reduce(0.0) { sum, j in
          let x = i % width + j
          return x >= 0 && x < width ? sum + weights[2 - j] * a.arrays[0][i + j] : sum
        }
      }
    },
    "conv2d": { a in
      let (channels, filters, size, radius) = (a.count(0), a.count(1), a.count(2), a.count(3))
      let out = size - radius + 1
      return (0..<filters * out * out).map { index in
        let (filter, row, column) = (index / (out * out), index / out % out, index % out)
        var sum = 0.0
        for c in 0..<channels {
          for i in 0..<radius {
            for j in 0..<radius {
              sum +=
                a.arrays[0][(c * size + row + i) * size + column + j]
                * a.arrays[1][((filter * channels + c) * radius + i) * radius + j]
            }
          }
        }
        return sum
      }
    },
    "shortest_paths": { a in
      var d = a.arrays[0]
      let n = a.count(0)
      for k in 0..<n {
        for i in 0..<n {
          for j in 0..<n { d[i * n + j] = min(d[i * n + j], d[i * n + k] + d[k * n + j]) }
        }
      }
      return d
    },
    "cheapest_path": { a in
      let width = a.count(1)
      var best = Array(a.arrays[0][0..<width])
      for row in 1..<a.count(0) {
        best = (0..<width).map { x in
          best[max(x - 1, 0)...min(x + 1, width - 1)].min().map {
            $0 + a.arrays[0][row * width + x]
          } ?? 0
        }
      }
      return best
    },
  ]

  // MARK: Networks

  private static func rows(
    _ values: [Double], _ count: Int, _ width: Int, _ body: ([Double]) -> [Double]
  ) -> [Double] {
    (0..<count).flatMap { body(Array(values[$0 * width..<($0 + 1) * width])) }
  }

  private static func softmax(_ row: [Double]) -> [Double] {
    let top = row.max() ?? 0
    let sum = row.reduce(0) { $0 + exp($1 - top) }
    return row.map { exp($0 - top) / sum }
  }

  private static func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  private static func moments(_ row: [Double]) -> (mean: Double, rstd: Double) {
    let mean = row.reduce(0, +) / Double(row.count)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
    return (mean, 1 / (variance + 1e-5).squareRoot())
  }

  private static let networks: [String: Function] = [
    "softmax": { a in rows(a.arrays[0], a.count(0), a.count(1), softmax) },
    "log_softmax": { a in rows(a.arrays[0], a.count(0), a.count(1)) { softmax($0).map { log($0) } }
    },
    "crossentropy": { a in
      let logs = rows(a.arrays[0], a.count(0), a.count(1)) { softmax($0).map { -log($0) } }
      return a.arrays[1].enumerated().map { logs[$0.offset * a.count(1) + Int($0.element)] }
    },
    "layernorm": { a in
      rows(a.arrays[0], a.count(0), a.count(1)) { row in
        let (mean, rstd) = moments(row)
        return row.enumerated().map {
          ($0.element - mean) * rstd * a.arrays[1][$0.offset] + a.arrays[2][$0.offset]
        }
      }
    },
    "layernorm_dinp": { a in
      let (dout, inp, weight, width) = (a.arrays[0], a.arrays[1], a.arrays[2], a.count(1))
      return (0..<a.count(0)).flatMap { row in
        let x = Array(inp[row * width..<(row + 1) * width])
        let (mean, rstd) = moments(x)
        let dnorm = (0..<width).map { weight[$0] * dout[row * width + $0] }
        let norm = x.map { ($0 - mean) * rstd }
        let first = dnorm.reduce(0, +) / Double(width)
        let second = zip(dnorm, norm).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
        return (0..<width).map { (dnorm[$0] - first - norm[$0] * second) * rstd }
      }
    },
    "rmsnorm": { a in
      rows(a.arrays[0], a.count(0), a.count(1)) { row in
        let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(row.count) + 1e-5).squareRoot()
        return row.enumerated().map { $0.element * scale * a.arrays[1][$0.offset] }
      }
    },
    "causal_scores": { a in
      let (heads, steps, width) = (a.count(0), a.count(1), a.count(2))
      return (0..<heads * steps * steps).map { index in
        let (h, t, s) = (index / (steps * steps), index / steps % steps, index % steps)
        guard s <= t else { return -.infinity }
        let dot = (0..<width).reduce(0.0) {
          $0 + a.arrays[0][(h * steps + t) * width + $1] * a.arrays[1][(h * steps + s) * width + $1]
        }
        return dot / Double(width).squareRoot()
      }
    },
    "attention": { a in
      let (n, width) = (a.count(0), a.count(1))
      return (0..<n).flatMap { row -> [Double] in
        let scores = (0..<n).map { key in
          (0..<width).reduce(0.0) {
            $0 + a.arrays[0][row * width + $1] * a.arrays[1][key * width + $1]
          }
            / Double(width).squareRoot()
        }
        let weights = softmax(scores)
        return (0..<width).map { i in
          (0..<n).reduce(0.0) { $0 + weights[$1] * a.arrays[2][$1 * width + i] }
        }
      }
    },
    "gelu": { a in a.arrays[0].map(gelu) },
    "adamw": { a in
      let n = a.numbers
      return a.arrays[0].indices.map { i in
        let grad = a.arrays[1][i]
        let m = (n[1] * a.arrays[2][i] + (1 - n[1]) * grad) / n[3]
        let v = (n[2] * a.arrays[3][i] + (1 - n[2]) * grad * grad) / n[4]
        let old = a.arrays[0][i]
        return old - n[0] * (m / (v.squareRoot() + n[5]) + n[6] * old)
      }
    },
    "embed": { a in
      let (batch, steps, width) = (a.count(0), a.count(1), a.count(2))
      return (0..<batch * steps * width).map { index in
        let (token, c) = (index / width, index % width)
        return a.arrays[1][Int(a.arrays[0][token]) * width + c]
          + a.arrays[2][token % steps * width + c]
      }
    },
    "rope": { a in
      let dim = a.count(1)
      var q = a.arrays[0]
      for position in 0..<a.count(0) {
        for pair in 0..<dim / 2 {
          let angle = Double(position) * pow(a.numbers[2], -2 * Double(pair) / Double(dim))
          let place = position * dim + 2 * pair
          let (x, y) = (q[place], q[place + 1])
          q[place] = x * cos(angle) - y * sin(angle)
          q[place + 1] = x * sin(angle) + y * cos(angle)
        }
      }
      return q
    },
    "half_mix": { a in
      zip(a.arrays[0], a.arrays[1]).map { x, y in
        let z = x * y + x / y - y
        return abs(x > 0 ? z + x.squareRoot() : z)
      }
    },
    "row_scale": { a in
      (0..<a.count(0)).map { row in
        a.arrays[0][row * a.count(1)..<(row + 1) * a.count(1)].reduce(0) { max($0, abs($1)) } / 127
      }
    },
  ]

  // MARK: Others

  private static let others: [String: Function] = [
    "gravity": { a in
      let p = a.arrays[0]
      return (0..<a.count(0)).flatMap { i -> [Double] in
        var force = [0.0, 0.0, 0.0, 0.0]
        for j in 0..<a.count(0) {
          let d = (0..<3).map { p[4 * j + $0] - p[4 * i + $0] }
          let square = d.reduce(1e-3) { $0 + $1 * $1 }
          for axis in 0..<3 {
            force[axis] += d[axis] * p[4 * j + 3] / (square * square.squareRoot())
          }
        }
        return force
      }
    },
    "black_scholes": { a in
      a.arrays[0].indices.map { i in
        let (price, strike, years) = (a.arrays[0][i], a.arrays[1][i], a.arrays[2][i])
        let spread = a.numbers[1] * years.squareRoot()
        let d1 =
          (log(price / strike) + (a.numbers[0] + 0.5 * a.numbers[1] * a.numbers[1]) * years)
          / spread
        func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
        return price * normal(d1) - strike * exp(-a.numbers[0] * years) * normal(d1 - spread)
      }
    },
    "xorshift_hits": { a in
      (0..<a.count(2)).map { thread in
        var state = UInt32(a.count(1)) &+ UInt32(thread) &* 7919
        func next() -> Float {
          state ^= state << 13
          state ^= state >> 17
          state ^= state << 5
          return Float(state >> 8) * (1 / 16_777_216)
        }
        return (0..<a.count(0)).reduce(0.0) { hits, _ in
          let (x, y) = (next(), next())
          return x * x + y * y <= 1 ? hits + 1 : hits
        }
      }
    },
    "mandelbrot": { a in
      let size = a.count(0)
      return (0..<size * size).map { index in
        let (cr, ci) = (-2 + Float(index % size) * 0.09375, -1.5 + Float(index / size) * 0.09375)
        var (zr, zi): (Float, Float) = (0, 0)
        var steps = 0
        while steps < a.count(1), zr * zr + zi * zi <= 4 {
          (zr, zi) = (zr * zr - zi * zi + cr, zi * zr + zr * zi + ci)
          steps += 1
        }
        return Double(steps)
      }
    },
    "dft": { a in
      let n = a.count(0)
      return (0..<n).flatMap { k -> [Double] in
        var (re, im) = (0.0, 0.0)
        for t in 0..<n {
          let angle = -2 * Double.pi * Double(k * t % n) / Double(n)
          re += a.arrays[0][2 * t] * cos(angle) - a.arrays[0][2 * t + 1] * sin(angle)
          im += a.arrays[0][2 * t] * sin(angle) + a.arrays[0][2 * t + 1] * cos(angle)
        }
        return [re, im]
      }
    },
    "nearest": { a in
      let width = a.count(2)
      return (0..<a.count(0)).map { point in
        let distances = (0..<a.count(1)).map { centre in
          (0..<width).reduce(0.0) {
            let d = a.arrays[0][point * width + $1] - a.arrays[1][centre * width + $1]
            return $0 + d * d
          }
        }
        return Double(distances.firstIndex(of: distances.min() ?? 0) ?? 0)
      }
    },
    "local_alignment": { a in
      let (s, t) = (a.arrays[0], a.arrays[1])
      var best = 0.0
      var above = [Double](repeating: 0, count: t.count + 1)
      for i in s.indices {
        var row = [0.0]
        for j in t.indices {
          let match = above[j] + (s[i] == t[j] ? 2 : -1)
          row.append(max(0, match, above[j + 1] - 1, row[j] - 1))
        }
        best = max(best, row.max() ?? 0)
        above = row
      }
      return [best]
    },
  ]
}
