import Base
import Models

/// One family of models: the order of its steps, written over shared blocks.
///
/// A family is one file: its initializer takes the weights by name, its `run` writes the steps down.
protocol Architecture: Sendable {
  /// The names that model files give the family.
  static var names: [String] { get }

  /// Takes the weights out of a file.
  init(_ reader: inout WeightReader) throws(Problem)

  /// The matrices of the vocabulary.
  var tables: TokenTables { get }

  /// What is kept of each position.
  var cacheShape: KVShape { get }

  /// Runs the rows of a pass through all layers and gives their final, normed states.
  func run(_ pass: Pass) throws(Problem) -> Rows

  /// Changes logits after the last product, as by a soft cap.
  func finish(_ logits: Rows)
}

extension Architecture {
  func finish(_ logits: Rows) {}
}

/// The families that can be run.
enum Architectures {
  static let all: [any Architecture.Type] = [
    LlamaArchitecture.self, GPT2Architecture.self, QwenArchitecture.self, GemmaArchitecture.self,
    DeepSeekArchitecture.self,
  ]

  /// Every name that a model file may give.
  static var names: [String] { all.flatMap { $0.names } }

  /// Reads the weights of a file; gives what their repacked copies take and what adapters can add to,
  /// too.
  static func read(
    _ file: GGUFFile, _ spec: ModelSpec, _ arithmetic: Arithmetic,
    _ changes: WeightChanges = WeightChanges()
  ) throws(Problem)
    -> (architecture: any Architecture, packedBytes: Bytes, targets: AdapterTargets)
  {
    guard let family = all.first(where: { $0.names.contains(spec.architecture) }) else {
      throw Problem(
        "\(file.path): architecture \"\(spec.architecture)\" is not supported",
        fix: "there is \(names.joined(separator: ", "))", kind: .missing)
    }
    var reader = WeightReader(file, spec, arithmetic, changes)
    let architecture = try family.init(&reader)
    try reader.finish()
    return (architecture, reader.packedBytes, AdapterTargets(reader.targets))
  }
}
