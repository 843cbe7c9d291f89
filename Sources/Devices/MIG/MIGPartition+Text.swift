internal import Base

/// The tables of nvidia-smi and a picture of the slices, as text.
extension MIGPartition {
  /// The table of `nvidia-smi mig -lgi`.
  public var instanceTable: String {
    if !isEnabled { return MIGFault.notEnabled.text }
    if instances.isEmpty { return MIGFault.noInstance.text }
    let rule = "+" + String(repeating: "-", count: 55) + "+"
    var lines = [
      rule, "| GPU instances:                                        |",
      "| GPU   Name             Profile  Instance   Placement  |",
      "|                          ID       ID       Start:Size |",
      "|=======================================================|",
    ]
    for instance in instances {
      let name = "MIG \(instance.profile.name)".padded(toWidth: 16)
      let row =
        "\(right(gpu, 4))  \(name)\(right(instance.profile.id, 6))\(right(instance.id, 9))"
      let place = String(repeating: " ", count: 11 - instance.placement.count / 2)
      lines.append("|" + (row + place + instance.placement).padded(toWidth: 55) + "|")
      lines.append(rule)
    }
    return lines.joined(separator: "\n")
  }

  /// The table of `nvidia-smi mig -lgip`: what there is and how much of it is free.
  public var profileTable: String {
    if !isEnabled { return MIGFault.notEnabled.text }
    let rule = "+" + String(repeating: "-", count: 77) + "+"
    var lines = [
      rule,
      "| GPU instance profiles:                                                      |",
      "| GPU   Name             ID    Instances   Memory     P2P    SM    DEC   ENC  |",
      "|                              Free/Total   GiB              CE    JPEG  OFA  |",
      "|=============================================================================|",
    ]
    for profile in scheme.profiles {
      lines += rows(of: profile)
      lines.append(rule)
    }
    return lines.joined(separator: "\n")
  }

  private func rows(of profile: MIGProfile) -> [String] {
    let gib = Double(scheme.memory(of: profile).count) / 1_073_741_824
    let hundredths = Int((gib * 100).rounded())
    let memory = "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
    let count = "\(remaining(profile))/\(profile.maximumInstances)"
    let name = "MIG \(profile.name)".padded(toWidth: 16)
    let first =
      "\(right(gpu, 4))  \(name)\(right(profile.id, 4))     \(count)        "
      + memory.padded(toWidth: 11) + "No" + right(scheme.multiprocessors(of: profile), 7)
      + right(profile.engines.decoders, 6) + right(profile.engines.encoders, 6)
    let second =
      String(repeating: " ", count: 55) + right(profile.engines.copy, 7)
      + right(profile.engines.jpeg, 6) + right(profile.engines.opticalFlow, 6)
    return [first, second].map { "|" + $0.padded(toWidth: 77) + "|" }
  }

  private func right(_ number: Int, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The memory slices in a row, each with the instance that stands there.
  public var picture: String {
    let cell = 9
    var top = "┌"
    var middle = "│"
    var below = "│"
    var slice = 0
    while slice < scheme.memorySlices {
      let instance = instances.first { $0.start == slice }
      let size = instance?.size ?? 1
      let width = size * cell + size - 1
      let label = instance?.profile.name ?? "·"
      middle += " " + label.truncated(toWidth: width - 1).padded(toWidth: width - 1) + "│"
      let detail = instance.map { "GI \($0.id)" } ?? ""
      below += " " + detail.truncated(toWidth: width - 1).padded(toWidth: width - 1) + "│"
      top += String(repeating: "─", count: width)
      slice += size
      top += slice < scheme.memorySlices ? "┬" : "┐"
    }
    let bottom = String(top.map { ["┌": "└", "┬": "┴", "┐": "┘"][$0] ?? $0 })
    return [top, middle, below, bottom].joined(separator: "\n")
  }
}
