public import Base

extension ModelSpec {
  /// A model of the catalogue by the name it is published under: the owner does not matter, nor what
  /// stands behind the catalogue's name, as in "Qwen/Qwen3-30B-A3B-Instruct-2507".
  public static func named(_ name: String) throws(Problem) -> ModelSpec {
    if let found = catalog.find(name) { return found }
    let last = name.split(separator: "/").last.map(String.init) ?? name
    let wanted = last.lowercased()
    let matches = catalog.elements.filter {
      wanted.hasPrefix($0.info.name) && !saysAnother(wanted.dropFirst($0.info.name.count))
    }
    if let best = matches.max(by: { $0.info.name.count < $1.info.name.count }) { return best }
    throw .unknown("model", name, among: catalog.elements.map(\.info.name))
  }

  /// True where what stands behind a name makes it that of another model, as in "phi-4-mini".
  private static func saysAnother(_ rest: Substring) -> Bool {
    let others: Set<Substring> = [
      "mini", "nano", "small", "medium", "large", "lite", "moe", "vl", "vision", "omni", "audio",
      "distill",
    ]
    return rest.split { !$0.isLetter && !$0.isNumber }.contains(where: others.contains)
  }
}
