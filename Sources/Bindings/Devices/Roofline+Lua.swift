import Base
import Devices
import Figures
import Glibc
import LuaBridge

/// Roofs of a device and what stands under them, as Lua holds them.
struct RooflineReport: CustomStringConvertible {
  /// What stands under the roof, with its name.
  typealias Named = (name: String, point: Roofline.Point)

  /// The roof that points are held against.
  let roof: Roofline
  /// Roofs of other levels of memory, for the picture.
  let others: [Roofline]
  let points: [Named]

  var description: String {
    let head =
      "gpu.Roofline of \(roof.deviceName): \(roof.arithmetic.rawValue)"
      + "\(roof.isSparse ? " with 2:4 sparsity" : "") \(Quantity.text(roof.peak, "FLOP/s")), "
      + "\(roof.level.rawValue) \(Quantity.text(roof.bytesPerSecond, "B/s")), "
      + "ridge \(Quantity.digits(roof.ridge)) FLOP/B"
    return ([head] + points.map(Self.line)).joined(separator: "\n")
  }

  private static func line(_ named: Named) -> String {
    let point = named.point
    let name = named.name.isEmpty ? "work" : named.name
    let most =
      "\(name): \(Quantity.digits(point.intensity)) FLOP/B, bound by \(point.bound.rawValue), "
      + "at most \(Quantity.text(point.attainable, "FLOP/s")) "
      + "(\(Quantity.digits(100 * point.peakShare)) % of the peak), "
      + "at least \(Quantity.text(point.seconds, "s"))"
    guard let attained = point.attained, let share = point.roofShare else { return most }
    return most + "; attained \(Quantity.text(attained, "FLOP/s")), "
      + "\(Quantity.digits(100 * share)) % of the roof"
  }

  /// The roofs over intensity, and a dot for each piece of work.
  var figure: Figure {
    let finite = points.map(\.point.intensity).filter { $0.isFinite && $0 > 0 }
    let places = finite + [roof.ridge] + others.map(\.ridge)
    let (low, high) = ((places.min() ?? 1) / 8, (places.max() ?? 1) * 8)
    var marks = otherLevels.map { name, roof in
      Self.line(roof, name, low, high, paint: .muted, isDashed: true)
    }
    marks.append(
      Self.line(roof, roof.level.rawValue, low, high, paint: .series(0), isDashed: false))
    marks += dots
    return .chart(
      Chart(
        "Roofline of \(roof.deviceName)",
        subtitle: "\(roof.arithmetic.rawValue)\(roof.isSparse ? ", 2:4 sparse" : ", dense"): "
          + "\(Quantity.text(roof.peak, "FLOP/s")), ridge \(Quantity.digits(roof.ridge)) FLOP/B",
        x: Axis("arithmetic intensity", unit: "FLOP/B", kind: .log),
        y: Axis("attainable", unit: "TFLOP/s", kind: .log), marks: marks,
        size: Size(width: 680, height: 420)))
  }

  /// A dot for each piece of work: where it came, or where it could.
  private var dots: [Mark] {
    let shown = points.filter { $0.point.intensity.isFinite && $0.point.intensity > 0 }
    func mark(_ some: [Named], _ name: String, _ paint: Paint, _ rate: (Roofline.Point) -> Double)
      -> [Mark]
    {
      guard !some.isEmpty else { return [] }
      let places = some.map {
        PlacedText(x: $0.point.intensity, y: rate($0.point) / 1e12, $0.name)
      }
      let series = Series(x: places.map(\.x), y: places.map(\.y))
      return [
        Mark(.scatter(series), name: name, paint: paint), Mark(.labels(places), paint: .muted),
      ]
    }
    return mark(shown.filter { $0.point.attained == nil }, "attainable", .series(2)) {
      $0.attainable
    } + mark(shown.filter { $0.point.attained != nil }, "attained", .series(1)) { $0.attained ?? 0 }
  }

  /// The other levels; those of one rate are one line.
  private var otherLevels: [(name: String, roof: Roofline)] {
    var levels: [(name: String, roof: Roofline)] = []
    for other in others where other.bytesPerSecond != roof.bytesPerSecond {
      if let place = levels.firstIndex(where: { $0.roof.bytesPerSecond == other.bytesPerSecond }) {
        levels[place].name += ", \(other.level.rawValue)"
      } else {
        levels.append((other.level.rawValue, other))
      }
    }
    return levels
  }

  private static func line(
    _ roof: Roofline, _ name: String, _ low: Double, _ high: Double, paint: Paint, isDashed: Bool
  ) -> Mark {
    // Enough points that a line is drawn without dots at its corners.
    let ratio = high / low
    let x = ((0...60).map { low * pow(ratio, Double($0) / 60) } + [roof.ridge]).sorted()
    return Mark(
      .line(Series(x: x, y: x.map { roof.attainable(atIntensity: $0) / 1e12 })), name: name,
      paint: paint, isDashed: isDashed)
  }
}

extension RooflineReport: LuaExported {
  static let luaName = "gpu.Roofline"

