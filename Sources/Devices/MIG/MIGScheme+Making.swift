/// Makes the profiles of a scheme from what differs between GPU models; the placements do not.
extension MIGScheme {
  /// One row of `nvidia-smi mig -lgip`.
  struct Row {
    let name: String
    let memoryGiB: Double?
    let multiprocessors: Int?
    let engines: MIGEngines
    /// Multiprocessors by compute slices of the compute profiles, where a transcript shows them.
    var computeMultiprocessors: [Int: Int] = [:]
  }

  /// What a profile is on an axis of placements, whatever the GPU model.
  private struct Shape {
    let id: Int
    let nvml: (name: String, value: Int)
    let slices: Int
    let size: Int
    let starts: [Int]
    let automatic: [Int]
    let maximum: Int
  }

  /// GPUs with seven compute and eight memory slices; rows in the order 1g, 1g+me, 1g with extra
  /// memory, 2g, 3g, 4g, 7g.
  ///
  /// The driver's order of places is read off transcripts: 1g and 2g of A100 and H100, 1g+me (first
  /// at 6), 1g with extra memory (first at 4); that the last goes on as 2g does is an inference.
  static func eighths(_ rows: [Row]) -> [MIGProfile] {
    let all = [0, 1, 2, 3, 4, 5, 6]
    let ones = [6, 4, 5, 0, 1, 2, 3]
    let slice = "NVML_GPU_INSTANCE_PROFILE_1_SLICE"
    let shapes = [
      Shape(
        id: 19, nvml: (slice, 0), slices: 1, size: 1, starts: all, automatic: ones, maximum: 7),
      Shape(
        id: 20, nvml: (slice + "_REV1", 7), slices: 1, size: 1, starts: all, automatic: ones,
        maximum: 1),
      Shape(
        id: 15, nvml: (slice + "_REV2", 9), slices: 1, size: 2, starts: [0, 2, 4, 6],
        automatic: [4, 6, 0, 2], maximum: 4),
      Shape(
        id: 14, nvml: ("NVML_GPU_INSTANCE_PROFILE_2_SLICE", 1), slices: 2, size: 2,
        starts: [0, 2, 4], automatic: [4, 0, 2], maximum: 3),
      Shape(
        id: 9, nvml: ("NVML_GPU_INSTANCE_PROFILE_3_SLICE", 2), slices: 3, size: 4, starts: [0, 4],
        automatic: [4, 0], maximum: 2),
      Shape(
        id: 5, nvml: ("NVML_GPU_INSTANCE_PROFILE_4_SLICE", 3), slices: 4, size: 4, starts: [0],
        automatic: [0], maximum: 1),
      Shape(
        id: 0, nvml: ("NVML_GPU_INSTANCE_PROFILE_7_SLICE", 4), slices: 7, size: 8, starts: [0],
        automatic: [0], maximum: 1),
    ]
    return zip(shapes, rows).map { profile($0, $1) }
  }

  /// GPUs with four slices of both kinds; rows in the order 1g, 1g+me, 2g, 2g+me, 4g.
  ///
  /// The driver's order is read off a transcript of A30: 1g at 0, then at 1, then 2g at 2.
  static func quarters(_ rows: [Row]) -> [MIGProfile] {
    let one = "NVML_GPU_INSTANCE_PROFILE_1_SLICE"
    let two = "NVML_GPU_INSTANCE_PROFILE_2_SLICE"
    let shapes = [
      Shape(
        id: 14, nvml: (one, 0), slices: 1, size: 1, starts: [0, 1, 2, 3],
        automatic: [0, 1, 2, 3], maximum: 4),
      Shape(
        id: 21, nvml: (one + "_REV1", 7), slices: 1, size: 1, starts: [0, 1, 2, 3],
        automatic: [0, 1, 2, 3], maximum: 1),
      Shape(
        id: 5, nvml: (two, 1), slices: 2, size: 2, starts: [0, 2], automatic: [0, 2], maximum: 2),
      Shape(
        id: 6, nvml: (two + "_REV1", 8), slices: 2, size: 2, starts: [0, 2], automatic: [0, 2],
        maximum: 1),
      Shape(
        id: 0, nvml: ("NVML_GPU_INSTANCE_PROFILE_4_SLICE", 3), slices: 4, size: 4, starts: [0],
        automatic: [0], maximum: 1),
    ]
    return zip(shapes, rows).map { profile($0, $1) }
  }

  private static func profile(_ shape: Shape, _ row: Row) -> MIGProfile {
    MIGProfile(
      name: row.name, id: shape.id, nvmlName: shape.nvml.name, nvmlValue: shape.nvml.value,
      slices: shape.slices, size: shape.size, starts: shape.starts,
      automaticStarts: shape.automatic, maximumInstances: shape.maximum,
      reportedMemoryGiB: row.memoryGiB, reportedMultiprocessors: row.multiprocessors,
      engines: row.engines, computeProfiles: computeProfiles(shape.slices, row))
  }

  /// The compute profiles of a GPU instance: their numbers count the sizes 1, 2, 3, 4, 7.
  private static func computeProfiles(_ slices: Int, _ row: Row) -> [MIGComputeProfile] {
    let sizes = [(1, 0), (2, 1), (3, 2), (4, 3), (7, 4)]
    return sizes.compactMap { size, id in
      guard size == slices || (size < slices && !(size == 3 && slices == 4)) else { return nil }
      let starts = computeStarts(size, of: slices)
      return MIGComputeProfile(
        name: size == slices ? row.name : "\(size)c.\(row.name)", id: id, slices: size,
        starts: starts, maximumInstances: starts.count,
        reportedMultiprocessors: row.computeMultiprocessors[size]
          ?? (size == slices ? row.multiprocessors : nil))
    }
  }

  /// Where a compute instance may begin; those of three slices keep to the halves of four.
  private static func computeStarts(_ size: Int, of slices: Int) -> [Int] {
    if size == slices { return [0] }
    let step = size == 3 ? 4 : size
    return Array(stride(from: 0, through: slices - size, by: step))
  }
}
