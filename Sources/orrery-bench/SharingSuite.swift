import Base
import Devices
import Sharing

/// Tenants on a GPU in virtual time, and what a driver does with slices.
struct SharingSuite: Suite {
  let name = "sharing"
  let summary = "Tenants on one GPU in virtual time, by policy; calls to a driver that cuts GPUs."

  func cases() throws -> [Case] {
    let policies: [(String, any SharingPolicy)] = [
      ("time-slicing", TimeSlicing()), ("MPS", MPS()), ("vGPU, fixed share", VGPU(.fixedShare)),
      ("HAMi", HAMi()), ("MIG", MIGSharing()),
    ]
    let runs = policies.map { name, policy in
      // A minute of sixteen tenants is to take well under a second.
      Case("virtual seconds, 16 tenants, \(name)", .perSecond, .atLeast(100)) {
        try virtualSeconds(policy)
      }
    }
    return runs + [
      Case("MIG: instances created and destroyed", .perSecond, .none) { try instances() },
      Case("MIG: layouts with every profile", .perSecond, .none) { try layouts() },
    ]
  }
}

/// Sixteen tenants that launch kernels of 1 ms on half of an A100.
private func virtualSeconds(_ policy: any SharingPolicy) throws -> Double {
  let device = try Device.named("A100-SXM4-80GB")
  let kernel = KernelDemand(
    seconds: 0.001, on: device, multiprocessorShare: 0.5, bandwidthShare: 0.3)
  let tenants = (1...16).map { number in
    Tenant("tenant \(number)") { RequestWorkload(kernels: [kernel], gap: 5e-6, random: $0) }
  }
  let gpu = SharedGPU(device, policy: policy, tenants: tenants)
  let seconds = 20.0
  return seconds / (try processorSeconds { keep(try gpu.run(seconds: seconds).throughput) })
}

private func instances() throws -> Double {
  var partition = MIGPartition(try MIGScheme.catalog["A100-80GB"])
  let profiles = partition.scheme.profiles.filter { $0.size < 4 }
  let count = 200_000
  let took = try processorSeconds {
    for round in 0..<count {
      let made = try partition.create(profiles[round % profiles.count])
      try partition.destroy(made.id)
    }
  }
  return Double(count) / took
}

private func layouts() throws -> Double {
  let scheme = try MIGScheme.catalog["A100-80GB"]
  var count = 0
  let took = processorSeconds {
    for _ in 0..<20 { count += scheme.layouts(of: scheme.profiles).count }
  }
  return Double(count) / took
}
