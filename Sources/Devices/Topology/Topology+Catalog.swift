public import Base
import Glibc

extension Topology {
  /// Nodes whose wiring is published.
  public static let catalog = Catalog<Topology>(
    "topology",
    [
      nvSwitched(
        "dgx-a100", "8 A100 on 6 NVSwitches", "A100-SXM4-80GB", 8, "NVSwitch (6 chips)", .nvLink3,
        "NVIDIA DGX A100 datasheet"),
      nvSwitched(
        "dgx-h100", "8 H100 on 4 NVSwitches", "H100-SXM5-80GB", 8, "NVSwitch (4 chips)", .nvLink4,
        "NVIDIA DGX H100 datasheet"),
      nvSwitched(
        "dgx-h200", "8 H200 on 4 NVSwitches", "H200-SXM5-141GB", 8, "NVSwitch (4 chips)", .nvLink4,
        "NVIDIA DGX H200 datasheet"),
      nvSwitched(
        "dgx-b200", "8 B200 on 2 NVSwitches", "B200-SXM-180GB", 8, "NVSwitch (2 chips)", .nvLink5,
        "NVIDIA DGX B200 datasheet"),
      nvSwitched(
        "dgx-b300", "8 B300 on 2 NVSwitches", "B300", 8, "NVSwitch (2 chips)", .nvLink5,
        "NVIDIA DGX B300 datasheet"),
      nvSwitched(
        "nvl72", "a rack of 72 GB200 on 18 NVSwitches", "GB200", 72, "NVSwitch (18 chips)",
        .nvLink5, "NVIDIA GB200 NVL72 datasheet"),
      nvSwitched(
        "gb300-nvl72", "a rack of 72 GB300 on 18 NVSwitches", "GB300", 72, "NVSwitch (18 chips)",
        .nvLink5, "NVIDIA GB300 NVL72 datasheet"),
      pcieBox,
    ].compactMap { $0 })

  private static func nvSwitched(
    _ name: String, _ summary: String, _ device: String, _ count: Int, _ switchName: String,
    _ timing: CollectiveTiming, _ source: String
  ) -> Topology? {
    Device.catalog.find(device).map {
      Topology(
        switched: $0, count: count, switchName: switchName,
        info: Info(name, summary, source: source), timing: timing)
    }
  }

  /// Three UPI links of 16 GT/s between two processors: 48 GB/s in each direction.
  private static var pcieBox: Topology? {
    Device.catalog.find("L40S").map {
      Topology(
        slots: $0, perSocket: 4, socketBytesPerSecond: 48e9,
        info: Info(
          "pcie-box", "8 L40S in PCIe slots of two processors",
          source: "PCI Express 4.0; Intel UPI; rates measured by ai-dynamo/aiconfigurator"),
        timing: .slots)
    }
  }
}

/// A power; apart so that only one file needs the C library.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
