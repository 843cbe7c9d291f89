import Base
import Tensors

/// A chain of views of counted elements: shape, strides, offset and sharing are compared.
enum ViewCase {
  static func outcome(_ value: JSONValue) throws(Problem) -> CaseOutcome {
    guard let shape = value["shape"]?.integers, let chain = value["chain"]?.array else {
      throw Problem("the case has no shape or chain")
    }
    let start = try Tensor(Array(0..<shape.reduce(1, *)), shape: shape)
    var tensor = start
    for (number, entry) in chain.enumerated() {
      guard let link = entry.array, let op = link.first?.string else {
        throw Problem("a link has no op")
      }
      do throws(Problem) {
        guard let next = try apply(op, Array(link.dropFirst()), to: tensor) else {
          return .notOffered(op)
        }
        tensor = next
      } catch {
        if value["error"] != nil, number == chain.count - 1 { return .passed }
        throw error
      }
    }
    if let raises = value["error"]?.string { return .failed("no error was raised: \(raises)") }
    return compared(tensor, start, value["view"] ?? .null)
  }

  private static func compared(_ ours: Tensor, _ start: Tensor, _ view: JSONValue) -> CaseOutcome {
    let checks: [(String, Bool)] = [
      ("shape \(ours.shape)", ours.shape == view["shape"]?.integers ?? ours.shape),
      ("strides \(ours.strides)", ours.strides == view["strides"]?.integers ?? ours.strides),
      ("offset \(ours.offset)", ours.offset == view["offset"]?.integer ?? ours.offset),
      (
        "contiguous \(ours.isContiguous)",
        ours.isContiguous == view["contiguous"]?.boolean ?? ours.isContiguous
      ),
      (
        "shares_storage \(ours.sharesStorage(with: start))",
        ours.sharesStorage(with: start) == view["shares_storage"]?.boolean ?? true
      ),
      ("data \(ours.integers)", ours.integers == view["data"]?.integers ?? ours.integers),
    ]
    guard let wrong = checks.first(where: { !$0.1 }) else { return .passed }
    return .failed("\(wrong.0), expected \(view.formatted())")
  }

  private static func apply(
    _ op: String, _ arguments: [JSONValue], to x: Tensor
  ) throws(Problem) -> Tensor? {
    let numbers = (arguments.first?.integers ?? arguments.map { $0.integer ?? 0 })
    func number(_ position: Int, _ fallback: Int) -> Int {
      position < arguments.count ? arguments[position].integer ?? fallback : fallback
    }
    switch op {
    case "transpose", "swapaxes", "swapdims": return try x.transposed(number(0, 0), number(1, 1))
    case "t": return x.rank < 2 ? x : try x.transposed(0, 1)
    case "permute": return try x.permuted(numbers)
    case "movedim": return try x.movedDimensions([number(0, 0)], to: [number(1, 0)])
    case "narrow": return try x.narrowed(number(0, 0), start: number(1, 0), length: number(2, 0))
    case "select": return try x.selected(number(0, 0), number(1, 0))
    case "slice":
      func bound(_ position: Int) -> Int? {
        position < arguments.count ? arguments[position].integer : nil
      }
      return try x.sliced(number(0, 0), start: bound(1), stop: bound(2), step: number(3, 1))
    case "view": return try x.viewed(numbers)
    case "reshape": return try x.reshaped(numbers)
    case "flatten": return try x.flattened(number(0, 0), number(1, -1))
    case "unfold": return try x.unfolded(number(0, 0), size: number(1, 1), step: number(2, 1))
    case "diagonal": return try x.diagonal(offset: number(0, 0), number(1, 0), number(2, 1))
    case "expand", "broadcast_to": return try x.expanded(numbers)
    case "squeeze": return try x.squeezed(arguments.isEmpty ? nil : numbers)
    case "unsqueeze": return try x.unsqueezed(number(0, 0))
    case "flip": return try x.flipped(numbers)
    case "contiguous": return try x.contiguous()
    case "clone", "copy": return try x.copied()
    default: return nil
    }
  }
}

/// Rounding between dtypes: bit patterns and values are compared.
enum CastCase {
  static func outcome(_ value: JSONValue) throws(Problem) -> CaseOutcome {
    if let name = value["decode"]?.string { return decoded(name, nil, value) }
    if let name = value["decode_some"]?.string {
      return decoded(name, value["bits"]?.integers ?? [], value)
    }
    if value["op"]?.string == "bf16_add_mul" { return try narrowArithmetic(value) }
    guard let from = value["from"]?.string, let to = value["to"]?.string else {
      return .notOffered(value["op"]?.string ?? "an unknown form")
    }
    if let format = format(to) { return try encoded(from, format, value) }
    guard let source = DType.named(from), let target = DType.named(to) else {
      return .notOffered("\(from) to \(to)")
    }
    var input = value
    if case .object(var object) = value {
      object["dtype"] = .string(source.name)
      object["shape"] = .array([.integer(value["in"]?.array?.count ?? 0)])
      object["data"] = value["in"]
      input = .object(object)
    }
    let ours = try input.tensor().cast(to: target)
    let expected = value["out"]?.reals ?? []
    return Comparison.difference(ours.doubles, expected, rtol: 0, atol: 0).map { .failed($0) }
      ?? .passed
  }

  private static func format(_ name: String) -> NarrowFloat? {
    NarrowFloat(rawValue: name.replacing("_", with: ""))
  }

