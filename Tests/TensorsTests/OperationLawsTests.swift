import Base
import Testing

@testable import Tensors

/// One loop over every declared operation finds most mistakes with strides.
@Suite struct OperationLawsTests {
  @Test(arguments: Tensor.operations.names)
  func `the fast path agrees with the plain loop`(name: String) throws {
    let operation = try Tensor.operations[name]
    guard let reference = operation.reference else { return }
    for (number, call) in try operation.samples().enumerated() {
      let fast = try operation.run(call)
      let plain = try reference(call)
      #expect(fast.count == plain.count)
      for (a, b) in zip(fast, plain) {
        #expect(a.shape == b.shape, "\(name), sample \(number)")
        let wrong = difference(a, b, tolerance: operation.tolerance)
        #expect(wrong == nil, "\(name), sample \(number) on \(inputText(call)): \(wrong ?? "")")
      }
    }
  }

  @Test(arguments: Tensor.operations.names)
  func `strides of the inputs do not matter`(name: String) throws {
    let operation = try Tensor.operations[name]
    for (number, call) in try operation.samples().enumerated() {
      let plain = try operation.run(call)
      for layout in Layout.allCases {
        var strided = call
        strided.inputs = try call.inputs.map { try layout.applied(to: $0) }
        // A view of another layout may need a copy that `view` refuses; that is its promise.
        guard let results = attempt({ try operation.run(strided) }) else {
          #expect(name == "view", "\(name) refuses \(layout) inputs")
          continue
        }
        for (a, b) in zip(results, plain) {
          #expect(a.shape == b.shape && a.dtype == b.dtype)
          let exact = ["unary", "view", "index", "shape", "order"].contains(
            operation.family.rawValue)
          let wrong = difference(a, b, tolerance: exact ? 0 : 1e-5)
          #expect(wrong == nil, "\(name), sample \(number), \(layout): \(wrong ?? "")")
        }
      }
    }
  }

  @Test(arguments: Tensor.operations.names)
  func `a plain operation changes none of its inputs`(name: String) throws {
    let operation = try Tensor.operations[name]
    for call in try operation.samples() {
      let before = call.inputs.flatMap(tensors).map(\.rawBytes)
      _ = try operation.run(call)
      #expect(call.inputs.flatMap(tensors).map(\.rawBytes) == before)
    }
  }

  @Test(
    arguments: Tensor.operations.elements.filter { [.unary, .binary].contains($0.family) }.map(
      \.info.name))
  func `a given result tensor gets what the operation gives`(name: String) throws {
    let operation = try Tensor.operations[name]
    for call in try operation.samples() {
      let plain = try operation.run(call)[0]
      var writing = call
      // Every second place of a larger tensor.
      let target = try Tensor.zeros(plain.shape + [2], plain.dtype).selected(plain.rank, 1)
      writing.out = target
      _ = try operation.run(writing)
      if call.out == nil, difference(target, plain, tolerance: 0) != nil {
        // Operations without `out` leave it alone; all that write must write everything.
        #expect(target.doubles.allSatisfy { $0 == 0 }, "\(name) wrote a part")
      }
    }
  }

  @Test func `every operation has a name, a summary, an example and samples where it can`() throws {
    for operation in Tensor.operations.elements {
      #expect(!operation.info.summary.isEmpty)
      #expect(
        operation.info.example?.contains(operation.info.name.prefix(4)) == true
          || operation.info.name == "repeat")
    }
  }

  private func attempt<T>(_ body: () throws -> T) -> T? {
    do { return try body() } catch { return nil }
  }

  private func tensors(_ value: OpCall.Value) -> [Tensor] {
    switch value {
    case .tensor(let tensor): [tensor]
    case .tensors(let tensors): tensors
    case .number: []
    }
  }

  private func inputText(_ call: OpCall) -> String {
    call.inputs.flatMap(tensors).map(\.summary).joined(separator: ", ")
  }
}

/// Ways to lay the same elements out.
enum Layout: CaseIterable {
  case transposed, spaced, reversed, shifted

  func applied(to value: OpCall.Value) throws -> OpCall.Value {
    switch value {
    case .tensor(let tensor): .tensor(try applied(to: tensor))
    case .tensors(let tensors): .tensors(try tensors.map { try applied(to: $0) })
    case .number: value
    }
  }

  func applied(to x: Tensor) throws -> Tensor {
    let reversed = Array(x.shape.indices.reversed())
    switch self {
    case .transposed: return try x.permuted(reversed).copied().permuted(reversed)
    case .spaced:
      let wide = try Tensor.zeros(x.shape + [3], x.dtype).selected(x.rank, 1)
      try wide.assign(x)
      return wide
    case .reversed:
      var view = try x.flipped(Array(x.shape.indices))
      for d in x.shape.indices { view = try view.sliced(d, step: -1) }
      return view
    case .shifted:
      if x.rank == 0 { return x }
      let rest = Array(x.shape.dropFirst())
      let padded = try Tensor.concatenated([try Tensor.zeros([2] + rest, x.dtype), x], 0)
      return try padded.narrowed(0, start: 2, length: x.shape[0])
    }
  }
}

/// What differs first between two tensors, beyond a tolerance and the rounding of their dtype.
func difference(_ a: Tensor, _ b: Tensor, tolerance: Double) -> String? {
  if a.dtype.category == .float, b.dtype.category == .float {
    // One rounding to the narrow dtype may go either way when the wide value differs in its last bit.
    let rounding: Double =
      switch a.dtype {
      case .f16: 0x1p-10
      case .bf16: 0x1p-7
      case .f8e4m3, .f8e5m2: 0.25
      case .f64: 0
      default: tolerance == 0 ? 0 : 0x1p-22
      }
    let allowed = tolerance == 0 ? 0 : Swift.max(tolerance, rounding)
    let (x, y) = (a.doubles, b.doubles)
    let scale = y.filter(\.isFinite).map(Swift.abs).max() ?? 0
    let wrong = x.indices.first { i in
      if x[i].isNaN || y[i].isNaN { return x[i].isNaN != y[i].isNaN }
      return x[i] != y[i]
        && !(Swift.abs(x[i] - y[i]) <= allowed * (Swift.abs(y[i]) + Swift.min(scale, 1)))
    }
    return wrong.map { "element \($0): \(x[$0]) and \(y[$0])" }
  }
  let (x, y) = (a.doubles, b.doubles)
  return x.indices.first { x[$0] != y[$0] }.map { "element \($0): \(x[$0]) and \(y[$0])" }
}
