public import Base
import Tensors

extension Adapter {
  /// Reads an adapter as PEFT writes it: `adapter_model.safetensors` with `adapter_config.json` beside
  /// it.
  ///
  /// - Parameters:
  ///   - path: The folder or the .safetensors file.
  ///   - name: What to call it; nil for the folder's name.
  ///   - engine: The model that it is for; shapes are checked against it.
  /// - Throws: A problem that names the file, the tensor, and the shape that it should have.
  public convenience init(path: String, name: String? = nil, for engine: Engine) throws(Problem) {
    let isFolder = FileIO.isDirectory(path)
    let file = isFolder ? "\(path)/adapter_model.safetensors" : path
    let folder = isFolder ? path : FileIO.directory(of: path)
    let config = try AdapterConfig("\(folder)/adapter_config.json")
    let tensors = try SafetensorsFile(parsing: FileIO.read(file), file: file).tensors
    var halves = AdapterHalves(file: file, config: config, engine: engine)
    for (tensorName, tensor) in tensors { try halves.add(tensorName, tensor) }
    let folderName = FileIO.name(of: FileIO.resolved(folder))
    try self.init(name ?? folderName, for: engine, halves.deltas())
  }
}

/// The tensors of an adapter file as they come, each half of a pair.
private struct AdapterHalves {
  let file: String
  let config: AdapterConfig
  let engine: Engine
  private var pairs: [String: (a: Tensor?, b: Tensor?, module: String)] = [:]

  init(file: String, config: AdapterConfig, engine: Engine) {
    self.file = file
    self.config = config
    self.engine = engine
  }

  /// Takes a tensor, if it has a place and is a matrix of finite numbers.
  mutating func add(_ name: String, _ tensor: Tensor) throws(Problem) {
    guard let place = AdapterPlace(tensor: name) else {
      throw Problem(
        "\(file): tensor \"\(name)\" is no half of a LoRA matrix that is known",
        fix: "names are like \"\(AdapterPlace.example)\"")
    }
    let target = try target(place, name)
    let rank = config.rank(of: place.module)
    let expected = place.isA ? [rank, target.columns] : [target.rows, rank]
    guard tensor.shape == expected else {
      throw Problem("\(file): tensor \"\(name)\" should be \(expected), is \(tensor.shape)")
    }
    guard tensor.dtype.category == .float, tensor.floats.allSatisfy(\.isFinite) else {
      throw Problem("\(file): tensor \"\(name)\" does not hold finite floats")
    }
    var pair = pairs[place.target] ?? (nil, nil, place.module)
    if place.isA { pair.a = tensor } else { pair.b = tensor }
    pairs[place.target] = pair
  }

  private func target(_ place: AdapterPlace, _ name: String) throws(Problem) -> AdapterTarget {
    do throws(Problem) { return try engine.targets.find(place.target) } catch {
      throw Problem(
        "\(file): tensor \"\(name)\": \(error.message)", fix: error.fix, kind: error.kind)
    }
  }

  /// The additions, when every half has its other.
  func deltas() throws(Problem) -> [String: AdapterDelta] {
    var result: [String: AdapterDelta] = [:]
    for (name, pair) in pairs.sorted(by: { $0.key < $1.key }) {
      guard let a = pair.a, let b = pair.b else {
        throw Problem(
          "\(file): \(pair.module) has no lora_\(pair.a == nil ? "A" : "B")",
          fix: "the file is not whole")
      }
      let target = try engine.targets.find(name)
      let rank = config.rank(of: pair.module)
      let factors = Adapter.Factors(rank: rank, a: a.floats, b: ordered(b.floats, rank, target))
      result[name] = try AdapterDelta(factors, for: target, name, config.scale(of: pair.module))
    }
    return result
  }

  /// The rows of B in the order of the model file's.
  private func ordered(_ b: [Float], _ rank: Int, _ target: AdapterTarget) -> [Float] {
    guard target.pairedHeads > 0 else { return b }
    var result: [Float] = []
    result.reserveCapacity(b.count)
    for row in 0..<target.rows {
      let home = target.homeRow(row) * rank
      result += b[home..<home + rank]
    }
    return result
  }
}
