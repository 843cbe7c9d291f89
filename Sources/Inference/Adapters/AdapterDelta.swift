import Base
import CTensors

/// A low-rank addition to one matrix.
struct AdapterDelta: Sendable {
  /// `[rank, inputs]`.
  let a: WeightMatrix
  /// `[outputs, rank]`, with the scale multiplied in.
  let b: WeightMatrix

  var rank: Int { a.rows }
  var inputs: Int { a.columns }
  var outputs: Int { b.rows }
  var parameterCount: Int { rank * (inputs + outputs) }
  var byteCount: Int { a.byteCount + b.byteCount }

  /// Takes factors whose counts must fit the matrix that they are for.
  init(_ factors: Adapter.Factors, for target: AdapterTarget, _ name: String, _ scale: Double)
    throws(Problem)
  {
    let rank = factors.rank
    guard rank >= 1 else { throw Problem("\(name): rank should be 1 or more, is \(rank)") }
    for (letter, count, rows, columns) in [
      ("A", factors.a.count, rank, target.columns), ("B", factors.b.count, target.rows, rank),
    ] where count != rows * columns {
      throw Problem("\(name): \(letter) should be [\(rows), \(columns)], has \(count) numbers")
    }
    a = WeightMatrix(rows: rank, columns: target.columns, factors.a)
    b = WeightMatrix(rows: target.rows, columns: rank, factors.b.map { Float(scale * Double($0)) })
  }

  /// Products of fewer rows are summed in another order; no row may depend on how many stand beside it.
  private static let fewestRows = 4

  /// Adds B·A·x to some rows of y; what a row gets does not depend on the others.
  func add(_ x: Rows, to y: Rows, rows ranges: [Range<Int>], _ arena: Arena) {
    let mark = arena.mark
    let gathered = gather(x, ranges, arena)
    let (low, high) = (arena.rows(gathered.count, rank), arena.rows(gathered.count, outputs))
    a.multiply(gathered, into: low, arena)
    b.multiply(low, into: high, arena)
    var next = 0
    for range in ranges {
      accumulate(high[next..<next + range.count], to: y[range])
      next += range.count
    }
    arena.reset(to: mark)
  }

  /// Brings rows together, with zeros behind too few of them.
  private func gather(_ x: Rows, _ ranges: [Range<Int>], _ arena: Arena) -> Rows {
    if ranges.count == 1, ranges[0].count >= Self.fewestRows { return x[ranges[0]] }
    let count = ranges.reduce(0) { $0 + $1.count }
    let result = arena.rows(max(count, Self.fewestRows), x.columns)
    var next = 0
    for range in ranges {
      result.row(next).update(from: x.row(range.lowerBound), count: range.count * x.columns)
      next += range.count
    }
    if count < result.count {
      result.row(count).update(repeating: 0, count: (result.count - count) * x.columns)
    }
    return result
  }

  // MARK: Merging

  /// A with rows and columns exchanged, for products that give rows of B·A.
  var turned: WeightMatrix {
    let values = a.unpacked()
    let turned = [Float](unsafeUninitializedCapacity: values.count) { out, count in
      for row in 0..<rank {
        for column in 0..<inputs { out[column * rank + row] = values[row * inputs + column] }
      }
      count = values.count
    }
    return WeightMatrix(rows: inputs, columns: rank, turned)
  }

  /// Adds rows of B·A to as many rows of floats; `turned` is A turned.
  func addProduct(_ turned: WeightMatrix, _ rows: Range<Int>, to out: UnsafeMutablePointer<Float>) {
    let count = rows.count * inputs
    let values = UnsafeMutablePointer<Float>.allocate(capacity: count + rows.count * rank)
    defer { values.deallocate() }
    let factors = values + count
    for row in rows { b.unpackRow(row, into: factors + (row - rows.lowerBound) * rank) }
    turned.multiplyHere(factors, rows: rows.count, into: values)
    ct_accumulate(out, values, Int64(count))
  }
}
