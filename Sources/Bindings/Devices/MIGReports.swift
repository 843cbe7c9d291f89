import Base
import Devices
import Figures
import LuaBridge

/// What can be asked about a cut, as tables for Lua that show themselves.
extension MIGObject {
  /// The profiles with what is free of each.
  func profiles(_ state: LuaState) -> DeviceReport {
    let scheme = partition.scheme
    let rows = scheme.profiles.map { profile in
      LuaValue.table(
        state.makeTable(fields: [
          "name": .text(profile.name), "id": .integer(profile.id),
          "slices": .integer(profile.slices), "size": .integer(profile.size),
          "free": .integer(partition.remaining(profile)),
          "total": .integer(profile.maximumInstances),
          "memory_bytes": .integer(scheme.memory(of: profile).count),
          "multiprocessors": .integer(scheme.multiprocessors(of: profile)),
          "copy_engines": .integer(profile.engines.copy),
          "decoders": .integer(profile.engines.decoders), "jpeg": .integer(profile.engines.jpeg),
          "optical_flow": .integer(profile.engines.opticalFlow),
          "starts": .table(state.makeTable(profile.starts.map { .integer($0) })),
        ]))
    }
    return DeviceReport(state.makeTable(rows), text: partition.profileTable, picture: shownProfiles)
  }

  private var shownProfiles: Figure {
    let scheme = partition.scheme
    let rows = scheme.profiles.map { profile -> [TableFigure.Cell] in
      let starts = profile.starts.map(String.init).joined(separator: ",")
      return [
        .text(profile.name), .number(Double(profile.id)),
        .text("\(partition.remaining(profile)) of \(profile.maximumInstances)"),
        .number(Double(scheme.memory(of: profile).count) / 1_073_741_824),
        .number(Double(scheme.multiprocessors(of: profile))),
        .number(Double(profile.engines.copy)), .number(Double(profile.engines.decoders)),
        .text("{\(starts)}:\(profile.size)"),
      ]
    }
    return .table(
      TableFigure(
        "MIG profiles of \(device.name)",
        columns: [
          .init("profile"), .init("id", decimals: 0), .init("free"), .init("memory", unit: "GiB"),
          .init("SMs", decimals: 0), .init("copy", decimals: 0), .init("decode", decimals: 0),
          .init("places"),
        ], rows: rows))
  }

  /// How many of each profile still fit, and where.
  func remaining(_ state: LuaState) -> DeviceReport {
    let table = state.makeTable()
    var lines: [String] = []
    for profile in partition.scheme.profiles {
      let count = partition.remaining(profile)
      table[.text(profile.name)] = .integer(count)
      guard count > 0 else { continue }
      let starts = partition.freeStarts(of: profile).map(String.init).joined(separator: ", ")
      lines.append("\(profile.name.padded(toWidth: 12)) \(count) more, at \(starts)")
    }
    for (index, free) in partition.creatable.enumerated() {
      table[.integer(index + 1)] = .table(
        state.makeTable(fields: [
          "profile": .text(free.profile.name),
          "count": .integer(partition.remaining(free.profile)),
          "starts": .table(state.makeTable(free.starts.map { .integer($0) })),
        ]))
    }
    return DeviceReport(
      table, text: lines.isEmpty ? "nothing more fits" : lines.joined(separator: "\n"))
  }

  /// Why a profile cannot be created.
  func why(_ profile: String, _ start: Int?, _ state: LuaState) throws(Problem) -> DeviceReport {
    let why = try partition.why(profile, at: start)
    let table = state.makeTable(fields: [
      "profile": .text(why.profile.name), "is_possible": .boolean(why.fault == nil),
      "code": why.fault.map { .integer($0.code.rawValue) } ?? .nil,
      "message": why.fault.map { .text($0.text) } ?? .nil,
      "destroy": .table(state.makeTable(why.smallestRemoval.map { .integer($0.id) })),
      "order": why.workingOrder.map {
        .table(state.makeTable($0.map { .text($0.name) }))
      } ?? .nil,
      "layout": why.workingLayout.map { .text($0.description) } ?? .nil,
    ])
    let places = why.places.map { place in
      LuaValue.table(
        state.makeTable(fields: [
          "start": .integer(place.start),
          "blockers": .table(state.makeTable(place.blockers.map { .integer($0.id) })),
        ]))
    }
    table["places"] = .table(state.makeTable(places))
    return DeviceReport(table, text: why.description)
  }

