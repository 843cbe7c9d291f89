import Base
import CTensors
import Tensors

/// What is done to the matrices of a file before products are made with them.
struct WeightChanges: Sendable {
  /// The format that the layers' matrices are stored in anew; nil: as they lie in the file.
  ///
  /// The matrices of the vocabulary stay as they are: they suffer most, and are looked up besides.
  var format: BlockFormat?
  /// What is added to matrices for good.
  var merged: [Adapter] = []
  /// The format of matrices that something was added to.
  var mergedFormat = BlockFormat.single

  /// The matrix that takes a file's place.
  func applied(to matrix: WeightMatrix, tensor: String, in file: GGUFFile) throws(Problem)
    -> WeightMatrix
  {
    let name = String(tensor.dropLast(".weight".count))
    let deltas = merged.compactMap { $0.delta(for: name) }
    let isVocabulary = name == "token_embd" || name == "output"
    guard let format = deltas.isEmpty ? (isVocabulary ? nil : format) : mergedFormat else {
      return matrix
    }
    guard matrix.columns % format.blockSize == 0 else {
      throw Problem(
        "\(file.path): tensor \"\(tensor)\" has rows of \(matrix.columns) values, "
          + "which are no whole \(format.info.name) blocks of \(format.blockSize)")
    }
    let turned = deltas.map(\.turned)
    let result = WeightMatrix.computed(
      rows: matrix.rows, columns: matrix.columns, format: format
    ) { rows, out in
      for row in rows {
        matrix.unpackRow(row, into: out + (row - rows.lowerBound) * matrix.columns)
      }
      for (delta, turned) in zip(deltas, turned) { delta.addProduct(turned, rows, to: out) }
    }
    guard let result else {
      throw Problem(
        "weights cannot be packed into \(format.info.name) here",
        fix: "take \(BlockFormat.packable.joined(separator: ", "))")
    }
    return result
  }
}

extension BlockFormat {
  /// The names of the formats that floats can be packed into.
  static var packable: [String] {
    catalog.elements.filter {
      $0.quantise([Float](repeating: 0, count: $0.blockSize)) != nil
    }.map(\.info.name)
  }
}

extension WeightMatrix {
  /// A matrix of its own in a format, made a few rows at a time on the process's threads; nil where
  /// floats cannot be packed into the format.
  static func computed(
    rows: Int, columns: Int, format: BlockFormat,
    _ fill: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) -> WeightMatrix? {
    // The smallest piece says whether the format has a packer, before anything is allocated.
    guard format.quantise([Float](repeating: 0, count: format.blockSize)) != nil else { return nil }
    let store = WeightStore(byteCount: rows * format.byteCount(of: columns))
    let (each, code) = (32, format.kernelCode)
    let (target, rowBytes) = (store.start, format.byteCount(of: columns))
    inParallel((rows + each - 1) / each) { piece in
      let range = piece * each..<min((piece + 1) * each, rows)
      let count = range.count * columns
      let values = UnsafeMutablePointer<Float>.allocate(capacity: count)
      defer { values.deallocate() }
      fill(range, values)
      // Rows are whole blocks, so pieces of rows lie apart in the result.
      _ = ct_quantise(code, values, Int64(count), target + range.lowerBound * rowBytes)
    }
    return WeightMatrix(
      rows: rows, columns: columns, format: format, data: UnsafeRawPointer(store.start),
      owner: store)
  }
}

/// Bytes on a cache line's boundary that nobody writes after they were filled.
final class WeightStore {
  let start: UnsafeMutableRawPointer

  init(byteCount: Int) {
    start = .allocate(byteCount: max(byteCount, 1), alignment: 64)
  }

  deinit { start.deallocate() }
}
