import Base

/// A program of the corpus: its text, how it is launched, and what comes out.
///
/// The first comment of each file says so, a line for each fact:
/// ```
/// // Title.
/// // launch gemm<16> grid 4,4 block 16,16 shared 256
/// // in float A[64*64] uniform -1 1
/// // int n = 64
/// // expect C = gemm(A, B, 64, 64, 64) within 1e-4
/// ```
struct Corpus: Sendable, CustomStringConvertible {
  /// How an array begins.
  enum Generator: Sendable, Equatable {
    case uniform(Double, Double)
    /// Whole numbers, both ends included.
    case range(Double, Double)
    case value(Double)
    /// 0, step, 2·step, …
    case iota(Double)
  }

  /// One argument of the kernel, in order.
  enum Argument: Sendable {
    /// `in`, `out` and `inout`: device memory.
    case array(
      name: String, element: String, shape: [Int], Generator, isInput: Bool, isOutput: Bool)
    case scalar(name: String, type: String, value: Double)
    /// A texture object over floats, with its width and, for two dimensions, height.
    case texture(name: String, shape: [Int], Generator)
    /// A structure by value, member after member.
    case structure(name: String, members: [(type: String, value: Double)])

    var name: String {
      switch self {
      case .array(let name, _, _, _, _, _), .scalar(let name, _, _), .texture(let name, _, _),
        .structure(let name, _):
        name
      }
    }
  }

  /// What an array holds in the end.
  struct Expectation: Sendable {
    let output: String
    /// The reference and its arguments; nil where only another compiler knows.
    let reference: (name: String, arguments: [String])?
    /// `|got - expected| <= tolerance · (1 + |expected|)`; 0 means equal.
    let tolerance: Double
  }

  let name: String
  let source: String
  let title: String
  let kernel: String
  let grid: [Int]
  let block: [Int]
  let sharedBytes: Int
  let arguments: [Argument]
  let expectation: Expectation

  var description: String { name }

  /// The values that an array or texture begins with; halves are not yet rounded.
  func values(of name: String, count: Int, _ generator: Generator) -> [Double] {
    var random = SeededRandom(seed: 1, named: "\(self.name)/\(name)")
    return (0..<count).map { index in
      switch generator {
      case .uniform(let low, let high): Double(Float(low + (high - low) * random.nextUniform()))
      case .range(let low, let high):
        low + (random.nextUniform() * (high - low + 1)).rounded(.down)
      case .value(let value): value
      case .iota(let step): Double(index) * step
      }
    }
  }
}

extension Corpus {
  static let folder = FileIO.directory(of: #filePath) + "/Corpus"

  /// The programs of the folder, by name.
  static func all() throws -> [Corpus] {
    try FileIO.list(folder).filter { $0.hasSuffix(".cu") }.sorted().map { file in
      let bytes = try FileIO.read("\(folder)/\(file)")
      return try Corpus(
        name: String(file.dropLast(3)), source: String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Reads the comment at the head of a source.
  init(name: String, source: String) throws {
    self.name = name
    self.source = source
    let lines = source.split(separator: "\n").prefix { $0.hasPrefix("// ") }
      .map { String($0.dropFirst(3)) }
    title = lines.first ?? ""
    var (kernel, grid, block, shared) = ("", [1], [1], 0)
    var (arguments, expectation): ([Argument], Expectation?) = ([], nil)
    for line in lines.dropFirst() {
      let words = line.split(separator: " ").map(String.init)
      switch words[0] {
      case "launch":
        kernel = words[1]
        grid = Self.numbers(Self.after("grid", words))
        block = Self.numbers(Self.after("block", words))
        shared = Int(Self.after("shared", words)) ?? 0
      case "expect": expectation = try Self.expectation(line, words)
      default: arguments.append(try Self.argument(line, words))
      }
    }
    guard let expectation, !kernel.isEmpty else {
      throw Problem("corpus program \(name) has no launch or expect line")
    }
    self.kernel = kernel
    self.grid = grid + Array(repeating: 1, count: 3 - grid.count)
    self.block = block + Array(repeating: 1, count: 3 - block.count)
    self.sharedBytes = shared
    self.arguments = arguments
    self.expectation = expectation
  }

  private static func after(_ word: String, _ words: [String]) -> String {
    words.firstIndex(of: word).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
      ?? ""
  }

  private static func numbers(_ text: String) -> [Int] {
    text.split(separator: ",").compactMap { Int($0) }
  }

  private static func argument(_ line: String, _ words: [String]) throws -> Argument {
    switch words[0] {
    case "in", "out", "inout":
      guard words.count >= 3 else { break }
      let (name, shape) = array(words[2])
      return .array(
        name: name, element: words[1], shape: shape, try generator(words.dropFirst(3), line),
        isInput: words[0] != "out", isOutput: words[0] != "in")
    case "texture":
      let (name, shape) = array(words[1])
      return .texture(name: name, shape: shape, try generator(words.dropFirst(2), line))
    case "struct":
      let parts = line.split(separator: "=")[1].split(separator: ",").map {
        $0.split(separator: " ")
      }
      return .structure(
        name: words[1], members: parts.map { (String($0[0]), Double($0[1]) ?? 0) })
    default:
      guard words.count == 4, words[2] == "=", let value = Double(words[3]) else { break }
      return .scalar(name: words[1], type: words[0], value: value)
    }
    throw Problem("corpus line \"\(line)\" says no argument")
  }

  /// `name[a*b]`.
  private static func array(_ text: String) -> (String, [Int]) {
    let parts = text.split(whereSeparator: { "[]".contains($0) })
    return (String(parts[0]), parts[1].split(separator: "*").compactMap { Int($0) })
  }

  private static func generator(_ words: ArraySlice<String>, _ line: String) throws -> Generator {
    let numbers = words.dropFirst().compactMap { Double($0) }
    switch (words.first, numbers.count) {
    case (nil, _): return .value(0)
    case ("uniform", 2): return .uniform(numbers[0], numbers[1])
    case ("range", 2): return .range(numbers[0], numbers[1])
    case ("value", 1): return .value(numbers[0])
    case ("iota", 1): return .iota(numbers[0])
    default: throw Problem("corpus line \"\(line)\" has no generator that is known")
    }
  }

  private static func expectation(_ line: String, _ words: [String]) throws -> Expectation {
    if words.count == 4, words[2] == "as" || words[3] == "nvcc" {
      return Expectation(output: words[1], reference: nil, tolerance: 1e-5)
    }
    guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), words[2] == "="
    else { throw Problem("corpus line \"\(line)\" expects nothing") }
    let inner = line[line.index(after: open)..<close]
    let name = line[..<open].split(separator: " ").last.map(String.init) ?? ""
    return Expectation(
      output: words[1],
      reference: (
        name, inner.split(separator: ",").map { $0.filter { $0 != " " } }
      ), tolerance: Double(after("within", words)) ?? 0)
  }
}
