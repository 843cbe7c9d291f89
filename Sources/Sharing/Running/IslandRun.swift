import Base
import Devices

/// Runs the tenants of one island in virtual time, from event to event.
///
/// Between two events everybody's progress is linear: a kernel on a part of the multiprocessors takes
/// whole waves of blocks, and all kernels are slowed alike by what memory bandwidth cannot give. Events
/// are the ends of kernels and host pauses, the scheduler's decisions and its ticks.
struct IslandRun {
  /// Where a tenant is.
  enum Phase { case ready, waiting, held, running, done }

  /// One tenant's state.
  struct State {
    var workload: any Workload
    var phase = Phase.ready
    /// When a pause or a sleep for tokens ends.
    var wake = 0.0
    var kernel = KernelDemand(blocks: 1, blockSeconds: 1)
    var endsRequest = true
    /// The part of the kernel that is still to run.
    var remaining = 0.0
    /// Parts per second with the present multiprocessors and bandwidth.
    var rate = 0.0
    /// Multiprocessors that are busy with it.
    var filled = 0.0
    var requestStart: Double?
    var lastLatency: Double?
    var wasRefused = false
    var memory = 0
    var report: TenantReport
  }

  let island: Island
  let end: Double
  /// Requests from before this time are not counted.
  let warmUp: Double
  var view: IslandView
  var states: [State]
  var scheduler: any IslandScheduler
  var decision: Decision
  var report: IslandReport
  private var shares: [Double]
  private var demands: [Double]
  private var grants: [Double]
  var isStale = true
  /// Tenants whose programs have not ended.
  var openCount: Int
  private let shouldStop: () -> Bool

  /// Steps without time going by after which a program is held to be stuck.
  static let stuckLimit = 1_000_000

  init(
    _ island: Island, _ tenants: [Tenant], seed: UInt64, end: Double, warmUp: Double,
    spanLimit: Int, shouldStop: @escaping () -> Bool
  ) {
    self.island = island
    self.end = end
    self.warmUp = warmUp
    self.shouldStop = shouldStop
    let count = island.tenants.count
    view = IslandView(island.device, tenants: count)
    scheduler = island.scheduler
    decision = Decision(tenants: count)
    openCount = count
    shares = Array(repeating: 0, count: count)
    demands = shares
    grants = shares
    report = IslandReport(
      name: island.name, device: island.device, tenants: count, spanLimit: spanLimit)
    states = island.tenants.map { index in
      let tenant = tenants[index]
      let random = SeededRandom(seed: seed, named: "\(index) \(tenant.name)")
      return State(workload: tenant.workload(random), report: TenantReport(tenant.name, index))
    }
  }

  /// Runs to the end and gives what came of it.
  mutating func run() throws -> IslandReport {
    scheduler.begin(view)
    var stuck = 0
    var steps = 0
    while view.now < end {
      try wakeUp()
      let before = view.now
      try step()
      stuck = view.now > before ? 0 : stuck + 1
      if stuck > Self.stuckLimit {
        throw Problem(
          "\(island.name): time stands still at \(view.now) s",
          fix: "a program that loops must launch, wait or end")
      }
      steps += 1
      if steps & 0xFFF == 0, shouldStop() {
        throw Problem("the run was stopped at \(shownSeconds(view.now))").of(.interrupted)
      }
      if openCount == 0 { break }
    }
    return finish()
  }

  private func finish() -> IslandReport {
    var report = report
    report.seconds = end
    report.tenants = states.map { state in
      var tenant = state.report
      tenant.memoryBytes = state.memory
      // The part of a kernel that is under way counts as work, not as a kernel.
      if state.phase == .running { tenant.work += (1 - state.remaining) * state.kernel.work }
      return tenant
    }
    report.spans.close(at: min(view.now, end))
    return report
  }

  // MARK: One step

  /// Decides, lets time go by to the next event, and ends the kernels that are through.
  private mutating func step() throws {
    let wasSwitching = decision.isSwitching
    try scheduler.decide(view, &decision)
    if decision.shares != shares || wasSwitching != decision.isSwitching { isStale = true }
    if isStale { settle() }
    let next = nextEvent()
    let elapsed = next - view.now
    if elapsed > 0 { advance(elapsed) }
    view.now = next
    endKernels()
    if view.now >= scheduler.nextTick { scheduler.tick(view) }
  }

  private func nextEvent() -> Double {
    var next = min(end, decision.until, scheduler.nextTick)
    // By index: walking the values would copy each with everything it refers to.
    for index in states.indices {
      switch states[index].phase {
      case .waiting, .held: next = min(next, states[index].wake)
      case .running where states[index].rate > 0:
        next = min(next, view.now + states[index].remaining / states[index].rate)
      default: break
      }
    }
    return max(next, view.now)
  }

  private mutating func advance(_ elapsed: Double) {
    var isBusy = false
    for index in states.indices where states[index].phase == .running && states[index].rate > 0 {
      isBusy = true
      states[index].remaining -= states[index].rate * elapsed
      states[index].report.busySeconds += elapsed
      states[index].report.multiprocessorSeconds += states[index].filled * elapsed
      states[index].report.bytes += grants[index] * elapsed
      view.busySeconds[index] += elapsed
      view.hasBegun[index] = true
    }
    if isBusy { report.busySeconds += elapsed }
    if decision.isSwitching { report.switchSeconds += elapsed }
  }

  private mutating func endKernels() {
    for index in states.indices where states[index].phase == .running {
      // What rounding leaves of a kernel: a rest too small for the clock to show.
      guard states[index].rate > 0 else { continue }
      let rest = states[index].remaining
      guard rest <= 1e-12 || view.now + rest / states[index].rate <= view.now else { continue }
      let kernel = states[index].kernel
      states[index].report.kernels += 1
      states[index].report.work += kernel.work
      states[index].phase = .ready
      view.isRunnable[index] = false
      view.hasBegun[index] = false
      isStale = true
      guard states[index].endsRequest else { continue }
      let start = states[index].requestStart ?? view.now
      let latency = view.now - start
      if start >= warmUp { states[index].report.latencies.append(latency) }
      states[index].lastLatency = latency
      states[index].requestStart = nil
    }
  }

  // MARK: Rates

  /// Works out everybody's speed from the multiprocessors and the bandwidth they get.
  private mutating func settle() {
    isStale = false
    shares = decision.shares
    let all = view.multiprocessors
    for index in states.indices {
      demands[index] = 0
      states[index].rate = 0
      states[index].filled = 0
      guard states[index].phase == .running, shares[index] > 0 else { continue }
      let kernel = states[index].kernel
      let duration = kernel.duration(on: min(shares[index], all))
      states[index].rate = 1 / duration
      states[index].filled =
        kernel.work / (Double(kernel.blocksPerMultiprocessor) * duration)
      demands[index] = Double(kernel.blocks) * kernel.bytesPerBlock / duration
    }
    // Memory serves requests as they come: who asks for more gets more, and all are slowed alike.
    let wanted = demands.reduce(0, +)
    let given = min(1, island.device.memory.bytesPerSecond.value / max(wanted, 1))
    for index in states.indices {
      grants[index] = demands[index] * given
      states[index].rate *= given
    }
    note()
  }

  /// Notes who runs, for the timeline.
  private mutating func note() {
    guard !report.spans.isFull else { return }
    for index in states.indices {
      let isRunning = states[index].rate > 0
      report.spans.set(index, isRunning ? shares[index] : 0, at: view.now)
    }
    report.spans.setSwitching(decision.isSwitching, at: view.now)
  }
}
