import Base
import Devices
import Figures
public import LuaBridge

extension MIGObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "gpu.MIG"

  /// What Lua sees of how a device is cut.
  public static let exported = Exported<MIGObject>(
    "How one device is cut into isolated slices, as its driver keeps it.",
    example: #"return gpu("A100-40GB").mig"#, keepsIdentity: true
  ) {
    property("is_enabled", "True in MIG mode.") { $0.partition.isEnabled }
    property("free_memory_slices", "Memory slices that no instance has.") {
      $0.partition.freeMemorySlices
    }
    property("free_compute_slices", "Compute slices that no instance has.") {
      $0.partition.freeComputeSlices
    }
    changes
    questions
    wholes
    files
    method("figure", "A picture of the slices.", .optional(.string("title", "heading"))) {
      $0.figure($1)
    }
    .example(#"return gpu("A30").mig:figure()"#)
    method("__mime", "The forms that a notebook shows.") { mig in
      ["text/plain": mig.description, "image/svg+xml": mig.figure().svg()]
    }
  }

  @MemberBuilder private static var changes: [ExportedMember] {
    method(
      "create", "Creates a GPU instance; without a start the driver picks the place.",
      .string("profile", "its name or number, as in \"3g.40gb\" or \"9\""),
      .named(
        .optional(.integer("start", "the first memory slice")),
        .optional(
          .value(
            "compute", "true for a compute instance that takes all of it, or a list of profiles",
            of: Either<Bool, [String]>.self)))
    ) { mig, profile, options in
      let (start, compute) = options.values
      let wanted: Compute =
        switch compute {
        case .first(true): .whole
        case .second(let names): .parts(names)
        default: .none
        }
      return try mig.create(profile, at: start, compute: wanted)
    }
    .example(#"return gpu("A100-80GB").mig:create("3g.40gb", { compute = true })"#)
    method(
      "destroy", "Destroys a GPU instance; its compute instances must be gone.",
      .value("instance", "it, or its number", of: Either<MIGInstance, Int>.self)
    ) { mig, which in
      let id = try Self.id(which)
      try mig.change { partition throws(MIGFault) in try partition.destroy(id) }
    }
    .example(#"local m = gpu("A30").mig; m:destroy(m:create("1g.6gb"))"#)
    method("reset", "Destroys all instances.") { mig in mig.partition.reset() }
      .example(#"gpu("A30").mig:reset()"#)
    method("enable", "Turns MIG mode on.") { mig in mig.partition.enable() }
      .example(#"gpu("A30").mig:enable()"#)
    method("disable", "Turns MIG mode off; there must be no instances.") { mig in
      try mig.change { partition throws(MIGFault) in try partition.disable() }
    }
    .example(#"gpu("A30").mig:disable()"#)
  }

  private static func id(_ which: Either<MIGInstance, Int>) throws(Problem) -> Int {
    switch which {
    case .first(let instance): try instance.current().id
    case .second(let id): id
    }
  }

  @MemberBuilder private static var questions: [ExportedMember] {
    method("list", "The GPU instances by their place, as `nvidia-smi mig -lgi`.", .state) {
      mig, state in
      let table = state.makeTable()
      for (index, instance) in mig.instances.enumerated() {
        table.write(.integer(index + 1), instance)
      }
      return DeviceReport(table, text: mig.partition.instanceTable, picture: mig.figure())
    }
    .example(#"local m = gpu("A30").mig; m:create("2g.12gb"); return m:list()"#)
    method("profiles", "What it can be cut into, as `nvidia-smi mig -lgip`.", .state) {
      mig, state in mig.profiles(state)
    }
    .example(#"return gpu("H100-SXM5-80GB").mig:profiles()"#)
    method(
      "remaining", "What can still be created: how many of each profile, and where.", .state
    ) { mig, state in mig.remaining(state) }
    .example(#"return gpu("A100-40GB").mig:remaining()["1g.5gb"]"#)
    method(
      "why", "Why an instance cannot be created: what is in the way and what would work.", .state,
      .string("profile", "its name or number"),
      .optional(.integer("start", "the first memory slice"))
    ) { mig, state, profile, start in
      try mig.why(profile, start, state)
    }
    .example(
      #"local m = gpu("A100-40GB").mig; m:create("1g.5gb"); return m:why("7g.40gb")"#)
  }

  @MemberBuilder private static var wholes: [ExportedMember] {
    method(
      "geometries", "Every set of profiles that fits and into which nothing more fits.", .state,
      .named(
        .boolean("all", "also those with room left", default: false),
        .boolean("layouts", "every way to place them instead of every set", default: false),
        .boolean("extra", "also profiles with extra memory", default: false))
    ) { mig, state, options in
      let (isAll, isLayouts, hasExtra) = options.values
      return mig.geometries(
        isAll: isAll, isLayouts: isLayouts, hasExtra: hasExtra, state)
    }
    .example(#"return #gpu("A100-40GB").mig:geometries { layouts = true }"#)
    method(
      "pack", "The fewest GPUs that hold a list of requests, with an order that creates them.",
      .state,
      .table(
        "requests",
        "profiles, or tables { memory_gib = 20, multiprocessors = 30 }; "
          + "`gpus` says how many GPUs there are (8)")
    ) { mig, state, requests in try mig.pack(requests, state) }
    .example(#"return gpu("A100-40GB").mig:pack { "3g.20gb", "2g.10gb", "1g.5gb", gpus = 2 }"#)
  }

  @MemberBuilder private static var files: [ExportedMember] {
    method(
      "export", "The present cut as text for mig-parted.",
      .string("name", "of the configuration", default: "current")
    ) { mig, name in MIGParted(exporting: [mig.partition], as: name).text }
    .example(#"return gpu("A30").mig:export()"#)
    method(
      "import", "Cuts the device as a configuration of mig-parted says.",
      .string("yaml", "the text of the file"), .string("name", "the configuration")
    ) { mig, yaml, name in
      var partitions = [mig.partition]
      try MIGParted(parsing: Array(yaml.utf8)).apply(name, to: &partitions)
      mig.partition = partitions[0]
    }
    .example(
      #"local m = gpu("A30").mig; m:create("1g.6gb"); m:import(m:export("one"), "one")"#)
    method(
      "check", "What is wrong with the configurations of a mig-parted file on this device.",
      .string("yaml", "the text of the file")
    ) { mig, yaml in
      try MIGParted(parsing: Array(yaml.utf8)).problems(on: mig.partition.scheme)
        .map(\.description)
    }
    .example(#"local m = gpu("A30").mig; return #m:check(m:export())"#)
  }
}

extension MIGInstance: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "gpu.Instance"

  /// What Lua sees of a GPU instance.
  public static let exported = Exported<MIGInstance>(
    "A GPU instance: an isolated slice, taken wherever a device is.",
    example: #"return gpu("A100-80GB").mig:create("3g.40gb")"#
  ) {
    property("id", "The driver's number of it.") { $0.id }
    property("profile", "Its kind, as in \"3g.40gb\".") { $0.profile.name }
    property("start", "The first memory slice.") { try $0.current().start }
    property("size", "Memory slices.") { $0.profile.size }
    property("slices", "Compute slices.") { $0.profile.slices }
    property("multiprocessors", "Streaming multiprocessors.") {
      $0.owner.partition.scheme.multiprocessors(of: $0.profile)
    }
    property("memory_bytes", "Its memory.", unit: .bytes) {
      $0.owner.partition.scheme.memory(of: $0.profile).count
    }
    property("is_alive", "False when it was destroyed.") { (try? $0.current()) != nil }
    property("device", "It as a device.") { DeviceObject(try $0.device()) }
    method(
      "compute_instances", "What it is cut into: id, profile, start and size.", .state
    ) { instance, state in
      try instance.current().computeInstances.map { part in
        state.makeTable(fields: [
          "id": .integer(part.id), "profile": .text(part.profile.name),
          "start": .integer(part.start), "size": .integer(part.profile.slices),
        ])
      }
    }
    .example(#"return #gpu("A30").mig:create("2g.12gb"):compute_instances()"#)
    method(
      "create_compute", "Creates a compute instance; without a profile it takes all. Gives its id.",
      .optional(.string("profile", "its name or number, as in \"1c.3g.40gb\"")),
      .named(.optional(.integer("start", "the first compute slice")))
    ) { instance, profile, options in
      let id = try instance.current().id
      let start = options.values
      var made = 0
      try instance.owner.change { partition throws(MIGFault) in
        made = try partition.createCompute(in: id, profile, at: start).id
      }
      return made
    }
    .example(#"return gpu("A30").mig:create("2g.12gb"):create_compute("1c.2g.12gb")"#)
    method(
      "destroy_compute", "Destroys a compute instance.",
      .integer("id", "its number", range: 0...)
    ) { instance, number in
      let id = try instance.current().id
      try instance.owner.change { partition throws(MIGFault) in
        try partition.destroyCompute(number, in: id)
      }
    }
    .example(#"local a = gpu("A30").mig:create("2g.12gb"); a:destroy_compute(a:create_compute())"#)
    method(
      "compute_device", "A compute instance as a device.", .integer("id", "its number", range: 0...)
    ) { DeviceObject(try $0.device(compute: $1)) }
    .example(
      #"local a = gpu("A30").mig:create("2g.12gb"); return a:compute_device(a:create_compute())"#)
  }
}