  private static func decoded(_ name: String, _ bits: [Int]?, _ value: JSONValue) -> CaseOutcome {
    guard let format = format(name) else { return .notOffered("decoding \(name)") }
    let patterns = bits ?? Array(0..<format.patterns)
    let ours = patterns.map { format.decode(UInt32($0)) }
    let rounded = ours.map { Double(Float($0)) }
    return Comparison.difference(rounded, value["values"]?.reals ?? [], rtol: 1e-8, atol: 0).map {
      .failed($0)
    } ?? .passed
  }

  private static func encoded(
    _ from: String, _ format: NarrowFloat, _ value: JSONValue
  ) throws(Problem) -> CaseOutcome {
    let saturates = value["saturate"]?.boolean ?? false
    let inputs =
      value["in_bits"]?.integers.map { $0.map { Double(Float(bitPattern: UInt32($0))) } }
      ?? value["in"]?.reals
    guard from == "f32", let inputs, let expected = value["out_bits"]?.integers else {
      return .notOffered("\(from) to \(format.rawValue)")
    }
    let alone = inputs.map { Int(format.encode($0, saturating: saturates)) }
    if let wrong = mismatch(alone, expected, format, inputs) { return .failed(wrong) }
    guard let dtype = DType.named(format.rawValue) else { return .passed }
    // The same through a tensor's own cast.
    let cast = try Tensor(inputs, dtype: .f32).cast(to: dtype, saturating: saturates)
    return mismatch(patterns(cast), expected, format, inputs).map { .failed($0) } ?? .passed
  }

  private static func patterns(_ tensor: Tensor) -> [Int] {
    let (bytes, size) = (tensor.rawBytes, tensor.dtype.size)
    return (0..<tensor.count).map { i in
      (0..<size).reversed().reduce(0) { $0 << 8 | Int(bytes[i * size + $1]) }
    }
  }

  private static func mismatch(
    _ ours: [Int], _ expected: [Int], _ format: NarrowFloat, _ inputs: [Double]
  ) -> String? {
    if ours.count != expected.count { return "\(ours.count) patterns, expected \(expected.count)" }
    let wrong = ours.indices.first { i in
      ours[i] != expected[i]
        && !(format.decode(UInt32(ours[i])).isNaN && format.decode(UInt32(expected[i])).isNaN)
    }
    return wrong.map { "\(inputs[$0]) gives \(ours[$0]), expected \(expected[$0])" }
  }

  private static func narrowArithmetic(_ value: JSONValue) throws(Problem) -> CaseOutcome {
    func tensor(_ key: String) throws(Problem) -> Tensor {
      let bits = value[key]?.integers ?? []
      let bytes = bits.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      return try Tensor(rawBytes: bytes, shape: [bits.count], dtype: .bf16)
    }
    let (x, y) = (try tensor("x_bits"), try tensor("y_bits"))
    for (key, result) in [("add_bits", try x + y), ("mul_bits", try x * y)] {
      let expected = value[key]?.integers ?? []
      if patterns(result) != expected {
        return .failed("\(key): \(patterns(result)), expected \(expected)")
      }
    }
    return .passed
  }
}

/// Files in base64: read and compared, or refused.
enum FileCase {
  static func outcome(_ value: JSONValue) throws(Problem) -> CaseOutcome {
    guard let text = value["base64"]?.string, let bytes = decodeBase64(text) else {
      throw Problem("the case has no base64 text")
    }
    let format = value["format"]?.string ?? ""
    let found: (tensors: [(name: String, tensor: Tensor)], notes: [(key: String, value: String)])
    do throws(Problem) {
      switch format {
      case "npy": found = ([("", try NumPyFile.parse(bytes, file: "case.npy"))], [])
      case "npz": found = (try NumPyArchive.parse(bytes, file: "case.npz"), [])
      case "safetensors":
        let file = try SafetensorsFile(parsing: bytes, file: "case.safetensors")
        found = (file.tensors, file.metadata)
      default: return .notOffered(format)
      }
    } catch {
      return value["error"] != nil ? .passed : .failed(error.description)
    }
    if let why = value["error"]?.string { return .failed("was not refused: \(why)") }
    return try compared(found.tensors, found.notes, value)
  }

  private static func compared(
    _ tensors: [(name: String, tensor: Tensor)], _ notes: [(key: String, value: String)],
    _ value: JSONValue
  ) throws(Problem) -> CaseOutcome {
    let expected = value["tensors"]?.object ?? ["": value]
    guard expected.count == tensors.count else {
      return .failed("\(tensors.count) tensors, expected \(expected.count)")
    }
    for (name, wanted) in expected {
      guard let ours = tensors.first(where: { $0.name == name })?.tensor else {
        return .failed("no tensor \"\(name)\"")
      }
      if ours.shape != wanted["shape"]?.integers {
        return .failed("\(name): shape \(Shape.text(ours.shape))")
      }
      if let difference = Comparison.difference(
        ours.doubles, wanted["data"]?.reals ?? [], rtol: 1e-6, atol: 0)
      {
        return .failed("\(name): \(difference)")
      }
    }
    for (key, text) in value["metadata"]?.object ?? [:]
    where !notes.contains(where: { $0.key == key && $0.value == text.string }) {
      return .failed("the note \"\(key)\" is not \(text.formatted())")
    }
    return .passed
  }

  private static func decodeBase64(_ text: String) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var values: [UInt8: UInt32] = [:]
    for (value, letter) in alphabet.enumerated() { values[letter] = UInt32(value) }
    var (result, buffer, bits) = ([UInt8](), UInt32(0), 0)
    for letter in text.utf8 where letter != UInt8(ascii: "=") {
      guard let value = values[letter] else { return nil }
      buffer = buffer << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      }
    }
    return result
  }
}
