// A table of literals.

/// The Blackwell GPUs that can be cut.
extension MIGScheme {
  /// B200-180GB.
  static let b200 = MIGScheme(
    name: "B200-180GB", board: "B200-180GB",
    devices: ["B200-SXM-180GB"], pciIDs: ["0x290110DE"], multiprocessors: 148, memoryMiB: 184320,
    memorySlices: 8, computeSlices: 7,
    profiles: eighths([
      Row(
        name: "1g.23gb", memoryGiB: 20.5, multiprocessors: 18,
        engines: MIGEngines(copy: 2, decoders: 1, jpeg: 1)),
      Row(
        name: "1g.23gb+me", memoryGiB: 20.5, multiprocessors: 18,
        engines: MIGEngines(copy: 2, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "1g.45gb", memoryGiB: nil, multiprocessors: nil,
        engines: MIGEngines(copy: 2, decoders: 1, jpeg: 1)),
      Row(
        name: "2g.45gb", memoryGiB: nil, multiprocessors: 36,
        engines: MIGEngines(copy: 3, decoders: 1, jpeg: 1)),
      Row(
        name: "3g.90gb", memoryGiB: nil, multiprocessors: nil,
        engines: MIGEngines(copy: 6, decoders: 1, jpeg: 1)),
      Row(
        name: "4g.90gb", memoryGiB: nil, multiprocessors: 72,
        engines: MIGEngines(copy: 8, decoders: 1, jpeg: 1)),
      Row(
        name: "7g.180gb", memoryGiB: nil, multiprocessors: nil,
        engines: MIGEngines(copy: 16, decoders: 1, jpeg: 1, opticalFlow: 1)),
    ]),
    notes: [
      "copy engines and instance counts from the MIG guide table; SM counts 18/36/72 "
        + "are only from the go-nvml mock (unverified; mock also says 54 and 126), left "
        + "null where the H100 pattern shows the mock rule is unreliable",
      "a running 1g.23gb reports 20992 MiB",
    ],
    sources: [
      "NVIDIA MIG User Guide (v580 edition): supported-profile tables and nvidia-smi "
        + "mig -lgip/-lgipp transcripts",
      "NVIDIA/go-nvml pkg/nvml/mock/gpus/b200.go",
    ])
}
