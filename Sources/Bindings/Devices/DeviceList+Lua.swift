import Base
import Devices
import Figures
import LuaBridge

/// Devices in an order, as Lua holds them.
struct DeviceList: CustomStringConvertible {
  let devices: [Device]

  var description: String { Figure.table(DeviceFigures.table(devices)).text(width: 120) }
}

extension DeviceList: LuaExported {
  static let luaName = "gpu.List"

  static let exported = Exported<DeviceList>(
    "Devices in an order, shown as a table.", example: "gpu.list{ generation = \"Hopper\" }"
  ) {
    property("names", "Their names.") { $0.devices.map(\.name) }
    method("figure", "The table as a figure.") { Figure.table(DeviceFigures.table($0.devices)) }
      .example("gpu.list():figure()")
    method("__mime", "What a notebook shows of it: the table.", .state) { list, state in
      FigureDisplay.forms(.table(DeviceFigures.table(list.devices)), state)
    }
    metamethod(.length, "How many there are.") { $0.devices.count }
    metamethod(.index, "A device by its number from 1.", .any("number", "which")) { list, key in
      guard let place = key.integer, list.devices.indices.contains(place - 1) else {
        return nil as DeviceObject?
      }
      return DeviceObject(list.devices[place - 1])
    }
    metamethod(.string, "The table as text.", .state) { list, state in
      Figure.table(DeviceFigures.table(list.devices)).text(
        width: max(100, FigureDisplay.columns(state)), color: FigureDisplay.color(nil, state))
    }
  }
}

extension DeviceList {
  /// What may be asked of devices.
  struct Filter {
    var generation: String?
    var vendor: String?
    var format: NumberFormat?
    var leastMemory: Int?
    var leastCapability: ComputeCapability?
    var hasLinks: Bool?

    func accepts(_ device: Device) -> Bool {
      if let generation, device.generation.rawValue.lowercased() != generation.lowercased() {
        return false
      }
      if let vendor, device.vendor.rawValue.lowercased() != vendor.lowercased() { return false }
      if let format, device.peak(format) == nil { return false }
      if let leastMemory, device.memory.size.value.count < leastMemory { return false }
      if let leastCapability {
        guard let capability = device.limits.capability, capability >= leastCapability else {
          return false
        }
      }
      if let hasLinks, (device.ports != nil) != hasLinks { return false }
      return true
    }
  }

  /// What devices can be sorted by, the greatest first.
  enum Order: String, CaseIterable {
    case catalogue, year, memory, bandwidth, fp32, fp16, watts

    func value(_ device: Device) -> Double {
      switch self {
      case .catalogue: 0
      case .year: Double(device.year)
      case .memory: Double(device.memory.size.value.count)
      case .bandwidth: device.memory.bytesPerSecond.value
      case .fp32: device.peaks.dense[.fp32]?.value ?? 0
      case .fp16: device.peak(.fp16)?.rate.value ?? 0
      case .watts: device.watts.value
      }
    }
  }

  /// Those that a filter accepts, in an order; equals stay in that of the catalogue.
  init(_ devices: [Device], _ filter: Filter, _ order: Order) {
    let accepted = devices.filter(filter.accepts).enumerated()
    self.devices = accepted.sorted { left, right in
      let (a, b) = (order.value(left.element), order.value(right.element))
      return a == b ? left.offset < right.offset : a > b
    }.map(\.element)
  }
}
