public import Base

/// A file of mig-parted: named ways to cut all GPUs of a node.
///
/// mig-parted itself checks only that the compute slices add up, so it takes sets that no order and no
/// places can give, as two 3g.20gb beside a 1g.5gb; `problems` finds those.
public struct MIGParted: Hashable, Sendable {
  /// What one configuration says about some of the GPUs.
  public struct Rule: Hashable, Sendable {
    /// The numbers of the GPUs; nil for all.
    public var gpus: [Int]?
    /// The boards it is for, as "0x20B010DE"; empty for every board.
    public var boards: [String] = []
    /// True for MIG mode.
    public var isEnabled: Bool
    /// How many instances of which profile, in the order of the file.
    public var counts: [Count] = []

    /// Creates a rule.
    public init(gpus: [Int]? = nil, boards: [String] = [], isEnabled: Bool, counts: [Count] = []) {
      self.gpus = gpus
      self.boards = boards
      self.isEnabled = isEnabled
      self.counts = counts
    }

    /// Tells whether it speaks of a GPU.
    public func covers(gpu: Int, of scheme: MIGScheme) -> Bool {
      let isNamed = gpus.map { $0.contains(gpu) } ?? true
      let wanted = boards.map { $0.uppercased() }
      return isNamed
        && (wanted.isEmpty || scheme.pciIDs.contains { wanted.contains($0.uppercased()) })
    }
  }

  /// A profile and how many of it.
  public struct Count: Hashable, Sendable {
    /// The profile, as in "3g.40gb" or "1c.3g.40gb".
    public let profile: String
    /// How many.
    public let count: Int

    /// Creates a count.
    public init(_ profile: String, _ count: Int) {
      self.profile = profile
      self.count = count
    }
  }

  /// A configuration by its name.
  public struct Configuration: Hashable, Sendable {
    /// The name that `mig-parted apply -c` takes.
    public let name: String
    /// Its rules.
    public let rules: [Rule]

    /// Creates a configuration.
    public init(_ name: String, _ rules: [Rule]) {
      self.name = name
      self.rules = rules
    }
  }

  /// The configurations in the order of the file.
  public var configurations: [Configuration]

  /// Creates a file from its configurations.
  public init(_ configurations: [Configuration]) { self.configurations = configurations }

  /// Finds a configuration; the error names the nearest ones.
  public func configuration(_ name: String) throws(Problem) -> Configuration {
    if let found = configurations.first(where: { $0.name == name }) { return found }
    throw .unknown("MIG configuration", name, among: configurations.map(\.name))
  }
}

// MARK: Text

extension MIGParted {
  /// Reads a file's bytes.
  public init(parsing bytes: [UInt8], file: String = "mig-parted") throws(Problem) {
    let reader = PartedReader(file: file)
    configurations = try reader.read(try YAMLDocument.parse(bytes, file: file))
  }

  /// The file as mig-parted writes it.
  public var text: String {
    var lines = ["version: v1", "mig-configs:"]
    for configuration in configurations {
      lines.append("  \(Self.quoted(configuration.name)):")
      if configuration.rules.isEmpty { lines[lines.count - 1] += " []" }
      for rule in configuration.rules { lines += Self.lines(of: rule) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(of rule: Rule) -> [String] {
    var lines: [String] = []
    if !rule.boards.isEmpty {
      lines.append("device-filter: [\(rule.boards.map(quoted).joined(separator: ", "))]")
    }
    let gpus = rule.gpus.map { "[" + $0.map(String.init).joined(separator: ", ") + "]" }
    lines.append("devices: \(gpus ?? "all")")
    lines.append("mig-enabled: \(rule.isEnabled)")
    if rule.isEnabled {
      lines.append("mig-devices:" + (rule.counts.isEmpty ? " {}" : ""))
      lines += rule.counts.map { "  \(quoted($0.profile)): \($0.count)" }
    }
    return lines.enumerated().map { ($0.offset == 0 ? "    - " : "      ") + $0.element }
  }

  /// Names of profiles are quoted as mig-parted's own files do it; others only where they must be.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      text.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } ?? false
    let isSimple = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
        || "-._".unicodeScalars.contains(scalar)
    }
    let words = ["yes", "no", "on", "off", "y", "n", "true", "false", "null"]
    if isPlain, isSimple, !words.contains(text.lowercased()) { return text }
    return JSONValue.string(text).formatted()
  }
}

/// Takes the values out of a document, each with the name of its place in errors.
private struct PartedReader {
  let file: String

