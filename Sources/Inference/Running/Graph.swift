import Base
import Models

/// The forward pass of one family of architectures over one model's weights.
///
/// A family is one file: its reader takes the weights it needs by name, its `run` writes the order of
/// the steps down.
protocol Graph: Sendable {
  /// The family's name as model files spell it.
  static var architecture: String { get }

  /// Takes the weights out of a file.
  init(_ reader: inout WeightReader, _ spec: ModelSpec) throws(Problem)

  /// Runs a few tokens at the end of a sequence through all layers and leaves their final, normed
  /// states in the scratch memory; keys and values are stored but not yet counted.
  func run(_ tokens: ArraySlice<TokenID>, _ run: GraphRun) throws(Problem)

  /// The matrix that turns a state into logits.
  var output: WeightMatrix { get }

  /// The matrix whose rows are the tokens' embeddings.
  var embedding: WeightMatrix { get }
}

/// What one run works on.
struct GraphRun {
  let cache: KVCache
  let scratch: Scratch
  let observer: Observer?
  /// Asked between layers; true ends the run.
  let shouldStop: () -> Bool

  /// Throws when the run is to end.
  func checkStop() throws(Problem) {
    if shouldStop() { throw Problem("stopped", kind: .interrupted) }
  }

  /// Shows values to the observer, where it wants them.
  func show(
    _ tap: Tap, layer: Int, rows: Int, columns: Int, _ values: UnsafePointer<Float>
  ) {
    guard let observer, observer.taps.contains(tap) else { return }
    observer.observe(
      Observation(
        tap: tap, layer: layer, firstPosition: cache.count, rows: rows, columns: columns,
        values: UnsafeBufferPointer(start: values, count: rows * columns)))
  }
}

/// The families that can be run.
enum Graphs {
  static let all: [any Graph.Type] = [LlamaGraph.self]

  /// Reads the weights of a file into the graph of its family.
  static func make(_ file: GGUFFile, _ spec: ModelSpec) throws(Problem) -> any Graph {
    guard let family = all.first(where: { $0.architecture == spec.architecture }) else {
      throw Problem(
        "\(file.path): architecture \"\(spec.architecture)\" is not supported",
        fix: "there is \(all.map { $0.architecture }.joined(separator: ", "))", kind: .missing)
    }
    var reader = WeightReader(file)
    let graph = try family.init(&reader, spec)
    try reader.finish(spec.architecture)
    return graph
  }
}
