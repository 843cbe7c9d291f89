import Base
import Glibc
public import Inference
public import Tensors

/// Small model files that tests write themselves.
public enum SmallModel {
  /// A vocabulary of all bytes, some learned pairs and three control tokens.
  public static let pairs = [
    "Ġ t", "h e", "Ġt he", "i n", "e r", "Ġ Ġ", "o n", "a n", "Ġa n", "l l", "q u", "1 2",
  ]

  /// Metadata of a byte-level tokenizer.
  public static func addTokenizer(to writer: inout GGUFWriter, preTokenizer: String = "smollm") {
    var tokens = ["<|end|>", "<|start|>", "<|user|>"].map { Array($0.utf8) }
    var kinds: [Int32] = [3, 3, 3]
    tokens += letters
    for pair in pairs { tokens.append(Array(pair.utf8.filter { $0 != 0x20 })) }
    kinds += [Int32](repeating: 1, count: tokens.count - 3)
    // A piece that a user added: found in text always.
    tokens.append(Array("[added]".utf8))
    kinds.append(4)
    writer.set("tokenizer.ggml.model", .string("gpt2"))
    writer.set("tokenizer.ggml.pre", .string(preTokenizer))
    writer.set("tokenizer.ggml.tokens", .strings(tokens))
    writer.set("tokenizer.ggml.token_type", .int32s(kinds))
    writer.set("tokenizer.ggml.merges", .strings(pairs.map { Array($0.utf8) }))
    writer.set("tokenizer.ggml.bos_token_id", .uint32(1))
    writer.set("tokenizer.ggml.eos_token_id", .uint32(0))
  }

  /// The number of tokens of that vocabulary.
  public static var vocabularyCount: Int { 3 + 256 + pairs.count + 1 }

  /// GPT-2's letters of the 256 bytes, worked out here by its published rule.
  public static let letters: [[UInt8]] = {
    var next: UInt32 = 256
    return (UInt32(0)..<256).map { byte in
      let stays = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      let code = stays ? byte : next
      if !stays { next += 1 }
      return Unicode.Scalar(code).map { Array(String(Character($0)).utf8) } ?? []
    }
  }()

  /// The numbers of the small Llama model.
  public struct Shape: Sendable {
    /// Layers, width, feed-forward width, query heads, key heads, width of a head.
    public var layers = 2, width = 64, feedForward = 96, heads = 4, groups = 2, headWidth = 16
    /// Bytes of context.
    public var context = 512
    /// True to use the embedding matrix as output matrix.
    public var sharesOutput = true
    /// The seed of the weights.
    public var seed: UInt64 = 1

    /// Creates the standard shape.
    public init() {}
  }

  /// A Llama model with random weights in a format, the vocabulary's matrices in another where one is
  /// given, and the tokenizer above; `change` may do something to the values of a matrix, by its name
  /// without ".weight", before they are packed.
  public static func llama(
    _ shape: Shape = Shape(), format: BlockFormat, tables: BlockFormat? = nil,
    change: @escaping (String, inout [Float]) -> Void = { _, _ in }
  ) -> GGUFWriter {
    var model = Builder("llama", format: format, seed: shape.seed)
    model.tables = tables ?? format
    model.change = change
    model.set([
      ("block_count", shape.layers), ("context_length", shape.context),
      ("embedding_length", shape.width), ("feed_forward_length", shape.feedForward),
      ("attention.head_count", shape.heads), ("attention.head_count_kv", shape.groups),
      ("attention.key_length", shape.headWidth), ("rope.dimension_count", shape.headWidth),
    ])
    model.set("rope.freq_base", 1000)
    model.set("attention.layer_norm_rms_epsilon", 1e-5)
    let (d, q, kv) = (
      shape.width, shape.heads * shape.headWidth, shape.groups * shape.headWidth
    )
    model.matrix("token_embd", rows: vocabularyCount, columns: d, scale: 1)
    for layer in 0..<shape.layers {
      let block = "blk.\(layer)."
      model.norm(block + "attn_norm", d)
      model.matrix(block + "attn_q", rows: q, columns: d, scale: 0.2)
      model.matrix(block + "attn_k", rows: kv, columns: d, scale: 0.2)
      model.matrix(block + "attn_v", rows: kv, columns: d, scale: 0.1)
      model.matrix(block + "attn_output", rows: d, columns: q, scale: 0.1)
      model.norm(block + "ffn_norm", d)
      model.matrix(block + "ffn_gate", rows: shape.feedForward, columns: d, scale: 0.1)
      model.matrix(block + "ffn_up", rows: shape.feedForward, columns: d, scale: 0.1)
      model.matrix(block + "ffn_down", rows: d, columns: shape.feedForward, scale: 0.1)
    }
    model.norm("output_norm", d)
    if !shape.sharesOutput {
      model.matrix("output", rows: vocabularyCount, columns: d, scale: 0.2)
    }
    return model.writer()
  }

  static let chatTemplate = """
    {% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|start|>' }}{% endif %}
    """

  /// A file with every kind of value and two tensors.
  public static func everything() -> GGUFWriter {
    var writer = GGUFWriter()
    writer.set("general.architecture", .string("none"))
    writer.set("a.u32", .uint32(7))
    writer.set("a.u64", .uint64(1 << 40))
    writer.set("a.i32", .int32(-7))
    writer.set("a.f32", .float32(0.5))
    writer.set("a.f64", .float64(0.1))
    writer.set("a.bool", .boolean(true))
    writer.set("a.text", .string("Größe 大"))
    writer.set("a.numbers", .int32s([1, 2, 3]))
    writer.set("a.floats", .float32s([1.5, -2]))
    writer.set("a.texts", .strings([Array("x".utf8), [], Array("yz".utf8)]))
    writer.set("a.nested", .arrays([.int32s([1]), .int32s([]), .int32s([2, 3])]))
    writer.add("first", dimensions: [3, 2], values: [1, 2, 3, 4, 5, 6])
    writer.add("second", dimensions: [5], values: [9, 8, 7, 6, 5])
    return writer
  }

  /// Writes bytes to a temporary file, hands its path over, and removes it.
  public static func withFile<T>(_ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
    let path = temporaryPath()
    // A plain write: a thousand files need no flush to disk.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try FileIO.writeAll(bytes, to: descriptor, name: path)
    close(descriptor)
    defer { unlink(path) }
    return try body(path)
  }

  /// A path for a file that no other test uses.
  public static func temporaryPath() -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return "\(folder)/orrery-test-\(getpid())-\(UInt64.random(in: 0 ... .max)).gguf"
  }
}
