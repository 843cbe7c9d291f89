// A table of literals.

/// The Hopper GPUs that can be cut.
extension MIGScheme {
  /// H100-PCIE-80GB.
  static let h100PCIe = MIGScheme(
    name: "H100-80GB-PCIe", board: "H100-PCIE-80GB",
    devices: ["H100-PCIe-80GB"], pciIDs: ["0x233110DE"], multiprocessors: 114, memoryMiB: 81920,
    memorySlices: 8, computeSlices: 7,
    profiles: eighths([
      Row(
        name: "1g.10gb", memoryGiB: 9.75, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1)),
      Row(
        name: "1g.10gb+me", memoryGiB: 9.75, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "1g.20gb", memoryGiB: 19.62, multiprocessors: 14,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1)),
      Row(
        name: "2g.20gb", memoryGiB: 19.62, multiprocessors: 30,
        engines: MIGEngines(copy: 2, decoders: 2, jpeg: 2)),
      Row(
        name: "3g.40gb", memoryGiB: 39.5, multiprocessors: 46,
        engines: MIGEngines(copy: 3, decoders: 3, jpeg: 3)),
      Row(
        name: "4g.40gb", memoryGiB: 39.5, multiprocessors: 62,
        engines: MIGEngines(copy: 4, decoders: 4, jpeg: 4)),
      Row(
        name: "7g.80gb", memoryGiB: 79.25, multiprocessors: 114,
        engines: MIGEngines(copy: 8, decoders: 7, jpeg: 7, opticalFlow: 1)),
    ]),
    notes: [
      "SM counts read from one public transcript"
    ],
    sources: [
      "nvidia-smi mig -lgip transcript of an H100-PCIE-80GB in a public repository"
    ])

  /// H100-SXM5-80GB.
  static let h100SXM = MIGScheme(
    name: "H100-80GB-SXM", board: "H100-SXM5-80GB",
    devices: ["H100-SXM5-80GB", "H800-SXM5-80GB"], pciIDs: ["0x233010DE"], multiprocessors: 132,
    memoryMiB: 81920,
    memorySlices: 8, computeSlices: 7,
    profiles: eighths([
      Row(
        name: "1g.10gb", memoryGiB: 9.75, multiprocessors: 16,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1)),
      Row(
        name: "1g.10gb+me", memoryGiB: 9.75, multiprocessors: 16,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "1g.20gb", memoryGiB: 19.62, multiprocessors: 26,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1)),
      Row(
        name: "2g.20gb", memoryGiB: 19.62, multiprocessors: 32,
        engines: MIGEngines(copy: 2, decoders: 2, jpeg: 2)),
      Row(
        name: "3g.40gb", memoryGiB: 39.5, multiprocessors: 60,
        engines: MIGEngines(copy: 3, decoders: 3, jpeg: 3)),
      Row(
        name: "4g.40gb", memoryGiB: 39.5, multiprocessors: 64,
        engines: MIGEngines(copy: 4, decoders: 4, jpeg: 4)),
      Row(
        name: "7g.80gb", memoryGiB: 79.25, multiprocessors: 132,
        engines: MIGEngines(copy: 8, decoders: 7, jpeg: 7, opticalFlow: 1)),
    ]),
    notes: [
      "real nvidia-smi reports 1g.20gb=26 SM, 3g.40gb=60 SM, 7g.80gb=132 SM: an "
        + "instance with spare GPCs in its memory half gets them; go-nvml mock values "
        + "(16/48/112) and mock placements (3g size 3, 7g size 7, 1g.20gb at 0..6 size 1) "
        + "do NOT match hardware"
    ],
    sources: [
      "NVIDIA MIG User Guide (v580 edition): supported-profile tables and nvidia-smi "
        + "mig -lgip/-lgipp transcripts",
      "nvidia-smi mig -lgip transcripts of H100-SXM5-80GB in public repositories",
      "H100 NVL -lgipp transcript (placements)",
    ])

  /// H200-SXM5-141GB.
  static let h200 = MIGScheme(
    name: "H200-141GB", board: "H200-SXM5-141GB",
    devices: ["H200-SXM5-141GB"], pciIDs: ["0x233510DE"], multiprocessors: 132, memoryMiB: 144384,
    memorySlices: 8, computeSlices: 7,
    profiles: eighths([
      Row(
        name: "1g.18gb", memoryGiB: 16.0, multiprocessors: 16,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1)),
      Row(
        name: "1g.18gb+me", memoryGiB: 16.0, multiprocessors: 16,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1, opticalFlow: 1)),
      Row(
        name: "1g.35gb", memoryGiB: 32.5, multiprocessors: 26,
        engines: MIGEngines(copy: 1, decoders: 1, jpeg: 1)),
      Row(
        name: "2g.35gb", memoryGiB: 32.5, multiprocessors: 32,
        engines: MIGEngines(copy: 2, decoders: 2, jpeg: 2)),
      Row(
        name: "3g.71gb", memoryGiB: nil, multiprocessors: 60,
        engines: MIGEngines(copy: 3, decoders: 3, jpeg: 3)),
      Row(
        name: "4g.71gb", memoryGiB: nil, multiprocessors: 64,
        engines: MIGEngines(copy: 4, decoders: 4, jpeg: 4)),
      Row(
        name: "7g.141gb", memoryGiB: 140.0, multiprocessors: 132,
        engines: MIGEngines(copy: 8, decoders: 7, jpeg: 7, opticalFlow: 1)),
    ]),
    notes: [
      "1g/2g/7g SM and GiB read from a transcript; 1g.35gb, 3g.71gb, 4g.71gb SM counts "
        + "(26/60/64) inferred from the identical H100 SXM die configuration"
    ],
    sources: [
      "NVIDIA MIG User Guide (v580 edition): supported-profile tables and nvidia-smi "
        + "mig -lgip/-lgipp transcripts",
      "nvidia-smi mig -lgip H200 excerpt in a public repository",
    ])
}