  /// All geometries, as lists of profiles or as layouts.
  func geometries(isAll: Bool, isLayouts: Bool, hasExtra: Bool, _ state: LuaState) -> DeviceReport {
    let scheme = partition.scheme
    let profiles = scheme.profiles.filter { $0.isBase || (hasExtra && $0.hasExtraMemory) }
    if isLayouts {
      let layouts = scheme.layouts(of: profiles, isMaximal: !isAll)
      return DeviceReport(
        state.makeTable(layouts.map { .text($0.description) }), shown: shown(layouts))
    }
    let sets = scheme.geometries(of: profiles, isMaximal: !isAll)
    let rows = sets.map { names in
      [TableFigure.Cell.number(Double(names.count)), .text(names.joined(separator: "  "))]
    }
    let figure = Figure.table(
      TableFigure(
        "Geometries of \(device.name)", columns: [.init("instances"), .init("profiles")],
        rows: rows))
    return DeviceReport(
      state.makeTable(
        sets.map { .table(state.makeTable($0.map { .text($0) })) }), shown: figure)
  }

  /// One row of cells for each layout.
  private func shown(_ layouts: [MIGLayout]) -> Figure {
    let slices = partition.scheme.memorySlices
    let rows = layouts.prefix(40).map { layout in
      var cells: [CellGrid.Cell] = []
      var slice = 0
      for part in layout.parts {
        while slice < part.start {
          cells.append(CellGrid.Cell("", group: "free"))
          slice += 1
        }
        cells.append(
          CellGrid.Cell(part.profile.name, group: part.profile.name, span: part.profile.size))
        slice += part.profile.size
      }
      while slice < slices {
        cells.append(CellGrid.Cell("", group: "free"))
        slice += 1
      }
      return cells
    }
    let rest = layouts.count > 40 ? ", the first 40" : ""
    return .grid(
      CellGrid(
        "Layouts of \(device.name)", subtitle: "\(layouts.count) layouts\(rest)", rows: Array(rows),
        columnLabels: (0..<slices).map { "\($0)" }, groupPaints: ["free": .faint]))
  }

  /// The fewest GPUs for a list of requests.
  func pack(_ requests: LuaTable, _ state: LuaState) throws -> DeviceReport {
    let gpus = requests["gpus"] == .nil ? 8 : requests["gpus"].integer ?? 0
    guard 1...4096 ~= gpus else { throw Problem("pack: gpus is a number from 1 to 4096") }
    let wanted = try requests.elements.map(Self.request)
    guard wanted.count <= 4096 else { throw Problem("pack takes at most 4096 requests") }
    let packing = try partition.scheme.pack(wanted, gpus: gpus)
    let cuts = packing.cuts.map { cut in
      LuaValue.table(
        state.makeTable(fields: [
          "layout": .text(cut.layout.description),
          "order": cut.automaticOrder.map { .table(state.makeTable($0.map { .text($0.name) })) }
            ?? .nil,
        ]))
    }
    let table = state.makeTable(
      cuts,
      fields: [
        "gpus": .integer(packing.cuts.count),
        "unplaced": .table(state.makeTable(packing.unplaced.map { .text($0.name) })),
        "free_memory_slices": .integer(packing.freeMemorySlices),
        "free_compute_slices": .integer(packing.freeComputeSlices),
      ])
    var lines = packing.cuts.enumerated().map { index, cut in
      let order = cut.automaticOrder.map { "create " + $0.map(\.name).joined(separator: ", ") }
      return "GPU \(index): \(cut.layout)\n  " + (order ?? "no order works: ask for the places")
    }
    if !packing.unplaced.isEmpty {
      lines.append("no place for " + packing.unplaced.map(\.name).joined(separator: ", "))
    }
    return DeviceReport(
      table, text: lines.joined(separator: "\n"), picture: shown(packing.cuts.map(\.layout)))
  }

  private static func request(_ value: LuaValue) throws -> MIGRequest {
    if let name = value.text { return .profile(name) }
    guard let table = value.table else {
      throw Problem("pack: a request is a profile or a table", fix: "write { memory_gib = 20 }")
    }
    let fields = try FieldTable(table, "request", ["memory_gib", "multiprocessors"])
    return .needs(
      memoryGiB: try fields.number("memory_gib") ?? 0,
      multiprocessors: try fields.integer("multiprocessors") ?? 0)
  }
}
