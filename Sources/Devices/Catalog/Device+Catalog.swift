public import Base

extension Device {
  /// Devices whose numbers are published, oldest generation first.
  public static let catalog = Catalog<Device>(
    "device",
    kepler + pascal + volta + turing + ampere + ada + hopper + blackwell + cdna3)

  /// Finds a device by its name or any usual spelling of it: case, blanks, dashes and the maker's
  /// words do not matter, so "nvidia h100 80gb hbm3" and "h100_sxm" both find "H100-SXM5-80GB".
  public static func named(_ name: String, among devices: [Device] = catalog.elements)
    throws(Problem) -> Device
  {
    if let exact = devices.first(where: { $0.name == name }) { return exact }
    let wanted = spelling(name)
    if let same = devices.first(where: { spelling($0.name) == wanted }) { return same }
    if let other = devices.first(where: { $0.aliases.contains { spelling($0) == wanted } }) {
      return other
    }
    throw .unknown(
      "device", name, among: devices.map(\.name) + devices.flatMap(\.aliases),
      list: "gpu.list() shows \(devices.count)")
  }

  /// A name without what people spell differently.
  private static func spelling(_ name: String) -> String {
    var words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    words.removeAll { ["nvidia", "amd", "tesla", "geforce", "instinct"].contains($0) }
    return words.joined()
  }
}
