import Base
import Figures
import Inference
import LuaBridge

/// What a model is made of, and what its cache holds.
extension LanguageModel {
  /// The layers as a list that prints itself; the embedding and the output are fields.
  func layers(_ state: LuaState) -> ModelReport {
    let sheets = engine.sheets
    let table = state.makeTable(
      sheets.filter { $0.number != nil }.map { .table(Self.table($0, state)) })
    for sheet in sheets where sheet.number == nil {
      table[.text(sheet.name == "output" ? "output" : "embedding")] = .table(
        Self.table(sheet, state))
    }
    return ModelReport(table, shown: Self.shown(sheets, of: engine, name))
  }

  /// One row for each tensor; layers that follow one another and are alike stand together.
  private static func shown(_ sheets: [LayerSheet], of engine: Engine, _ name: String)
    -> TableFigure
  {
    var rows: [[TableFigure.Cell]] = []
    var rest = sheets[...]
    while let first = rest.first {
      let run = rest.prefix { $0.isLike(first) }
      rest = rest.dropFirst(run.count)
      let numbers = [run.first?.number, run.last?.number].compactMap { $0 }.map(String.init)
      let label = run.count > 1 ? numbers.joined(separator: "–") : numbers.first ?? ""
      for (index, weight) in first.weights.enumerated() {
        let short = first.number == nil ? weight.name : String(first.tail(of: weight))
        rows.append([
          .text(index == 0 ? label : ""), .text(short),
          .text(weight.shape.map(String.init).joined(separator: " × ")), .text(weight.format),
          .number(Double(weight.bytes.count)), .text(first.operation(of: weight).rawValue),
        ])
      }
    }
    let total = sheets.reduce(0) { $0 + $1.parameters }
    let inner = sheets.first { $0.number == 1 }?.operations.map(\.rawValue) ?? []
    return TableFigure(
      "Layers of \(name)",
      subtitle: "\(Double(total / 100_000) / 10) million weights in \(engine.file.tensors.count) "
        + "tensors, \(engine.file.size) in the file; a layer runs \(inner.joined(separator: ", "))",
      columns: [
        .init("layer"), .init("tensor"), .init("shape"), .init("format"),
        .init("bytes", decimals: 0), .init("operator"),
      ], rows: rows, rowLimit: 1000)
  }

  private static func table(_ sheet: LayerSheet, _ state: LuaState) -> LuaTable {
    let tensors = sheet.weights.map { weight -> LuaValue in
      .table(
        state.makeTable(fields: [
          "name": .text(weight.name), "format": .text(weight.format),
          "bytes": .integer(weight.bytes.count),
          "shape": .table(state.makeTable(weight.shape.map { .integer($0) })),
        ]))
    }
    let result = state.makeTable(fields: [
      "name": .text(sheet.name), "bytes": .integer(sheet.bytes.count),
      "parameters": .integer(sheet.parameters), "tensors": .table(state.makeTable(tensors)),
      "operators": .table(state.makeTable(sheet.operations.map { .text($0.rawValue) })),
    ])
    if let number = sheet.number { result["number"] = .integer(number) }
    return result
  }
}

/// The blocks of the cache.
extension LanguageModel {
  /// Every block as a list that prints itself as a grid.
  func blocks(_ state: LuaState) -> ModelReport {
    let map = KVMap(executor.pool)
    let table = state.makeTable(
      map.blocks.map { block in
        .table(
          state.makeTable(fields: [
            "number": .integer(block.number + 1), "use": .text(block.use.rawValue),
            "holders": .integer(block.holders), "positions": .integer(block.positions),
            "sequences": .table(state.makeTable(block.sequences.map { .integer($0) })),
          ]))
      },
      fields: [
        "block_tokens": .integer(map.blockSize), "block_bytes": .integer(map.blockBytes.count),
        "format": .text(map.format.rawValue), "empty_positions": .integer(map.emptyPositions),
      ])
    for use in KVMap.Use.allCases { table[.text(use.rawValue)] = .integer(map.count(use)) }
    table["sequences"] = .table(
      state.makeTable(
        map.sequences.map { sequence in
          .table(
            state.makeTable(fields: [
              "number": .integer(sequence.number), "tokens": .integer(sequence.tokens),
              "blocks": .table(state.makeTable(sequence.blocks.map { .integer($0 + 1) })),
            ]))
        }))
    return ModelReport(table, picture: .grid(Self.grid(map))) { columns, _ in
      Self.text(map, columns)
    }
  }

