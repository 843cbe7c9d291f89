import Base
public import Inference
public import Tensors

extension SmallModel {
  /// Puts a small model of any family together: its numbers, and random weights by name.
  public struct Builder {
    private let architecture: String
    private let format: BlockFormat
    /// The format of the vocabulary's matrices.
    var tables: BlockFormat
    /// What is done to the values of a matrix before they are packed.
    var change: (String, inout [Float]) -> Void = { _, _ in }
    private var random: SeededRandom
    private var numbers: [(key: String, value: GGUFWriter.Value)] = []
    private var weights = GGUFWriter()

    /// Starts a model whose matrices are in a format.
    public init(_ architecture: String, format: BlockFormat, seed: UInt64 = 1) {
      self.architecture = architecture
      self.format = format
      tables = format
      random = SeededRandom(seed: seed)
    }

    /// The keys of the family's numbers, in order.
    public var keys: [String] { numbers.map(\.key) }

    /// States a number of the family; nil takes it away.
    public mutating func set(_ key: String, _ value: GGUFWriter.Value?) {
      let place = numbers.firstIndex { $0.key == key }
      switch (place, value) {
      case (let place?, let value?): numbers[place].value = value
      case (let place?, nil): numbers.remove(at: place)
      case (nil, let value?): numbers.append((key, value))
      case (nil, nil): break
      }
    }

    /// States a number with a fraction.
    public mutating func set(_ key: String, _ number: Double) {
      set(key, .float32(Float(number)))
    }

    /// States whole numbers.
    public mutating func set(_ pairs: [(String, Int)]) {
      for (key, number) in pairs { set(key, .uint32(UInt32(number))) }
    }

    /// Adds a matrix of normal numbers; names go without ".weight".
    public mutating func matrix(_ name: String, rows: Int, columns: Int, scale: Double) {
      add(name, [columns, rows], scale)
    }

    /// Adds a stack of matrices, one for each expert or head.
    public mutating func stack(
      _ name: String, count: Int, rows: Int, columns: Int, scale: Double
    ) {
      add(name, [columns, rows, count], scale)
    }

    /// Adds the weights of a norm, which are near 1.
    public mutating func norm(_ name: String, _ count: Int) {
      vector(name + ".weight", count, around: 1, spread: 0.1)
    }

    /// Adds the weights and biases of a layer norm.
    public mutating func layerNorm(_ name: String, _ count: Int) {
      norm(name, count)
      bias(name, count)
    }

    /// Adds a bias.
    public mutating func bias(_ name: String, _ count: Int) {
      vector(name + ".bias", count, around: 0, spread: 0.3)
    }

    /// Adds floats by their whole name.
    public mutating func vector(
      _ name: String, _ count: Int, around: Double, spread: Double
    ) {
      weights.add(
        name, dimensions: [count],
        values: (0..<count).map { _ in Float(around + spread * random.nextNormal()) })
    }

    private mutating func add(_ name: String, _ dimensions: [Int], _ scale: Double) {
      let format = name.hasPrefix("blk.") ? format : tables
      var values = (0..<dimensions.reduce(1, *)).map { _ in Float(random.nextNormal() * scale) }
      change(name, &values)
      // What a format's blocks do not fit into stays in floats, as converters do it.
      if dimensions[0] % format.blockSize == 0, let bytes = format.quantise(values),
        let type = GGUFTensorType.named(format.info.name)
      {
        weights.add(name + ".weight", dimensions: dimensions, type: type, bytes: bytes)
      } else {
        weights.add(name + ".weight", dimensions: dimensions, values: values)
      }
    }

    /// The file, with the tokenizer of small models.
    public func writer() -> GGUFWriter {
      var writer = weights
      writer.set("general.architecture", .string(architecture))
      writer.set("general.name", .string("small"))
      for (key, value) in numbers { writer.set("\(architecture).\(key)", value) }
      SmallModel.addTokenizer(to: &writer)
      writer.set("tokenizer.chat_template", .string(SmallModel.chatTemplate))
      return writer
    }
  }
}
