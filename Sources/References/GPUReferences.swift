/// The vectors of GPUs: how they are cut, how kernels fit on them and how they talk together.
enum GPUReferences {
  static var files: [any ReferenceFile] {
    [
      OccupancyReference(), MIGReference(), KernelFunctionalReference(), KernelCountersReference(),
      CollectiveReference(), HeldOutCollectiveReference(),
    ]
  }
}
