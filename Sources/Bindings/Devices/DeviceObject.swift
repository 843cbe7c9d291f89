import Base
public import Devices
public import LuaBridge

/// A device as Lua holds it.
public final class DeviceObject: CustomStringConvertible {
  /// The device.
  public let device: Device

  /// How it is cut, once somebody asked.
  private(set) var cut: MIGObject?

  /// Wraps a device.
  public init(_ device: Device) { self.device = device }

  /// The lines with the numbers that matter, and its slices where it was cut.
  public var description: String {
    let lines = DeviceText.lines(device).joined(separator: "\n")
    if let cut, !cut.partition.instances.isEmpty { return lines + "\n\(cut.partition.picture)" }
    guard let profiles = device.migScheme?.profiles.filter({ !$0.hasMediaExtensions }) else {
      return lines
    }
    let counts = profiles.map { "\($0.maximumInstances) x \($0.name)" }
    return lines + "\nMIG: at most " + counts.joined(separator: ", ")
  }

  /// Its slices; made at the first touch, in MIG mode.
  func mig() throws(Problem) -> MIGObject {
    if let cut { return cut }
    guard let scheme = device.migScheme else {
      let names = MIGScheme.catalog.elements.flatMap(\.devices)
      throw Problem(
        "\(device.name) has no MIG", fix: "take one of \(names.joined(separator: ", "))")
    }
    let made = MIGObject(device, scheme)
    cut = made
    return made
  }
}

/// The devices that a session has defined beside the catalogue.
final class DefinedDevices {
  private(set) var devices: [Device] = []

  /// Those of a state, made at first use.
  static func of(_ state: LuaState) -> DefinedDevices {
    if let known = state[DefinedDevices.self] { return known }
    let made = DefinedDevices()
    state[DefinedDevices.self] = made
    return made
  }

  /// All devices that a state knows, those of the catalogue first.
  static func all(in state: LuaState) -> [Device] {
    Device.catalog.elements + (state[DefinedDevices.self]?.devices ?? [])
  }

  /// Adds a device, in place of one of the same name.
  func add(_ device: Device) {
    devices.removeAll { $0.name == device.name }
    devices.append(device)
  }
}

/// An argument that means a device: an object, a GPU instance, or a name.
public typealias DeviceArgument = Either<Either<DeviceObject, MIGInstance>, String>

extension Either where First == Either<DeviceObject, MIGInstance>, Second == String {
  /// The device that is meant.
  func device(in state: LuaState) throws(Problem) -> Device {
    switch self {
    case .first(.first(let object)): object.device
    case .first(.second(let instance)): try instance.device()
    case .second(let name): try Device.named(name, among: DefinedDevices.all(in: state))
    }
  }
}

/// What stands in a device's text.
enum DeviceText {
  static func lines(_ device: Device) -> [String] {
    let limits = device.limits
    var lines = ["gpu.Device \(device.name): \(device.info.summary)"]
    let capability = limits.capability.map { ", compute capability \($0)" } ?? ""
    lines.append(
      "\(device.generation.rawValue) (\(device.chip), \(device.year))\(capability): "
        + "\(device.multiprocessors.value) \(units(device)), \(device.fp32Lanes) FP32 lanes, "
        + "\(device.tensorCores) tensor cores, \(clocks(device))")
    lines.append(memory(device))
    lines.append("dense \(rates(device.peaks.dense))")
    if !device.peaks.sparse.isEmpty { lines.append("sparse \(rates(device.peaks.sparse))") }
    lines.append(
      ([links(device), "\(Quantity.digits(device.watts.value)) W"] + prices(device))
        .filter { !$0.isEmpty }.joined(separator: ", "))
    return lines
  }

  /// What the vendor calls multiprocessors.
  static func units(_ device: Device) -> String { device.vendor == .amd ? "CUs" : "SMs" }

  private static func clocks(_ device: Device) -> String {
    let boost = Quantity.text(device.clocks.boost.value, "Hz")
    let tensor = Quantity.text(device.clocks.tensor.value, "Hz")
    return boost == tensor || device.tensorCores == 0 ? boost : "\(boost) (tensor cores \(tensor))"
  }

  private static func memory(_ device: Device) -> String {
    let memory = device.memory
    return "\(memory.size.value) \(memory.kind) at "
      + "\(Quantity.text(memory.bytesPerSecond.value, "B/s")), L2 \(memory.l2Size.value) at "
      + Quantity.text(memory.l2BytesPerSecond.value, "B/s")
  }

  /// Rates in TFLOP/s by kind, those of one rate together.
  private static func rates(_ rates: [Arithmetic: Fact<Double>]) -> String {
    var groups: [(rate: String, kinds: [String])] = []
    for kind in Arithmetic.allCases {
      guard let rate = rates[kind].map({ Quantity.digits($0.value / 1e12) }) else { continue }
      if let place = groups.firstIndex(where: { $0.rate == rate }) {
        groups[place].kinds.append(kind.rawValue)
      } else {
        groups.append((rate, [kind.rawValue]))
      }
    }
    return groups.map { "\($0.kinds.joined(separator: "/")) \($0.rate)" }
      .joined(separator: ", ") + " TFLOP/s"
  }

  static func links(_ device: Device) -> String {
    if let ports = device.ports {
      let each = Quantity.text(ports.bytesPerSecondEach.value, "B/s")
      return "\(ports.count) x \(ports.kind) of \(each) each way"
    }
    return device.slot.map { "PCIe \($0.generation).0 x\($0.lanes)" } ?? ""
  }

  private static func prices(_ device: Device) -> [String] {
    [
      device.price.toBuy.map { "$\(Quantity.digits($0.value))" },
      device.price.perHour.map { "$\(Quantity.digits($0.value)) an hour" },
    ].compactMap { $0 }
  }
}
