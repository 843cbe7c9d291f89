public import Base

extension MIGParted {
  /// A configuration's instances on one GPU: compute instances that are smaller than their GPU
  /// instance share one as long as it has room, as mig-parted makes them.
  struct Plan {
    /// The GPU instances to create.
    var profiles: [MIGProfile] = []
    /// The names of the compute instances of each.
    var computes: [[String]] = []
  }

  /// What is wrong with the configurations on GPUs of a kind, each with the way out; empty when every
  /// one of them can be created.
  public func problems(on scheme: MIGScheme, gpus: Int = 8) -> [Problem] {
    var problems: [Problem] = []
    for configuration in configurations {
      let rules = configuration.rules.enumerated().filter { _, rule in
        (0..<gpus).contains { rule.covers(gpu: $0, of: scheme) }
      }
      for (index, rule) in rules {
        do throws(Problem) { _ = try Self.orders(of: rule, on: scheme) } catch {
          problems.append(
            Problem("\(configuration.name)[\(index)]: \(error.message)", fix: error.fix))
        }
      }
      for gpu in 0..<gpus where rules.count(where: { $1.covers(gpu: gpu, of: scheme) }) > 1 {
        problems.append(Problem("\(configuration.name): two rules speak of GPU \(gpu)"))
      }
    }
    return problems
  }

  /// Cuts GPUs as a configuration says: all of them or none.
  ///
  /// Where the driver's own places do not give the set in any order, places are asked for.
  public func apply(_ name: String, to partitions: inout [MIGPartition]) throws(Problem) {
    let configuration = try configuration(name)
    var result = partitions
    for index in result.indices {
      let partition = result[index]
      guard
        let rule = configuration.rules.first(where: {
          $0.covers(gpu: partition.gpu, of: partition.scheme)
        })
      else { continue }
      do throws(MIGFault) { result[index] = try Self.cut(partition, by: rule) } catch {
        throw error.problem()
      }
    }
    partitions = result
  }

  /// The configuration that makes GPUs look as these do.
  public init(exporting partitions: [MIGPartition], as name: String = "current") {
    var rules: [Rule] = []
    for partition in partitions {
      var counts: [Count] = []
      for profile in partition.instances.flatMap(Self.names) {
        if let index = counts.firstIndex(where: { $0.profile == profile }) {
          counts[index] = Count(profile, counts[index].count + 1)
        } else {
          counts.append(Count(profile, 1))
        }
      }
      let same = rules.firstIndex { $0.isEnabled == partition.isEnabled && $0.counts == counts }
      if let same {
        rules[same].gpus?.append(partition.gpu)
      } else {
        rules.append(Rule(gpus: [partition.gpu], isEnabled: partition.isEnabled, counts: counts))
      }
    }
    if rules.count == 1 { rules[0].gpus = nil }
    self.init([Configuration(name, rules)])
  }

  /// An instance counts by its compute instances where it is cut further.
  private static func names(of instance: GPUInstance) -> [String] {
    let parts = instance.computeInstances.map(\.profile)
    return parts.contains { $0.slices < instance.profile.slices }
      ? parts.map(\.name) : [instance.profile.name]
  }

  // MARK: Plans

  private static func plan(_ rule: Rule, on scheme: MIGScheme) throws(Problem) -> Plan {
    var plan = Plan()
    for entry in rule.counts {
      for _ in 0..<entry.count {
        if let profile = scheme.profiles.first(where: { $0.name == entry.profile }) {
          plan.profiles.append(profile)
          plan.computes.append([profile.wholeComputeProfile?.name ?? profile.name])
        } else {
          try add(entry.profile, to: &plan, on: scheme)
        }
      }
    }
    return plan
  }

  private static func add(_ name: String, to plan: inout Plan, on scheme: MIGScheme)
    throws(Problem)
  {
    let owner = scheme.profiles.first { $0.computeProfiles.contains { $0.name == name } }
    guard let owner, let compute = owner.computeProfiles.first(where: { $0.name == name }) else {
      throw .unknown("MIG profile of \(scheme.board)", name, among: scheme.profiles.map(\.name))
    }
    let room = plan.profiles.indices.last { index in
      guard plan.profiles[index] == owner, let first = plan.computes[index].first else {
        return false
      }
      return first != owner.name && plan.computes[index].count < compute.maximumInstances
    }
    if let room {
      plan.computes[room].append(name)
    } else {
      plan.profiles.append(owner)
      plan.computes.append([name])
    }
  }

  /// The layout of a rule and the order in which the driver gives it by itself, if there is one.
  private static func orders(of rule: Rule, on scheme: MIGScheme) throws(Problem) -> (
    plan: Plan, layout: MIGLayout, order: [MIGProfile]?
  ) {
    let plan = try plan(rule, on: scheme)
    let empty = MIGPartition(scheme)
    if let order = empty.creationOrder(for: plan.profiles),
      let layout = empty.layout(creating: order)
    {
      return (plan, layout, order)
    }
    if let layout = empty.layout(holding: plan.profiles) { return (plan, layout, nil) }
    let memory = plan.profiles.reduce(0) { $0 + $1.size }
    let media = plan.profiles.count { $0.hasMediaExtensions }
    let names = plan.profiles.map(\.name).joined(separator: ", ")
    throw Problem(
      "\(names) cannot be placed together on \(scheme.board)",
      fix: media > 1
        ? "one instance at most takes the media extensions"
        : "they take \(memory) of \(scheme.memorySlices) memory slices, "
          + "each at the places of its profile")
  }

  private static func cut(_ partition: MIGPartition, by rule: Rule) throws(MIGFault)
    -> MIGPartition
  {
    var result = partition
    result.reset()
    guard rule.isEnabled else {
      try result.disable()
      return result
    }
    result.enable()
    let found: (plan: Plan, layout: MIGLayout, order: [MIGProfile]?)
    do throws(Problem) { found = try orders(of: rule, on: partition.scheme) } catch {
      throw MIGFault(.insufficientResources, "\(error)")
    }
    for part in found.layout.parts { try result.create(part.profile, at: part.start) }
    try cutInside(&result, found.plan)
    return result
  }

  /// Makes the compute instances, those of equal GPU instances in the order of their places.
  private static func cutInside(_ partition: inout MIGPartition, _ plan: Plan) throws(MIGFault) {
    var open = partition.instances
    for (profile, names) in zip(plan.profiles, plan.computes) {
      guard let index = open.firstIndex(where: { $0.profile == profile }) else { continue }
      let id = open.remove(at: index).id
      for name in names { try partition.createCompute(in: id, name) }
    }
  }
}
