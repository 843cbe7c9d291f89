import Base
import Devices
import Figures
import LuaBridge

/// How one device is cut, as Lua holds it.
public final class MIGObject {
  /// The device that is cut.
  let device: Device
  /// What is there now.
  var partition: MIGPartition

  init(_ device: Device, _ scheme: MIGScheme) {
    self.device = device
    partition = MIGPartition(scheme)
  }

  /// Creates a GPU instance, with compute instances where asked for.
  func create(_ profile: String, at start: Int?, compute: Compute) throws(Problem) -> MIGInstance {
    var changed = partition
    do throws(MIGFault) {
      let instance = try changed.create(profile, at: start)
      switch compute {
      case .none: break
      case .whole: try changed.createCompute(in: instance.id)
      case .parts(let names):
        for name in names { try changed.createCompute(in: instance.id, name) }
      }
      partition = changed
      return MIGInstance(self, instance.id, instance.profile)
    } catch {
      throw error.problem(fix: fix(profile, start))
    }
  }

  /// What compute instances are made with a GPU instance.
  enum Compute {
    case none
    case whole
    case parts([String])
  }

  /// What would help where a profile cannot be created; nil where the reason is another.
  private func fix(_ profile: String, _ start: Int?) -> String? {
    guard let why = try? partition.why(profile, at: start) else {
      let names = partition.scheme.profiles.map { "\($0.name) (\($0.id))" }
      return "profiles are \(names.joined(separator: ", "))"
    }
    guard why.fault != nil else { return nil }
    return why.description.split(separator: "\n").dropFirst().joined(separator: "; ")
  }

  /// Does something that the driver may refuse.
  func change(_ body: (inout MIGPartition) throws(MIGFault) -> Void) throws(Problem) {
    var changed = partition
    do throws(MIGFault) {
      try body(&changed)
      partition = changed
    } catch {
      throw error.problem()
    }
  }

  /// The instance of a number.
  func instance(_ id: Int) throws(Problem) -> GPUInstance {
    guard let instance = partition.instance(id) else {
      throw Problem("there is no GPU instance \(id) on \(device.name)").of(.missing)
    }
    return instance
  }

  /// All instances, by place.
  var instances: [MIGInstance] {
    partition.instances.map { MIGInstance(self, $0.id, $0.profile) }
  }

  /// The slices as cells: who has which memory, and which compute slices go with it.
  func figure(_ title: String? = nil) -> Figure {
    let scheme = partition.scheme
    var memory: [CellGrid.Cell] = []
    var compute: [CellGrid.Cell] = []
    var slice = 0
    while slice < scheme.memorySlices {
      guard let instance = partition.instances.first(where: { $0.start == slice }) else {
        memory.append(CellGrid.Cell("free", group: "free"))
        compute.append(CellGrid.Cell(slice < scheme.computeSlices ? "free" : "", group: "free"))
        slice += 1
        continue
      }
      let group = "GI \(instance.id): \(instance.profile.name)"
      memory.append(CellGrid.Cell(instance.profile.name, group: group, span: instance.size))
      compute += cells(of: instance, group)
      slice += instance.size
    }
    let names = (0..<scheme.memorySlices).map { "\($0)" }
    return .grid(
      CellGrid(
        title ?? "Slices of \(device.name)",
        subtitle: "\(partition.freeMemorySlices) of \(scheme.memorySlices) memory slices free",
        rows: [memory, compute], rowLabels: ["memory", "compute"], columnLabels: names,
        groupPaints: ["free": .faint]))
  }

  /// An instance's compute slices, each compute instance as one cell; what it has no slices for is blank.
  private func cells(of instance: GPUInstance, _ group: String) -> [CellGrid.Cell] {
    var cells: [CellGrid.Cell] = []
    var slice = 0
    while slice < instance.profile.slices {
      let part = instance.computeInstances.first { $0.start == slice }
      let size = part?.profile.slices ?? 1
      cells.append(CellGrid.Cell(part.map { "CI \($0.id)" } ?? "", group: group, span: size))
      slice += size
    }
    let rest = instance.size - instance.profile.slices
    if rest > 0 { cells.append(CellGrid.Cell("", group: "", span: rest)) }
    return cells
  }
}

extension MIGObject: CustomStringConvertible {
  /// The slices in characters.
  public var description: String {
    "MIG of \(device.name): "
      + (partition.isEnabled
        ? "\(partition.instances.count) instance" + (partition.instances.count == 1 ? "" : "s")
          + ", \(partition.freeMemorySlices) of "
          + "\(partition.scheme.memorySlices) memory slices free\n" + partition.picture
        : "disabled")
  }
}

/// A GPU instance as Lua holds it; it is named by its number, so it sees what becomes of it.
public final class MIGInstance {
  /// Where it is.
  let owner: MIGObject
  /// Its number.
  let id: Int
  /// Its kind.
  let profile: MIGProfile

  init(_ owner: MIGObject, _ id: Int, _ profile: MIGProfile) {
    self.owner = owner
    self.id = id
    self.profile = profile
  }

  /// What it is now; an error when it was destroyed.
  func current() throws(Problem) -> GPUInstance {
    let instance = try owner.instance(id)
    guard instance.profile == profile else {
      throw Problem("GPU instance \(id) is a \(instance.profile.name) by now").of(.missing)
    }
    return instance
  }

  /// Its numbers as a device.
  func device(compute number: Int? = nil) throws(Problem) -> Device {
    let instance = try current()
    let compute = instance.computeInstances.first { $0.id == number }
    if let number, compute == nil {
      throw Problem("GPU instance \(id) has no compute instance \(number)").of(.missing)
    }
    return owner.device.slice(instance, compute: compute, of: owner.partition.scheme)
  }
}

extension MIGInstance: CustomStringConvertible {
  /// One line that says what it is.
  public var description: String {
    guard let instance = try? current() else { return "GPU instance \(id): destroyed" }
    let scheme = owner.partition.scheme
    let parts = instance.computeInstances.map { "CI \($0.id) \($0.profile.name)" }
    return "GPU instance \(id): \(profile.name) at \(instance.placement) of "
      + "\(owner.device.name), \(scheme.multiprocessors(of: profile)) SMs, "
      + "\(scheme.memory(of: profile))"
      + (parts.isEmpty ? "" : "; " + parts.joined(separator: ", "))
  }
}
