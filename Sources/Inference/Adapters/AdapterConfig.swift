import Base

/// What `adapter_config.json` says of an adapter.
struct AdapterConfig {
  private let rank: Int
  private let alpha: Double
  private let usesRootOfRank: Bool
  /// Ranks and alphas of single modules, by their names or the ends of those.
  private let ranks: [(key: String, rank: Int)]
  private let alphas: [(key: String, alpha: Double)]

  /// Reads the file; what would compute something else than LoRA is refused.
  init(_ path: String) throws(Problem) {
    let json = try JSONValue(parsing: FileIO.read(path), file: path)
    guard json.object != nil else {
      throw Problem("\(path): expected a JSON object, found \(json.kindName)")
    }
    let type = json["peft_type"]?.string ?? "LORA"
    guard type == "LORA" else {
      throw Problem("\(path): peft_type \"\(type)\" is not supported", fix: "there is LORA")
    }
    guard json["use_dora"]?.boolean != true else {
      throw Problem("\(path): use_dora is not supported", fix: "train the adapter without it")
    }
    guard let rank = json["r"]?.integer, (1...65_536).contains(rank) else {
      throw Problem("\(path): \"r\" should be a whole number from 1 to 65536")
    }
    guard let alpha = json["lora_alpha"]?.double, alpha.isFinite else {
      throw Problem("\(path): \"lora_alpha\" should be a number")
    }
    self.rank = rank
    self.alpha = alpha
    usesRootOfRank = json["use_rslora"]?.boolean ?? false
    var ranks: [(String, Int)] = []
    for (key, value) in json["rank_pattern"]?.object ?? [:] {
      guard let rank = value.integer, (1...65_536).contains(rank) else {
        throw Problem("\(path): the rank of \"\(key)\" should be a whole number from 1 to 65536")
      }
      ranks.append((try Self.plain(key, path), rank))
    }
    var alphas: [(String, Double)] = []
    for (key, value) in json["alpha_pattern"]?.object ?? [:] {
      guard let alpha = value.double, alpha.isFinite else {
        throw Problem("\(path): the alpha of \"\(key)\" should be a number")
      }
      alphas.append((try Self.plain(key, path), alpha))
    }
    self.ranks = ranks
    self.alphas = alphas
  }

  /// A pattern that is a name, or the end of one.
  private static func plain(_ key: String, _ path: String) throws(Problem) -> String {
    guard key.allSatisfy({ $0.isLetter || $0.isNumber || "._".contains($0) }) else {
      throw Problem("\(path): the pattern \"\(key)\" is not supported", fix: "write names out")
    }
    return key
  }

  /// The rank of a module's matrices.
  func rank(of module: String) -> Int {
    ranks.first { Self.names($0.key, module) }?.rank ?? rank
  }

  /// What a module's B · A is multiplied with.
  func scale(of module: String) -> Double {
    let rank = Double(rank(of: module))
    let alpha = alphas.first { Self.names($0.key, module) }?.alpha ?? alpha
    return alpha / (usesRootOfRank ? rank.squareRoot() : rank)
  }

  private static func names(_ key: String, _ module: String) -> Bool {
    module == key || module.hasSuffix("." + key)
  }
}
