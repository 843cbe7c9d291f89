import Base
import Devices
import Sharing
import Testing

@Suite struct SharedGPUTests {
  static var policies: [(String, any SharingPolicy)] {
    [
      ("passthrough", Passthrough()), ("time-slicing", TimeSlicing()), ("mps", MPS()),
      ("mps 25 %", MPS(threadPercentage: 25)), ("best effort", VGPU()),
      ("equal share", VGPU(.equalShare)), ("fixed share", VGPU(.fixedShare, places: 16)),
      ("hami", HAMi()), ("mig", MIGSharing()),
    ]
  }

  static func device() throws -> Device { try Device.named("A100-SXM4-80GB") }

  /// Tenants that run kernels of a device one after the other.
  static func busy(
    _ count: Int, on device: Device, seconds: Double = 0.001, share: Double = 1, gap: Double = 0,
    bandwidth: Double = 0
  ) -> [Tenant] {
    let kernel = KernelDemand(
      seconds: seconds, on: device, multiprocessorShare: share, bandwidthShare: bandwidth)
    return (0..<count).map { index in
      Tenant("tenant \(index + 1)") {
        RequestWorkload(kernels: [kernel], gap: gap, random: $0)
      }
    }
  }

  @Test("no policy gives out more than there is", arguments: policies.map(\.0))
  func bounds(_ name: String) throws {
    let device = try Self.device()
    let policy = try #require(Self.policies.first { $0.0 == name }?.1)
    var random = SeededRandom(seed: 4, named: name)
    for _ in 0..<3 {
      let count = 1 + random.nextInteger(below: 16)
      let tenants = (0..<count).map { index in
        let kernel = KernelDemand(
          seconds: 0.0002 + 0.003 * random.nextUniform(), on: device,
          multiprocessorShare: 0.1 + 0.9 * random.nextUniform(),
          bandwidthShare: random.nextUniform(), waves: 1 + random.nextInteger(below: 6))
        let rate = 20 + 300 * random.nextUniform()
        let isOpen = random.nextInteger(below: 2) == 0
        return Tenant("\(index)") {
          RequestWorkload(
            kernels: [kernel, kernel],
            arrivals: isOpen ? .poisson(rate: rate) : .afterTheLast(pause: 0.0005), gap: 5e-6,
            memory: 1 << 30, random: $0)
        }
      }
      let gpu = SharedGPU(device, policy: policy, tenants: tenants)
      let result = try gpu.run(seconds: 0.2, seed: 9)
      #expect(result.checkInvariants())
      #expect(result.multiprocessorUtilization <= 1 && result.utilization <= 1.000001)
      #expect(result.tenants.map(\.name) == tenants.map(\.name))
      let again = try gpu.run(seconds: 0.2, seed: 9)
      #expect(again.tenants.map(\.latencies) == result.tenants.map(\.latencies))
    }
  }

  @Test("equal tenants get equal parts", arguments: policies.map(\.0))
  func equality(_ name: String) throws {
    let device = try Self.device()
    let policy = try #require(Self.policies.first { $0.0 == name }?.1)
    let tenants = Self.busy(7, on: device)
    let result = try SharedGPU(device, policy: policy, tenants: tenants).run(seconds: 1.5)
    let work = result.tenants.map(\.work)
    let (least, most) = (work.min() ?? 0, work.max() ?? 0)
    #expect(least > 0.94 * most, "\(work)")
    #expect(result.fairness > 0.999)
  }

  @Test func `work is conserved where no time is lost by design`() throws {
    let device = try Self.device()
    let alone = try SharedGPU(
      device, policy: Passthrough(), tenants: Self.busy(1, on: device)
    ).run(seconds: 0.5)
    let whole = alone.tenants[0].work
    for count in [2, 4, 8] {
      let tenants = Self.busy(count, on: device)
      let sliced = try SharedGPU(device, policy: TimeSlicing(), tenants: tenants).run(seconds: 0.5)
      let done = sliced.tenants.reduce(0) { $0 + $1.work }
      #expect(abs(done / whole + sliced.switchShare - 1) < 0.01)
      let side = try SharedGPU(device, policy: MPS(), tenants: tenants).run(seconds: 0.5)
      #expect(side.tenants.reduce(0) { $0 + $1.work } > 0.85 * whole)
      #expect(side.switchShare == 0)
    }
  }

