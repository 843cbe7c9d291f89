import Base
import Tensors

/// One family of the tensor vectors, a file of cases.
struct TensorReference: ReferenceFile {
  let family: String

  var folder: String { "tensor" }
  var name: String { "\(family).json" }

  /// The documented files, in order.
  static var files: [any ReferenceFile] {
    [
      "binary", "unary", "reduce", "sort", "index", "shape", "view", "cast", "file", "linalg",
      "nn", "conv", "quant", "grad", "optim",
    ].map { TensorReference(family: $0) }
  }

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    for (number, value) in try document.list("cases").enumerated() {
      let id = value["id"]?.string ?? "case \(number + 1)"
      switch outcome(value) {
      case .passed: tally.count(true, "")
      case .failed(let why): tally.count(false, "\(id): \(why)")
      case .notOffered(let what): tally.skip(what)
      }
    }
    return tally
  }

  private func outcome(_ value: JSONValue) -> CaseOutcome {
    do throws(Problem) {
      switch family {
      case "view": return try ViewCase.outcome(value)
      case "cast": return try CastCase.outcome(value)
      case "file": return try FileCase.outcome(value)
      case "quant", "optim": return .notOffered(family)
      case "grad": return .notOffered("gradients")
      default:
        var program = try ProgramCase(value)
        return try program.outcome()
      }
    } catch {
      return .failed(error.description)
    }
  }
}

/// How one case came out.
enum CaseOutcome {
  case passed
  /// What differed.
  case failed(String)
  /// What is missing.
  case notOffered(String)
}

extension JSONValue {
  /// A number, or one of the words that stand for what JSON cannot say.
  var real: Double? {
    switch string {
    case "nan": .nan
    case "inf": .infinity
    case "-inf": -.infinity
    case "-0": -0.0
    case nil: boolean.map { $0 ? 1 : 0 } ?? double
    default: nil
    }
  }

  var reals: [Double]? {
    guard let array else { return nil }
    let numbers = array.compactMap(\.real)
    return numbers.count == array.count ? numbers : nil
  }

  var integers: [Int]? {
    guard let array else { return nil }
    let numbers = array.compactMap(\.integer)
    return numbers.count == array.count ? numbers : nil
  }

  /// A tensor written as dtype, shape and flat data.
  func tensor() throws(Problem) -> Tensor {
    guard let name = self["dtype"]?.string, let dtype = DType.named(name),
      let shape = self["shape"]?.integers, let data = self["data"]
    else { throw Problem("a tensor has no dtype, shape or data") }
    if dtype.isFloat {
      guard let values = data.reals else { throw Problem("a tensor's data are not numbers") }
      return try Tensor(values, shape: shape, dtype: dtype)
    }
    let whole = data.integers ?? data.array?.compactMap { $0.boolean.map { $0 ? 1 : 0 } }
    guard let whole else { throw Problem("a tensor's data are not whole numbers") }
    return try Tensor(whole, shape: shape, dtype: dtype)
  }
}

/// Holds results against expectations.
enum Comparison {
  /// Nothing when `|a-b| <= atol + rtol*|b|` holds everywhere, else what differs first.
  static func difference(
    _ ours: Tensor, _ expected: Tensor, rtol: Double, atol: Double
  ) -> String? {
    if ours.dtype != expected.dtype {
      return "dtype \(ours.dtype.name), expected \(expected.dtype.name)"
    }
    if ours.shape != expected.shape {
      return "shape \(Shape.text(ours.shape)), expected \(Shape.text(expected.shape))"
    }
    if !expected.dtype.isFloat {
      let (a, b) = (ours.integers, expected.integers)
      return a.indices.first { a[$0] != b[$0] }.map { "element \($0): \(a[$0]), expected \(b[$0])" }
    }
    return difference(ours.doubles, expected.doubles, rtol: rtol, atol: atol)
  }

  static func difference(
    _ a: [Double], _ b: [Double], rtol: Double, atol: Double
  ) -> String? {
    if a.count != b.count { return "\(a.count) elements, expected \(b.count)" }
    let wrong = a.indices.first { i in
      if b[i].isNaN || a[i].isNaN { return a[i].isNaN != b[i].isNaN }
      return a[i] != b[i] && !(abs(a[i] - b[i]) <= atol + rtol * abs(b[i]))
    }
    return wrong.map { "element \($0): \(a[$0]), expected \(b[$0])" }
  }
}
