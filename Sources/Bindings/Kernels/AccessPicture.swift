import Figures
import Kernels

/// Draws one request: lanes across, sectors or banks down.
struct AccessPicture {
  private let sample: AccessSample
  private let kernel: String

  init(_ sample: AccessSample, kernel: String) {
    self.sample = sample
    self.kernel = kernel
  }

  /// The picture; shared memory by banks, everything else by sectors.
  var figure: Figure { sample.space == .shared ? banks : sectors }

  private var lanes: [(lane: Int, address: UInt64)] {
    (0..<32).filter { sample.mask >> UInt32($0) & 1 == 1 }.map { ($0, sample.addresses[$0]) }
  }

  private var head: String {
    "\(kernel), line \(sample.line): \(sample.isStore ? "store" : "load")"
  }

  /// A row per 32-byte sector that is touched, in order of address.
  private var sectors: Figure {
    let size = UInt64(sample.bytes)
    let touched = Set(
      lanes.flatMap { [$0.address / 32, ($0.address + size - 1) / 32] }
    ).sorted()
    let first = touched.first ?? 0
    let rows = touched.map { sector in
      (0..<32).map { lane -> Double in
        guard let address = lanes.first(where: { $0.lane == lane })?.address else { return .nan }
        return address / 32 <= sector && sector <= (address + size - 1) / 32 ? 1 : 0
      }
    }
    var map = Heatmap(
      head,
      subtitle: "\(lanes.count) lanes of \(sample.bytes) B touch \(touched.count) sectors of 32 B",
      rows: rows, rowLabels: touched.map { "+\(($0 - first) * 32) B" },
      columnLabels: (0..<32).map { "\($0)" }, x: Axis("lane"), y: Axis("sector"),
      color: Axis("touches", minimum: 0, maximum: 1))
    map.showsValues = false
    return .heatmap(map)
  }

  /// A row per bank; a cell tells which word of the bank a lane wants.
  private var banks: Figure {
    let words = max(1, sample.bytes / 4)
    var rows = [[Double]](repeating: [Double](repeating: .nan, count: 32), count: 32)
    var wanted = [Set<UInt64>](repeating: [], count: 32)
    for (lane, address) in lanes {
      for word in 0..<words {
        let place = address / 4 + UInt64(word)
        let bank = Int(place % 32)
        wanted[bank].insert(place / 32)
        rows[bank][lane] = Double(place / 32)
      }
    }
    let worst = wanted.map(\.count).max() ?? 0
    var map = Heatmap(
      head,
      subtitle: "\(lanes.count) lanes of \(sample.bytes) B, "
        + "\(sample.wavefronts) wavefronts; the busiest bank is asked for \(worst) words",
      rows: rows, rowLabels: (0..<32).map { "\($0)" }, columnLabels: (0..<32).map { "\($0)" },
      x: Axis("lane"), y: Axis("bank"), color: Axis("word of the bank"))
    map.showsValues = false
    return .heatmap(map)
  }
}
