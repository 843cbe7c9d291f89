import Base
import Devices

/// `mig.json`: sequences of creations and destructions with the driver's answers, the profiles of each
/// GPU model and the counts of all layouts.
struct MIGReference: ReferenceFile {
  let folder = "gpu"
  let name = "mig.json"

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    for transcript in document["guide_transcripts"]?.array ?? [] {
      try check(transcript: transcript, &tally)
    }
    for list in ["example_cases", "cases"] {
      for row in document[list]?.array ?? [] { try check(sequence: row, &tally) }
    }
    for (name, counts) in document["configurations"]?.object ?? JSONObject() {
      try check(counts: counts, of: MIGScheme.catalog[name], &tally)
    }
    for (name, sheet) in document["devices"]?.object ?? JSONObject() {
      try check(profiles: sheet.list("gi_profiles"), of: MIGScheme.catalog[name], &tally)
    }
    return tally
  }

  // MARK: Sequences

  /// A transcript of the guide: creations in the driver's own places, their numbers and answers.
  private func check(transcript: JSONValue, _ tally: inout ReferenceTally) throws(Problem) {
    var partition = MIGPartition(try MIGScheme.catalog[transcript.text("device")])
    var faults: [String] = []
    for (index, call) in try transcript.list("ops").enumerated() {
      let profile = (call.string ?? "").split(separator: " ").last.map(String.init) ?? ""
      var made: GPUInstance?
      let answer = Self.answer { () throws(MIGFault) in made = try partition.create(profile) }
      for (key, value) in [("gi_ids", made?.id), ("starts", made?.start)] {
        guard let expected = transcript[key]?.array?[index] else { continue }
        if expected.integer != value {
          faults.append("\(profile): \(key) \(value.map { "\($0)" } ?? "none")")
        }
      }
      let expected = try transcript.list("expect")[index].string ?? ""
      if expected != answer { faults.append("\(profile): \(answer), expected \(expected)") }
    }
    tally.count(
      faults.isEmpty, "\(transcript["id"]?.string ?? ""): \(faults.joined(separator: "; "))")
  }

  /// A sequence of calls by handles, and what the GPU looks like after it.
  private func check(sequence row: JSONValue, _ tally: inout ReferenceTally) throws(Problem) {
    var replay = MIGReplay(try MIGScheme.catalog[row.text("device")])
    for (index, call) in try row.list("ops").enumerated() { try replay.run(call, index) }
    if let final = row["final"] { try replay.compare(final) }
    let faults = replay.faults
    tally.count(faults.isEmpty, "\(row["id"]?.string ?? ""): \(faults.joined(separator: "; "))")
  }

  /// "ok" or the words of the refusal.
  static func answer(_ body: () throws(MIGFault) -> Void) -> String {
    do throws(MIGFault) {
      try body()
      return "ok"
    } catch {
      return error.code.words
    }
  }

  // MARK: Counts and sheets

  private func check(counts: JSONValue, of scheme: MIGScheme, _ tally: inout ReferenceTally)
    throws(Problem)
  {
    let base = try counts.list("base_profiles").compactMap { scheme.find($0.string ?? "") }
    let lists: [(String, Int)] = [
      ("nonempty_layouts_distinct_placements", scheme.layouts(of: base).count),
      ("maximal_layouts_distinct_placements", scheme.layouts(of: base, isMaximal: true).count),
      ("maximal_multisets", scheme.geometries(of: base, isMaximal: true).count),
      ("nonempty_multisets", scheme.geometries(of: base).count),
    ]
    for (key, count) in lists {
      let expected = counts[key]?.integer
      tally.count(expected == count, "\(scheme.name): \(key) \(count), expected \(expected ?? -1)")
    }
    let sets = Set(scheme.geometries(of: base, isMaximal: true).map { $0.sorted() })
    let expected = try counts.list("maximal_multiset_list").map { set in
      (set.array ?? []).compactMap(\.string).sorted()
    }
    tally.count(sets == Set(expected), "\(scheme.name): maximal_multiset_list")
    guard let wider = counts["with_1g.10gb"], let extra = scheme.find("1g.10gb") else { return }
    for (key, count) in [
      ("nonempty_layouts", scheme.layouts(of: base + [extra]).count),
      ("maximal_layouts", scheme.layouts(of: base + [extra], isMaximal: true).count),
    ] {
      tally.count(wider[key]?.integer == count, "\(scheme.name) with 1g.10gb: \(key) \(count)")
    }
  }

  private func check(profiles: [JSONValue], of scheme: MIGScheme, _ tally: inout ReferenceTally)
    throws(Problem)
  {
    for sheet in profiles {
      let profile = try scheme.profile(sheet.text("name"))
      let facts: [(String, Int?)] = [
        ("gi_profile_id", profile.id), ("slices", profile.slices),
        ("max_instances", profile.maximumInstances), ("sm", profile.reportedMultiprocessors),
        ("placement_size", profile.size), ("copy_engines", profile.engines.copy),
        ("decoders", profile.engines.decoders), ("encoders", profile.engines.encoders),
        ("jpeg", profile.engines.jpeg), ("ofa", profile.engines.opticalFlow),
      ]
      var wrong = facts.filter { sheet[$0.0]?.integer != $0.1 }.map(\.0)
      if sheet["placement_starts"]?.array?.map(\.integer) != profile.starts {
        wrong.append("starts")
      }
      if sheet["nvml_profile"]?["value"]?.integer != profile.nvmlValue { wrong.append("nvml") }
      if sheet["memory_gib_reported"]?.double != profile.reportedMemoryGiB {
        wrong.append("memory")
      }
      for (compute, row) in zip(profile.computeProfiles, try sheet.list("compute_instances")) {
        let isSame =
          row["name"]?.string == compute.name && row["ci_profile_id"]?.integer == compute.id
          && row["slices"]?.integer == compute.slices
          && row["placement_starts"]?.array?.map(\.integer) == compute.starts
          && row["max_instances"]?.integer == compute.maximumInstances
          && row["sm"]?.integer == compute.reportedMultiprocessors
        if !isSame { wrong.append(compute.name) }
      }
      if sheet["compute_instances"]?.array?.count != profile.computeProfiles.count {
        wrong.append("compute profiles")
      }
      tally.count(
        wrong.isEmpty, "\(scheme.name) \(profile.name): \(wrong.joined(separator: ", "))")
    }
  }
}

