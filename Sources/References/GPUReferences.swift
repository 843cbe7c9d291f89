/// The vectors of `gpu/`: what GPUs are, how they are cut and how kernels fit on them.
enum GPUReferences {
  static var files: [any ReferenceFile] { [OccupancyReference(), MIGReference()] }
}
