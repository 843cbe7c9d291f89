import Base
import Kernels

/// `counters.json`: kernels with the exact requests, sectors, wavefronts, lanes and divergence.
struct KernelCountersReference: ReferenceFile {
  let folder = "gpu"
  let name = "counters.json"

  /// More than any of the kernels touches of one buffer.
  private static let bufferBytes = 1 << 20

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    for kernel in try document.list("kernels") {
      let name = try kernel.text("name")
      do throws(Problem) {
        let differences = try differences(kernel)
        tally.count(differences.isEmpty, "\(name): \(differences.joined(separator: ", "))")
      } catch {
        tally.count(false, "\(name): \(error)")
      }
    }
    return tally
  }

  private func differences(_ kernel: JSONValue) throws(Problem) -> [String] {
    let name = try kernel.text("name")
    let memory = DeviceMemory()
    let module = try KernelModule(
      source: try CUDASource(try kernel.text("source"), name: "\(name).cu"), memory: memory)
    var arguments: [LaunchArgument] = []
    for buffer in try kernel.list("buffers") {
      let name = buffer["name"]?.string ?? ""
      arguments.append(.buffer(try memory.allocate(bytes: Self.bufferBytes, name: name)))
    }
    let result = try module.launch(
      name, grid: try kernel.extent("grid"), block: try kernel.extent("block"),
      sharedBytes: kernel["shared_bytes"]?.integer ?? 0, arguments: arguments)
    let counters = try result.checked().counters.total
    var found: [String] = []
    for (key, expected) in kernel["expected"]?.object ?? JSONObject() {
      if key == "divergent_branches" {
        if counters.divergentBranches != expected.integer {
          found.append("\(key) \(counters.divergentBranches) for \(expected.formatted())")
        }
      } else {
        found += differences(key, counters, expected)
      }
    }
    return found
  }

  /// What differs in one kind of access.
  private func differences(
    _ kind: String, _ counters: CounterSet, _ expected: JSONValue
  ) -> [String] {
    let counts: AccessCounts
    switch kind {
    case "global_load": counts = counters.globalLoad
    case "global_store": counts = counters.globalStore
    case "global_atomic": counts = counters.globalAtomic
    case "shared_load": counts = counters.sharedLoad
    case "shared_store": counts = counters.sharedStore
    case "shared_atomic": counts = counters.sharedAtomic
    case "local_load": counts = counters.localLoad
    case "local_store": counts = counters.localStore
    default: return ["\(kind) is not counted"]
    }
    let values: [String: Double] = [
      "requests": Double(counts.requests), "active_lanes": Double(counts.activeLanes),
      "bytes_requested": Double(counts.bytesRequested), "sectors": Double(counts.sectors),
      "sectors_per_request": counts.sectorsPerRequest, "lanes_per_request": counts.lanesPerRequest,
      "efficiency": counts.efficiency, "wavefronts": Double(counts.wavefronts),
      "wavefronts_per_request": counts.wavefrontsPerRequest, "conflicts": Double(counts.conflicts),
    ]
    return (expected.object ?? JSONObject()).compactMap { key, value in
      guard let got = values[key], let want = value.double else { return "\(kind).\(key)" }
      // The file keeps six decimals of ratios.
      return abs(got - want) <= 1e-6 ? nil : "\(kind).\(key) \(got) for \(want)"
    }
  }
}
