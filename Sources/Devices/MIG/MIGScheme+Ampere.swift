// A table of literals.

/// The Ampere GPUs that can be cut.
extension MIGScheme {
  /// A30-24GB.
  static let a30 = MIGScheme(
    name: "A30-24GB", board: "A30-24GB",
    devices: ["A30"], pciIDs: ["0x20B710DE"], multiprocessors: 56, memoryMiB: 24576,
    memorySlices: 4, computeSlices: 4,
    profiles: quarters([
      Row(
        name: "1g.6gb", memoryGiB: 5.81, multiprocessors: 14,
        engines: MIGEngines(copy: 1)),
      Row(
        name: "1g.6gb+me", memoryGiB: 5.81, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "2g.12gb", memoryGiB: 11.69, multiprocessors: 28,
        engines: MIGEngines(copy: 2, decoders: 2),
        computeMultiprocessors: [1: 14]),
      Row(
        name: "2g.12gb+me", memoryGiB: 11.69, multiprocessors: 28,
        engines: MIGEngines(copy: 2, decoders: 2, jpeg: 1, opticalFlow: 1),
        computeMultiprocessors: [1: 14]),
      Row(
        name: "4g.24gb", memoryGiB: 23.44, multiprocessors: 56,
        engines: MIGEngines(copy: 4, decoders: 4, jpeg: 1, opticalFlow: 1),
        computeMultiprocessors: [1: 14, 2: 28]),
    ]),
    notes: [
      "4g.24gb reported as 23.44 or 23.50 GiB by driver version",
      "2g.12gb+me exists from R525 on; 1g.6gb+me from R470 on",
    ],
    sources: [
      "NVIDIA MIG User Guide (v580 edition): supported-profile tables and nvidia-smi "
        + "mig -lgip/-lgipp transcripts",
      "nvidia-smi mig -lgip/-lgipp transcripts of A30 in public repositories",
    ])

  /// A100-SXM4-40GB.
  static let a100x40 = MIGScheme(
    name: "A100-40GB", board: "A100-SXM4-40GB",
    devices: ["A100-SXM4-40GB", "A100-PCIe-40GB"], pciIDs: ["0x20B010DE", "0x20F110DE"],
    multiprocessors: 108, memoryMiB: 40960,
    memorySlices: 8, computeSlices: 7,
    profiles: eighths([
      Row(
        name: "1g.5gb", memoryGiB: 4.75, multiprocessors: 14,
        engines: MIGEngines(copy: 1)),
      Row(
        name: "1g.5gb+me", memoryGiB: 4.75, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "1g.10gb", memoryGiB: 9.75, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1)),
      Row(
        name: "2g.10gb", memoryGiB: 9.75, multiprocessors: 28,
        engines: MIGEngines(copy: 2, decoders: 1),
        computeMultiprocessors: [1: 14]),
      Row(
        name: "3g.20gb", memoryGiB: 19.62, multiprocessors: 42,
        engines: MIGEngines(copy: 3, decoders: 2),
        computeMultiprocessors: [1: 14, 2: 28]),
      Row(
        name: "4g.20gb", memoryGiB: 19.62, multiprocessors: 56,
        engines: MIGEngines(copy: 4, decoders: 2),
        computeMultiprocessors: [1: 14, 2: 28]),
      Row(
        name: "7g.40gb", memoryGiB: 39.5, multiprocessors: 98,
        engines: MIGEngines(copy: 7, decoders: 5, jpeg: 1, opticalFlow: 1),
        computeMultiprocessors: [1: 14, 2: 28, 3: 42, 4: 56]),
    ]),
    notes: [
      "reported GiB varies by driver: 4.75/9.75/19.62/39.50 (R450/R470-era guide) and "
        + "4.75/9.62/19.50/39.25 (later drivers); go-nvml mock MiB 4864/9856/19968/40192",
      "GI device memory in a running 3g.20gb: 20096 or 20224 MiB in the guide "
        + "transcript",
    ],
    sources: [
      "NVIDIA MIG User Guide (v580 edition): supported-profile tables and nvidia-smi "
        + "mig -lgip/-lgipp transcripts",
      "NVIDIA/go-nvml pkg/nvml/mock/gpus/a100.go",
    ])

  /// A100-SXM4-80GB.
  static let a100x80 = MIGScheme(
    name: "A100-80GB", board: "A100-SXM4-80GB",
    devices: ["A100-SXM4-80GB", "A100-PCIe-80GB"], pciIDs: ["0x20B210DE", "0x20B510DE"],
    multiprocessors: 108, memoryMiB: 81920,
    memorySlices: 8, computeSlices: 7,
    profiles: eighths([
      Row(
        name: "1g.10gb", memoryGiB: 9.5, multiprocessors: 14,
        engines: MIGEngines(copy: 1)),
      Row(
        name: "1g.10gb+me", memoryGiB: 9.5, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "1g.20gb", memoryGiB: 19.5, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1)),
      Row(
        name: "2g.20gb", memoryGiB: 19.5, multiprocessors: 28,
        engines: MIGEngines(copy: 2, decoders: 1),
        computeMultiprocessors: [1: 14]),
      Row(
        name: "3g.40gb", memoryGiB: 39.25, multiprocessors: 42,
        engines: MIGEngines(copy: 3, decoders: 2),
        computeMultiprocessors: [1: 14, 2: 28]),
      Row(
        name: "4g.40gb", memoryGiB: 39.25, multiprocessors: 56,
        engines: MIGEngines(copy: 4, decoders: 2),
        computeMultiprocessors: [1: 14, 2: 28]),
      Row(
        name: "7g.80gb", memoryGiB: 79.0, multiprocessors: 98,
        engines: MIGEngines(copy: 7, decoders: 5, jpeg: 1, opticalFlow: 1),
        computeMultiprocessors: [1: 14, 2: 28, 3: 42, 4: 56]),
    ]),
    notes: [
      "go-nvml mock gives DEC=1 for 1g.10gb; nvidia-smi transcripts give 0",
      "HAMi allow-list names the full profile 7g.79gb on some A100-80GB boards "
        + "(rounding of reported memory)",
    ],
    sources: [
      "nvidia-smi mig -lgip transcripts of A100-SXM4-80GB in public repositories",
      "NVIDIA/go-nvml pkg/nvml/mock/gpus/a100.go",
      "Project-HAMi/HAMi charts/hami device-configmap",
    ])
}