  func read(_ document: JSONValue) throws(Problem) -> [MIGParted.Configuration] {
    guard let object = document.object else { throw fault("", "a mapping", document) }
    if let version = object["version"], version.string != "v1" {
      throw fault("version", "v1", version)
    }
    guard let configs = object["mig-configs"]?.object else {
      throw fault("mig-configs", "a mapping of names", object["mig-configs"])
    }
    var result: [MIGParted.Configuration] = []
    for (name, value) in configs {
      let place = "mig-configs.\(name)"
      guard let list = value.array else { throw fault(place, "a list", value) }
      var rules: [MIGParted.Rule] = []
      for (index, item) in list.enumerated() {
        rules.append(try rule(item, "\(place)[\(index)]"))
      }
      result.append(MIGParted.Configuration(name, rules))
    }
    return result
  }

  private func rule(_ value: JSONValue, _ place: String) throws(Problem) -> MIGParted.Rule {
    guard let object = value.object else { throw fault(place, "a mapping", value) }
    let known = ["devices", "device-filter", "mig-enabled", "mig-devices"]
    for (key, _) in object where !known.contains(key) {
      throw Problem("\(file): \(place): unknown key \"\(key)\"", fix: "there are \(known)")
    }
    guard case .boolean(let isEnabled)? = object["mig-enabled"] else {
      throw fault(place + ".mig-enabled", "true or false", object["mig-enabled"])
    }
    var rule = MIGParted.Rule(isEnabled: isEnabled)
    rule.gpus = try gpus(object["devices"], place + ".devices")
    rule.boards = try boards(object["device-filter"], place + ".device-filter")
    rule.counts = try counts(object["mig-devices"], place + ".mig-devices")
    if !isEnabled, !rule.counts.isEmpty {
      throw Problem(
        "\(file): \(place): instances are listed though mig-enabled is false",
        fix: "set mig-enabled: true")
    }
    return rule
  }

  private func gpus(_ value: JSONValue?, _ place: String) throws(Problem) -> [Int]? {
    if value?.string == "all" { return nil }
    guard let list = value?.array else { throw fault(place, "all or a list of numbers", value) }
    var numbers: [Int] = []
    for item in list {
      guard let number = item.integer, 0..<1024 ~= number else {
        throw fault(place, "the number of a GPU", item)
      }
      numbers.append(number)
    }
    return numbers
  }

  private func boards(_ value: JSONValue?, _ place: String) throws(Problem) -> [String] {
    guard let value, value != .null else { return [] }
    if let one = value.string { return [one] }
    guard let list = value.array else { throw fault(place, "a text or a list of texts", value) }
    var boards: [String] = []
    for item in list {
      guard let board = item.string else { throw fault(place, "a text as \"0x20B010DE\"", item) }
      boards.append(board)
    }
    return boards
  }

  private func counts(_ value: JSONValue?, _ place: String) throws(Problem) -> [MIGParted.Count] {
    guard let value, value != .null else { return [] }
    guard let object = value.object else { throw fault(place, "a mapping of profiles", value) }
    var counts: [MIGParted.Count] = []
    for (profile, number) in object {
      guard let count = number.integer, 0...64 ~= count else {
        throw fault("\(place).\(profile)", "a count from 0 to 64", number)
      }
      if count > 0 { counts.append(MIGParted.Count(profile, count)) }
    }
    return counts
  }

  private func fault(_ place: String, _ expected: String, _ found: JSONValue?) -> Problem {
    let what = found.map { $0.formatted() } ?? "nothing"
    return Problem(
      "\(file): \(place.isEmpty ? "" : place + ": ")expected \(expected), "
        + "found \(what.truncated(toWidth: 40))")
  }
}