  static let exported = Exported<RooflineReport>(
    "What a device could do at most, and what bounds some work.",
    example: "gpu(\"H100\"):roofline{ format = \"bf16\" }"
  ) {
    property("arithmetic", "The kind of arithmetic.") { $0.roof.arithmetic.rawValue }
    property("level", "The memory that feeds it.") { $0.roof.level.rawValue }
    property("peak_flops_per_second", "The flat part of the roof.", unit: .flopsPerSecond) {
      $0.roof.peak
    }
    property("bytes_per_second", "The slope of the roof.", unit: .bytesPerSecond) {
      $0.roof.bytesPerSecond
    }
    property("ridge", "The intensity from which arithmetic bounds.", unit: .flopsPerByte) {
      $0.roof.ridge
    }
    property("points", "What stands under the roof, each a table.") { report in
      report.points.map { PointValue(name: $0.name, point: $0.point) }
    }
    method(
      "attainable", "The most at an intensity.",
      .number("flops_per_byte", "operations per byte", unit: .flopsPerByte, range: 0...)
    ) { $0.roof.attainable(atIntensity: $1) }
    .unit(.flopsPerSecond).example("gpu(\"H100\"):roofline{ format = \"bf16\" }:attainable(10)")
    method("figure", "The roof with what stands under it.") { $0.figure }
      .example("gpu(\"H100\"):roofline{ format = \"bf16\" }:figure()")
    method("__mime", "What a notebook shows of it.", .state) { report, state in
      ["text/plain": report.description, "image/svg+xml": report.figure.svg()]
    }
  }

  /// A piece of work under a roof.
  struct PointValue: LuaExported, CustomStringConvertible {
    let name: String
    let point: Roofline.Point

    var description: String { RooflineReport.line((name, point)) }

    static let luaName = "gpu.RooflinePoint"
    static let exported = Exported<PointValue>(
      "Some work under a roof.",
      example: "gpu(\"H100\"):roofline{ format = \"bf16\", flops = 1e12, bytes = 1e9 }.points[1]"
    ) {
      property("name", "What it is called.") { $0.name }
      property("flops", "Its operations.", unit: .flops) { $0.point.operations }
      property("bytes", "Its bytes.", unit: .bytes) { $0.point.bytes }
      property("intensity", "Operations per byte.", unit: .flopsPerByte) { $0.point.intensity }
      property("bound", "\"memory\" or \"compute\".") { $0.point.bound.rawValue }
      property("seconds", "The least time it takes.", unit: .seconds) { $0.point.seconds }
      property("attainable_flops_per_second", "The most it can attain.", unit: .flopsPerSecond) {
        $0.point.attainable
      }
      property(
        "attained_flops_per_second", "What it attained; nil where no time is known.",
        unit: .flopsPerSecond
      ) { $0.point.attained }
      property("roof_share", "How near it came to the roof; nil: no time is known.", unit: .ratio) {
        $0.point.roofShare
      }
      property("peak_share", "That over the peak.", unit: .ratio) { $0.point.peakShare }
    }
  }
}

extension DeviceObject {
  static var rooflineMethod: ExportedMember {
    method(
      "roofline", "What bounds work on it: arithmetic or memory.",
      .named(
        .choice(
          "format", "the numbers' format", among: NumberFormat.allCases.map(\.rawValue),
          default: "bf16"),
        .boolean("tensor_cores", "whether tensor cores may be used", default: true),
        .boolean("sparse", "whether 2:4 sparsity is counted", default: false),
        .choice(
          "level", "the memory whose bytes are counted",
          among: Roofline.Level.allCases.map(\.rawValue), default: "dram"),
        .optional(.number("flops", "operations of one piece of work", unit: .flops, range: 0...)),
        .optional(.number("bytes", "bytes that it moves", unit: .bytes, range: 0...)),
        .any("points", "several pieces of work, as tables, reports of launches or a profile"))
    ) { object, options in
      let (format, tensor, sparse, level, flops, bytes, points) = options.values
      let wanted = NumberFormat(rawValue: format) ?? .bf16
      guard
        let kind = object.device.peak(wanted, tensorCores: tensor, sparse: sparse)?.kind,
        let roof = Roofline(
          object.device, kind, level: Roofline.Level(rawValue: level) ?? .dram, sparse: sparse)
      else { throw missing(object.device, wanted, sparse) }
      var pieces = try RooflineWork.read(points, under: roof)
      if let flops, let bytes {
        pieces.append(("", roof.place(operations: flops, bytes: bytes)))
      } else if flops != nil || bytes != nil {
        throw Problem("a roofline of one piece of work needs both flops and bytes")
      }
      let others = Roofline.Level.allCases.filter { $0 != roof.level }.compactMap {
        Roofline(object.device, kind, level: $0, sparse: sparse)
      }
      return RooflineReport(roof: roof, others: others, points: pieces)
    }
    .example(
      "gpu(\"H100\"):roofline{ format = \"bf16\", points = {"
        + " { name = \"gemm\", flops = 2 * 4096 ^ 3, bytes = 6 * 4096 ^ 2 } } }"
    )
    .detail(
      "A piece of work is a table { name =, flops =, bytes =, seconds = }, its seconds left out "
        + "where nobody knows them; the report of a launch; or a row of m:profile(), which counts "
        + "multiply_adds. With seconds the picture shows what was attained.")
  }

  private static func missing(_ device: Device, _ format: NumberFormat, _ sparse: Bool) -> Problem {
    let formats = NumberFormat.allCases.filter { device.peak($0, sparse: sparse) != nil }
    return Problem(
      "\(device.name) has no \(sparse ? "sparse " : "")\(format.rawValue)",
      fix: formats.isEmpty ? nil : "it has \(formats.map(\.rawValue).joined(separator: ", "))")
  }
}