  private static func heading(_ map: KVMap) -> String {
    let limit = map.limit.map { " of at most \($0)" } ?? ""
    return "\(map.blocks.count) blocks\(limit), \(map.blockSize) positions and \(map.blockBytes) "
      + "each, \(map.format.rawValue)"
  }

  /// One character for each block, then who holds which.
  private static func text(_ map: KVMap, _ columns: Int) -> String {
    var lines = ["KV cache: " + heading(map)]
    let each = max(8, min(32, (columns - 8) / 2) / 8 * 8)
    for first in stride(from: 0, to: map.blocks.count, by: each) {
      let marks = map.blocks[first..<min(first + each, map.blocks.count)].map(map.mark)
      lines.append(
        String(first + 1).padded(toWidth: 6, alignRight: true) + "  "
          + marks.joined(separator: " "))
    }
    lines.append(
      "▁…█ held, how full: \(map.count(.held))   2…9 shared by so many: \(map.count(.shared))   "
        + "░ kept: \(map.count(.kept))   · free: \(map.count(.free))")
    for sequence in map.sequences.prefix(20) {
      let blocks = sequence.blocks.map { String($0 + 1) }.joined(separator: " ")
      lines.append("sequence \(sequence.number): \(sequence.tokens) tokens in blocks \(blocks)")
    }
    if map.sequences.count > 20 { lines.append("and \(map.sequences.count - 20) sequences more") }
    return lines.map { $0.truncated(toWidth: columns) }.joined(separator: "\n")
  }

  private static func grid(_ map: KVMap) -> CellGrid {
    let cells = map.blocks.map { block in
      let owners = block.sequences.map { "s\($0)" }.joined(separator: " ")
      let isPart = block.holders > 0 && block.positions < map.blockSize
      let filled = isPart ? " \(block.positions)/\(map.blockSize)" : ""
      return CellGrid.Cell(owners + filled, group: block.use.rawValue)
    }
    // Blank cells fill the last row, so that blocks have one size whatever their number is.
    let blanks = (8 - cells.count % 8) % 8
    var grid = CellGrid(
      "KV cache", cells: cells + Array(repeating: CellGrid.Cell(), count: blanks), columns: 8,
      groupPaints: [
        "held": .series(0), "shared": .series(1), "kept": .series(5), "free": .faint,
      ])
    grid.subtitle = heading(map)
    grid.rowLabels = grid.rows.indices.map { String($0 * 8 + 1) }
    return grid
  }

  /// The methods that show what there is.
  @MemberBuilder static var partMembers: [ExportedMember] {
    method(
      "layers", "Each layer: its operators, and its weight tensors with shape, format and bytes.",
      .state
    ) { $0.layers($1) }
    .example("llm.load():layers()[1].tensors[1].name")
    .detail(
      """
      Element i is { number, name, operators, tensors, parameters, bytes }; .embedding and .output \
      are what stands before and behind the layers. Shapes have rows first.
      """)
    method(
      "blocks", "The blocks of the key-value cache as they are now: held, shared, kept or free.",
      .state
    ) { $0.blocks($1) }
    .example("llm.load():blocks()")
    .detail(
      """
      Element i is { number, use, holders, positions, sequences }; fields count blocks by use \
      (.held, .shared, .kept, .free), .empty_positions are places in held blocks that no token \
      fills, .sequences lists { number, tokens, blocks }.
      """)
  }
}
