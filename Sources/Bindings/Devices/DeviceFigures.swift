import Base
import Devices
import Figures

/// How devices look.
enum DeviceFigures {
  /// One device: its multiprocessors, cache, memory and links, and its rates beside them.
  static func portrait(_ device: Device) -> Figure {
    .row([.grid(floorPlan(device)), .chart(rates(device))], title: device.name)
  }

  /// The floor plan: what can be counted is drawn once each.
  private static func floorPlan(_ device: Device) -> CellGrid {
    let columns = 22
    let count = device.multiprocessors.value
    let unit = String(DeviceText.units(device).dropLast())
    var rows: [[CellGrid.Cell]] = stride(from: 0, to: count, by: columns).map { start in
      (start..<min(start + columns, count)).map { _ in CellGrid.Cell(group: unit) }
    }
    var labels =
      ["\(count) \(DeviceText.units(device))"] + Array(repeating: "", count: rows.count - 1)
    let memory = device.memory
    func bar(_ label: String, _ text: String, _ group: String) {
      rows.append([CellGrid.Cell(text, group: group, span: columns)])
      labels.append(label)
    }
    if let both = device.limits.l1AndShared {
      bar("per \(unit)", "\(Bytes(both)) L1 and shared", "L1")
    }
    bar(
      "L2",
      "\(memory.l2Size.value), \(Quantity.text(memory.l2BytesPerSecond.value, "B/s"))", "L2")
    bar(
      memory.kind, "\(memory.size.value), \(Quantity.text(memory.bytesPerSecond.value, "B/s"))",
      "memory")
    if let ports = device.ports {
      let span = max(1, columns / ports.count)
      rows.append((0..<ports.count).map { _ in CellGrid.Cell(group: "link", span: span) })
      labels.append(ports.kind)
    } else if let slot = device.slot {
      bar("host", "PCIe \(slot.generation).0 x\(slot.lanes)", "link")
    }
    return CellGrid(
      subtitle: "\(device.generation.rawValue), \(device.chip), \(device.year)", rows: rows,
      rowLabels: labels,
      groupPaints: [
        unit: .series(2), "L1": .series(5), "L2": .series(0), "memory": .series(3),
        "link": .series(4),
      ], width: 420)
  }

  private static func rates(_ device: Device) -> Chart {
    let kinds = device.peaks.kinds
    var chart = Chart.bars(
      names: kinds.map(\.rawValue),
      series: [("dense", kinds.map { (device.peaks.dense[$0]?.value ?? 0) / 1e12 })],
      value: Axis("peak", unit: "TFLOP/s", minimum: 0), isHorizontal: true)
    var sparse = Series(x: [], y: [])
    for (place, kind) in kinds.enumerated() {
      guard let rate = device.peaks.sparse[kind] else { continue }
      sparse.x.append(Double(place))
      sparse.y.append(rate.value / 1e12)
    }
    if sparse.count > 0 { chart.marks.append(Mark(.bars(sparse), name: "2:4 sparse")) }
    chart.legend = .top
    chart.size = Size(width: 420, height: 110 + 34 * Double(kinds.count))
    return chart
  }

  /// Several devices: each quantity over that of the first, and the quantities themselves.
  static func comparison(_ devices: [Device], format: NumberFormat) -> Figure {
    let quantities = quantities(format)
    guard let first = devices.first else { return .chart(Chart()) }
    let shown = quantities.filter { $0.value(first) ?? 0 > 0 }
    var chart = Chart.bars(
      "Over \(first.name)", names: shown.map(\.name),
      series: devices.map { device in
        (
          name: device.name,
          values: shown.map { ($0.value(device) ?? .nan) / ($0.value(first) ?? 1) }
        )
      }, value: Axis("times \(first.name)", minimum: 0), isHorizontal: true)
    chart.legend = .top
    chart.size.width = 860
    let table = TableFigure(
      columns: [.init("device")] + quantities.map { .init($0.name, unit: $0.unit) },
      rows: devices.map { device in
        [.text(device.name)]
          + quantities.map { quantity in
            quantity.value(device).map { .number($0 / quantity.scale) } ?? .empty
          }
      })
    return .column([.chart(chart), .table(table)])
  }

  /// Something that devices are compared by.
  private struct Measure {
    let name: String
    let unit: String
    let scale: Double
    let value: (Device) -> Double?
  }

  private static func quantities(_ format: NumberFormat) -> [Measure] {
    let name = format.rawValue
    return [
      Measure(name: "\(name) dense", unit: "TFLOP/s", scale: 1e12) { $0.peak(format)?.rate.value },
      Measure(name: "fp32", unit: "TFLOP/s", scale: 1e12) { $0.peaks.dense[.fp32]?.value },
      Measure(name: "memory", unit: "GiB", scale: 1_073_741_824) {
        Double($0.memory.size.value.count)
      },
      Measure(name: "bandwidth", unit: "TB/s", scale: 1e12) { $0.memory.bytesPerSecond.value },
      Measure(name: "L2", unit: "MiB", scale: 1_048_576) {
        Double($0.memory.l2Size.value.count)
      },
      Measure(name: "links", unit: "GB/s", scale: 1e9) { $0.ports?.bytesPerSecond },
      Measure(name: "power", unit: "W", scale: 1) { $0.watts.value },
      Measure(name: "\(name) per watt", unit: "GFLOP/s/W", scale: 1e9) { device in
        device.peak(format).map { $0.rate.value / device.watts.value }
      },
    ]
  }

  /// Devices one below another.
  static func table(_ devices: [Device]) -> TableFigure {
    TableFigure(
      subtitle: "SMs, GiB and GB/s of memory, TFLOP/s of FP32 and of dense FP16 matrix products, "
        + "GB/s of the links each way, W",
      columns: [
        .init("device"), .init("chips"), .init("cc"), .init("year"), .init("SMs"), .init("GiB"),
        .init("GB/s"), .init("FP32"), .init("FP16"), .init("links"), .init("W"),
      ],
      rows: devices.map { device in
        [
          .text(device.name), .text(device.generation.rawValue),
          .text(device.limits.capability?.description ?? ""), .number(Double(device.year)),
          .number(Double(device.multiprocessors.value)),
          .number(Double(device.memory.size.value.count) / 1_073_741_824),
          .number(device.memory.bytesPerSecond.value / 1e9),
          (device.peaks.dense[.fp32]?.value).map { .number($0 / 1e12) } ?? .empty,
          device.peak(.fp16).map { .number($0.rate.value / 1e12) } ?? .empty,
          device.ports.map { .number($0.bytesPerSecond / 1e9) } ?? .empty,
          .number(device.watts.value),
        ]
      })
  }
}
