import Base

/// Sums of products by index letters.
///
/// Operands are joined from left to right; each join moves the letters to "both, left, right" and
/// becomes one batched matrix product, so that the work is OpenBLAS's.
struct Einsum {
  private struct Labeled {
    var tensor: Tensor
    var letters: [Character]
  }

  private var operands: [Labeled]
  private let output: [Character]
  private let equation: String

  init(_ equation: String, _ tensors: [Tensor]) throws(Problem) {
    self.equation = equation
    let sides = equation.filter { $0 != " " }.split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let inputs = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard inputs.count == tensors.count, sides.count == 1 || sides[1].hasPrefix(">") else {
      throw Problem(
        "einsum: \"\(equation)\" names \(inputs.count) tensors, \(tensors.count) were given")
    }
    var rank = 0
    for (text, tensor) in zip(inputs, tensors) where text.contains("...") {
      rank = max(rank, tensor.rank - (text.count - 3))
    }
    // Broadcast dimensions get digits as letters, counted from the right.
    let dots = (0..<max(0, rank)).reversed().map { Character(UnicodeScalar(UInt8(48 + $0))) }
    operands = []
    for (text, tensor) in zip(inputs, tensors) {
      operands.append(try Einsum.labeled(text, tensor, dots, equation))
    }
    if sides.count == 2 {
      output = try Einsum.letters(String(sides[1].dropFirst()), dots: dots, equation)
    } else {
      // Without an arrow: letters that stand once, in alphabetical order, as NumPy does.
      let all = operands.flatMap(\.letters)
      let once = Set(
        all.filter { letter in letter.isLetter && all.filter { $0 == letter }.count == 1 })
      output = dots + once.sorted()
    }
    guard Set(output).count == output.count,
      output.allSatisfy({ letter in operands.contains { $0.letters.contains(letter) } })
    else {
      throw Problem(
        "einsum: the result of \"\(equation)\" names a letter twice or one that no input has")
    }
  }

  private static func letters(_ text: String, dots: [Character], _ equation: String) throws(Problem)
    -> [Character]
  {
    var result: [Character] = []
    var rest = Substring(text)
    while let letter = rest.first {
      if rest.hasPrefix("...") {
        result += dots
        rest = rest.dropFirst(3)
        continue
      }
      guard letter.isASCII, letter.isLetter else {
        throw Problem("einsum: \"\(letter)\" in \"\(equation)\" is no letter")
      }
      result.append(letter)
      rest = rest.dropFirst()
    }
    return result
  }

  private static func labeled(
    _ text: String, _ tensor: Tensor, _ dots: [Character], _ equation: String
  ) throws(Problem) -> Labeled {
    let named = text.contains("...") ? text.count - 3 : text.count
    let own = text.contains("...") ? Array(dots.suffix(max(0, tensor.rank - named))) : []
    let letters = try letters(text, dots: own, equation)
    guard letters.count == tensor.rank else {
      throw Problem(
        "einsum: \"\(text)\" does not name the \(tensor.rank) dimensions of \(tensor.summary)")
    }
    var (view, kept) = (tensor, letters)
    // A letter that stands twice means the diagonal.
    var position = 0
    while position < kept.count {
      guard let second = kept[(position + 1)...].firstIndex(of: kept[position]) else {
        position += 1
        continue
      }
      guard view.shape[position] == view.shape[second] else {
        throw Problem(
          "einsum: \"\(kept[position])\" has sizes \(view.shape[position]) and \(view.shape[second])"
        )
      }
      view = try view.diagonal(offset: 0, position, second)
      let letter = kept[position]
      kept.remove(at: second)
      kept.remove(at: position)
      kept.append(letter)
      position = 0
    }
    return Labeled(tensor: view, letters: kept)
  }

  func evaluated() throws(Problem) -> Tensor {
    try checkSizes()
    var rest = operands[...]
    guard var result = rest.popFirst() else { throw Problem("einsum: no tensors were given") }
    while let next = rest.popFirst() {
      let later = Set(rest.flatMap(\.letters)).union(output)
      result = try join(result, next, keeping: later)
    }
    let summed = result.letters.indices.filter { !output.contains(result.letters[$0]) }
    if !summed.isEmpty {
      result.tensor = try result.tensor.sum(summed)
      result.letters.removeAll { !output.contains($0) }
    }
    return try result.tensor.permuted(output.compactMap { result.letters.firstIndex(of: $0) })
  }

  private func checkSizes() throws(Problem) {
    var sizes: [Character: Int] = [:]
    for operand in operands {
      for (letter, size) in zip(operand.letters, operand.tensor.shape) {
        let known = sizes[letter] ?? 1
        guard known == size || known == 1 || size == 1 else {
          throw Problem("einsum: \"\(letter)\" in \"\(equation)\" has sizes \(known) and \(size)")
        }
        sizes[letter] = max(known, size) == 1 ? size : known == 1 ? size : known
      }
    }
  }

  private func join(_ a: Labeled, _ b: Labeled, keeping: Set<Character>) throws(Problem) -> Labeled
  {
    let left = try presummed(a, except: Set(b.letters).union(keeping))
    let right = try presummed(b, except: Set(a.letters).union(keeping))
    let shared = left.letters.filter { right.letters.contains($0) }
    let batch = shared.filter { keeping.contains($0) }
    let summed = shared.filter { !keeping.contains($0) }
    let rows = left.letters.filter { !shared.contains($0) }
    let columns = right.letters.filter { !shared.contains($0) }
    let x = try stretched(left, batch + rows + summed, against: right)
    let y = try stretched(right, batch + summed + columns, against: left)
    func sizes(_ tensor: Tensor, _ range: Range<Int>) -> [Int] { Array(tensor.shape[range]) }
    let batchShape = sizes(x, 0..<batch.count)
    let rowShape = sizes(x, batch.count..<(batch.count + rows.count))
    let inner = sizes(x, (batch.count + rows.count)..<x.rank).reduce(1, *)
    let columnShape = sizes(y, (batch.count + summed.count)..<y.rank)
    let flatBatch = batchShape.reduce(1, *)
    let m = try x.reshaped([flatBatch, rowShape.reduce(1, *), inner])
    let n = try y.reshaped([flatBatch, inner, columnShape.reduce(1, *)])
    return Labeled(
      tensor: try m.matmul(n).reshaped(batchShape + rowShape + columnShape),
      letters: batch + rows + columns)
  }

  private func presummed(_ operand: Labeled, except needed: Set<Character>) throws(Problem)
    -> Labeled
  {
    let lone = operand.letters.indices.filter { !needed.contains(operand.letters[$0]) }
    if lone.isEmpty { return operand }
    return Labeled(
      tensor: try operand.tensor.sum(lone), letters: operand.letters.filter { needed.contains($0) })
  }

  private func stretched(_ operand: Labeled, _ order: [Character], against other: Labeled)
    throws(Problem) -> Tensor
  {
    let moved = try operand.tensor.permuted(order.compactMap { operand.letters.firstIndex(of: $0) })
    let shape = zip(order, moved.shape).map { letter, size in
      size == 1 ? other.letters.firstIndex(of: letter).map { other.tensor.shape[$0] } ?? 1 : size
    }
    return try moved.expanded(shape)
  }
}