/// Replays one sequence of calls: a handle is the index of the creation that succeeded.
private struct MIGReplay {
  var partition: MIGPartition
  var faults: [String] = []
  private var handles: [Int?] = []

  init(_ scheme: MIGScheme) { partition = MIGPartition(scheme) }

  mutating func run(_ call: JSONValue, _ index: Int) throws(Problem) {
    let operation = try call.text("op")
    // A handle that was never given, or whose instance is gone, stands for no number of an instance.
    let handle = call["handle"]?.integer ?? -1
    let id = handles.indices.contains(handle) ? handles[handle] ?? -1 : -1
    let profile = call["profile"]?.string ?? ""
    let start = call["start"]?.integer
    var answer = ""
    switch operation {
    case "create_gi":
      var made: GPUInstance?
      answer = MIGReference.answer { () throws(MIGFault) in
        made = try partition.create(profile, at: start)
      }
      if let made { handles.append(made.id) }
      if let expected = call["expect_start"]?.integer, expected != made?.start {
        faults.append("call \(index): start \(made?.start ?? -1), expected \(expected)")
      }
    case "destroy_gi":
      answer = MIGReference.answer { () throws(MIGFault) in try partition.destroy(id) }
      if answer == "ok" { handles[handle] = nil }
    case "create_ci":
      answer = MIGReference.answer { () throws(MIGFault) in
        try partition.createCompute(in: id, profile, at: start)
      }
    case "destroy_ci":
      let number = partition.instance(id)?.computeInstances
        .first { $0.profile.name == profile && $0.start == start }?.id
      answer = MIGReference.answer { () throws(MIGFault) in
        try partition.destroyCompute(number ?? -1, in: id)
      }
    default: throw Problem("unknown call \"\(operation)\"")
    }
    let expected = try call.text("expect")
    if answer != expected { faults.append("call \(index): \(answer), expected \(expected)") }
  }

  mutating func compare(_ final: JSONValue) throws(Problem) {
    let there = partition.instances.map { instance in
      let inside = instance.computeInstances.map { "\($0.profile.name) \($0.placement)" }
      return "\(instance.profile.name) \(instance.placement) \(inside.sorted())"
    }
    let expected = try final.list("gis").map { row throws(Problem) in
      let inside = try row.list("cis").map(Self.placed)
      return try "\(Self.placed(row)) \(inside.sorted())"
    }
    if there.sorted() != expected.sorted() { faults.append("instances \(there)") }
    for profile in partition.scheme.profiles {
      let starts = final["free_placements"]?[profile.name]?.array?.map(\.integer)
      if starts != partition.freeStarts(of: profile) { faults.append("places of \(profile.name)") }
      let count = final["remaining"]?[profile.name]?.integer
      if count != partition.remaining(profile) { faults.append("remaining \(profile.name)") }
    }
    if final["free_memory_slices"]?.integer != partition.freeMemorySlices {
      faults.append("free memory slices \(partition.freeMemorySlices)")
    }
    if final["free_compute_slices"]?.integer != partition.freeComputeSlices {
      faults.append("free compute slices \(partition.freeComputeSlices)")
    }
  }

  private static func placed(_ row: JSONValue) throws(Problem) -> String {
    "\(try row.text("profile")) \(row["start"]?.integer ?? -1):\(row["size"]?.integer ?? -1)"
  }
}