  @Test func `under MIG one tenant's load does not change another's latency`() throws {
    let device = try Self.device()
    let quiet = Self.busy(1, on: device, seconds: 0.0008, gap: 0.0003)
    let loud = Self.busy(3, on: device, seconds: 0.05, bandwidth: 1)
    func latencies(_ policy: any SharingPolicy, _ others: [Tenant]) throws -> [Double] {
      let idle = Tenant("idle") { _ in Idle() }
      let tenants = quiet + (others.isEmpty ? [idle, idle, idle] : others)
      return try SharedGPU(device, policy: policy, tenants: tenants).run(seconds: 1).tenants[0]
        .latencies
    }
    let mig = MIGSharing(profile: "1g.20gb")
    #expect(try latencies(mig, loud) == latencies(mig, []))
    for policy in [TimeSlicing(), MPS()] as [any SharingPolicy] {
      #expect(
        try Quantiles(latencies(policy, loud)).at(0.99) ?? 0
          > 1.5 * (Quantiles(latencies(policy, [])).at(0.99) ?? 0))
    }
  }

  @Test func `a busy neighbour doubles latency under time-slicing`() throws {
    let device = try Self.device()
    let one = try SharedGPU(
      device, policy: TimeSlicing(), tenants: Self.busy(1, on: device, seconds: 0.02)
    )
    .run(seconds: 0.5)
    for count in [2, 4, 8, 16] {
      let all = try SharedGPU(
        device, policy: TimeSlicing(), tenants: Self.busy(count, on: device, seconds: 0.02)
      ).run(seconds: 2)
      let ratio = try #require(all.tenants[0].meanLatency) / (one.tenants[0].meanLatency ?? 1)
      #expect(ratio > Double(count) * 0.99 && ratio < Double(count) * 1.25, "\(count): \(ratio)")
    }
  }

  @Test func `an idle neighbour costs nothing where idle turns are passed over`() throws {
    let device = try Self.device()
    let tenants = Self.busy(1, on: device) + [Tenant("idle") { _ in Idle() }]
    let best = try SharedGPU(device, policy: VGPU(), tenants: tenants).run(seconds: 1)
    let equal = try SharedGPU(device, policy: VGPU(.equalShare), tenants: tenants).run(seconds: 1)
    #expect(best.utilization > 0.999)
    #expect(abs(equal.utilization - 0.5) < 0.02)
  }

  @Test func `HAMi refuses memory over the limit unless its library is not there`() throws {
    let device = try Self.device()
    func run(_ bypasses: Bool, _ policy: any SharingPolicy) throws -> SharingResult {
      var greedy = Tenant("greedy") {
        RequestWorkload(
          kernels: [KernelDemand(seconds: 0.001, on: device)], memory: 70 << 30, random: $0)
      }
      greedy.bypassesHook = bypasses
      let modest = Tenant("modest") {
        RequestWorkload(
          kernels: [KernelDemand(seconds: 0.001, on: device)], memory: 30 << 30, random: $0)
      }
      return try SharedGPU(device, policy: policy, tenants: [greedy, modest]).run(seconds: 0.1)
    }
    let kept = try run(false, HAMi())
    #expect(kept.tenants[0].refusals == 1 && kept.violations.isEmpty)
    let bypassed = try run(true, HAMi())
    #expect(bypassed.violations.map(\.kind) == [.memory])
    #expect(bypassed.violations.first?.victim == "modest")
    #expect(try run(false, TimeSlicing()).violations.count == 1)
    #expect(try run(false, MIGSharing()).violations.isEmpty)
  }

  @Test func `a fault takes along whom the mechanism joins`() throws {
    let device = try Self.device()
    func dead(_ policy: any SharingPolicy, _ kind: FaultKind) throws -> Int {
      let tenants = Self.busy(3, on: device) + [Tenant("faulty") { _ in Faulty(kind: kind) }]
      return try SharedGPU(device, policy: policy, tenants: tenants).run(seconds: 0.1)
        .violations.count { $0.kind == .fault }
    }
    #expect(try dead(MPS(), .context) == 3)
    #expect(try dead(TimeSlicing(), .context) == 0)
    #expect(try dead(TimeSlicing(), .device) == 3)
    #expect(try dead(HAMi(), .device) == 3)
    #expect(try dead(MIGSharing(), .device) == 0)
    #expect(try dead(Passthrough(), .device) == 0)
  }

  @Test func `HAMi's limiter brings a tenant near its limit in the long run`() throws {
    let device = try Self.device()
    // Many short blocks: tokens are blocks, so a launch weighs what the watcher can move.
    let kernel = KernelDemand(blocks: 200_000, blockSeconds: 1e-5, blocksPerMultiprocessor: 8)
    let tenant = Tenant("one") { RequestWorkload(kernels: [kernel], random: $0) }
    let result = try SharedGPU(device, policy: HAMi(cores: 30), tenants: [tenant]).run(seconds: 60)
    #expect(abs(result.utilization - 0.3) < 0.12, "\(result.utilization)")
    #expect(result.tenants[0].heldSeconds > 10)
  }

  @Test func `a program that takes no time is stopped with its name`() throws {
    let device = try Self.device()
    let tenants = [Tenant("spinner") { _ in Spinner() }]
    #expect(throws: Problem.self) {
      try SharedGPU(device, policy: MPS(), tenants: tenants).run(seconds: 1)
    }
  }
}

private struct Idle: Workload {
  func next(_ moment: TenantMoment) -> TenantAction { .end }
}

private struct Spinner: Workload {
  func next(_ moment: TenantMoment) -> TenantAction { .wait(0) }
}

private struct Faulty: Workload {
  let kind: FaultKind
  var hasWaited = false
  mutating func next(_ moment: TenantMoment) -> TenantAction {
    defer { hasWaited = true }
    return hasWaited ? .fault(kind) : .wait(0.01)
  }
}
