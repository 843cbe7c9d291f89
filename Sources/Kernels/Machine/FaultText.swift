internal import CKernels

/// Words for what a kernel did wrong.
struct FaultText {
  let run: LaunchRun

  /// The fault, or nil where there was none.
  func fault(_ raw: ok_fault) -> KernelFault? {
    guard raw.kind != OK_F_NONE.rawValue.signed else { return nil }
    let location = place(raw.pc)
    var kind = Self.kinds[raw.kind] ?? .memory
    var notes: [String] = []
    var address: UInt64?
    if isAccess(kind) {
      address = raw.address
      if raw.space == OK_GLOBAL.rawValue.signed {
        let (note, wasFreed) = nearest(raw)
        if let note { notes.append(note) }
        if wasFreed, kind == .outOfBounds { kind = .useAfterFree }
      } else if kind == .outOfBounds, let note = bounds(raw) {
        notes.append(note)
      }
    }
    notes += others(raw, kind)
    return KernelFault(
      kind: kind, message: message(raw, kind, location), location: location,
      block: block(raw.block),
      thread: thread(raw.warp, raw.lane), address: address, notes: notes,
      excerpt: excerpt(location))
  }

  private static let kinds: [Int32: KernelFault.Kind] = [
    OK_F_OUT_OF_BOUNDS.rawValue.signed: .outOfBounds, OK_F_MISALIGNED.rawValue.signed: .misaligned,
    OK_F_READ_ONLY.rawValue.signed: .readOnly, OK_F_TRAP.rawValue.signed: .trap,
    OK_F_BUDGET.rawValue.signed: .budget, OK_F_STOPPED.rawValue.signed: .stopped,
    OK_F_DEADLOCK.rawValue.signed: .deadlock,
    OK_F_BARRIER_DIVERGENT.rawValue.signed: .divergentBarrier,
    OK_F_BARRIER_NUMBER.rawValue.signed: .barrierNumber, OK_F_RACE.rawValue.signed: .race,
    OK_F_UNINITIALISED.rawValue.signed: .uninitialised,
    OK_F_SHUFFLE_MASK.rawValue.signed: .synchronisationMask, OK_F_MEMORY.rawValue.signed: .memory,
    OK_F_TEXTURE.rawValue.signed: .texture,
  ]

  private func isAccess(_ kind: KernelFault.Kind) -> Bool {
    switch kind {
    case .outOfBounds, .misaligned, .readOnly, .uninitialised, .race: true
    default: false
    }
  }

  // MARK: - The sentence

  private func message(_ raw: ok_fault, _ kind: KernelFault.Kind, _ location: SourceLocation)
    -> String
  {
    let name = "kernel \"\(run.program.name)\""
    let at = location.line > 0 ? "\(fileName(location)):\(location.line): " : ""
    let who = "by thread \(text(thread(raw.warp, raw.lane))) of block \(text(block(raw.block)))"
    let access =
      "\(raw.is_store != 0 ? "write" : "read") of \(raw.size) bytes at "
      + "\(spaceName(raw.space)) address \(hexadecimal(raw.address)) \(who)"
    let what: String
    switch kind {
    case .outOfBounds: what = "out-of-bounds \(access)"
    case .useAfterFree: what = "\(access) after it was freed"
    case .misaligned: what = "misaligned \(access)"
    case .readOnly: what = "\(access), which is read-only"
    case .uninitialised: what = "\(access) before any thread wrote there"
    case .race: what = "race on shared memory: \(access)"
    case .trap: what = "\(trapText(raw)) \(who)"
    case .budget:
      what =
        "a warp ran its budget of \(run.options.instructionBudget) instructions without an end, "
        + who
    case .stopped: what = "stopped"
    case .deadlock: what = "deadlock: every warp of block \(text(block(raw.block))) waits"
    case .divergentBarrier:
      what =
        "barrier in divergent code: \(lanes(raw.mask)) of warp \(raw.warp) came to it, "
        + "\(lanes(raw.other_mask)) did not, in block \(text(block(raw.block)))"
    case .barrierNumber: what = "barrier \(raw.address) \(who): there are 16, from 0"
    case .synchronisationMask:
      what =
        "the mask \(hexadecimal(UInt64(raw.mask))) names lanes that are elsewhere; only "
        + "\(lanes(raw.other_mask)) are here, \(who)"
    case .texture: what = "a read of a texture that is not bound \(who)"
    case .memory: what = "no memory for the launch"
    }
    return "\(at)\(name): \(what)"
  }

  private func trapText(_ raw: ok_fault) -> String {
    let strings = run.module.tables.strings
    let number = Int(truncatingIfNeeded: raw.address)
    return strings.indices.contains(number) ? strings[number] : "trap"
  }

  private func spaceName(_ space: Int32) -> String {
    Space(rawValue: UInt8(clamping: space)).map { "\($0)" } ?? "global"
  }

  // MARK: - Notes

  /// The allocation nearest to an address, and whether the address was in one that is gone.
  private func nearest(_ raw: ok_fault) -> (String?, Bool) {
    let memory = run.module.memory
    for (buffer, name) in memory.released.reversed()
    where raw.address >= buffer.address && raw.address < buffer.address + UInt64(buffer.bytes) {
      let called = name.isEmpty ? "an allocation" : "`\(name)`"
      return ("inside \(called) (\(grouped(buffer.bytes)) bytes), which was freed", true)
    }
    if raw.address < 4096 { return ("a null pointer", false) }
    var best: (distance: UInt64, text: String)?
    for allocation in memory.allocations {
      let start = allocation.buffer.address
      let end = start + UInt64(allocation.buffer.bytes)
      let name = run.argumentNames[start] ?? allocation.name
      let called =
        "\(name.isEmpty ? "an allocation" : "`\(name)`") (\(grouped(allocation.buffer.bytes)) bytes)"
      let found: (distance: UInt64, text: String)
      if raw.address >= end {
        let past = raw.address - end
        found = (
          past,
          past == 0
            ? "at the end of \(called)" : "\(grouped(Int(past))) bytes past the end of \(called)"
        )
      } else if raw.address < start {
        found = (start - raw.address, "\(grouped(Int(start - raw.address))) bytes before \(called)")
      } else {
        found = (0, "\(grouped(Int(raw.address - start))) bytes into \(called)")
      }
      if best.map({ found.distance < $0.distance }) ?? true { best = found }
    }
    guard let best, best.distance < 1 << 32 else { return ("no allocation is near", false) }
    return (best.text, false)
  }

  private func bounds(_ raw: ok_fault) -> String? {
    switch Space(rawValue: UInt8(clamping: raw.space)) {
    case .shared: "the block has \(grouped(run.shape.sharedBytes)) bytes of shared memory"
    case .local: "the thread has \(grouped(run.program.localBytes)) bytes of local memory"
    case .constant: "the constant bank has \(grouped(run.module.constantBank.count)) bytes"
    default: nil
    }
  }

  private func others(_ raw: ok_fault, _ kind: KernelFault.Kind) -> [String] {
    switch kind {
    case .race:
      let other = place(raw.other_pc)
      return [
        "\(raw.other_is_store != 0 ? "written" : "read") before by thread "
          + "\(text(thread(raw.other_warp, raw.other_lane))) at \(fileName(other)):\(other.line), with no "
          + "barrier between",
        excerpt(other),
      ].filter { !$0.isEmpty }
    case .divergentBarrier where raw.other_pc != UInt32.max:
      let other = place(raw.other_pc)
      return ["the others wait at \(fileName(other)):\(other.line)"]
    case .deadlock: return waits(raw)
    default: return []
    }
  }

  private func waits(_ raw: ok_fault) -> [String] {
    withUnsafeBytes(of: raw.waits) { bytes in
      // The C array comes as a tuple; its elements lie one behind the other.
      let size = bytes.count / 8
      return (0..<Int(raw.wait_count)).map { index in
        let base = index * size
        let warp = bytes.load(fromByteOffset: base, as: UInt32.self)
        let mask = bytes.load(fromByteOffset: base + 4, as: UInt32.self)
        let pc = bytes.load(fromByteOffset: base + 8, as: UInt32.self)
        let isWarp = bytes.load(fromByteOffset: base + 12, as: UInt32.self) != 0
        let place = place(pc)
        return
          "\(lanes(mask)) of warp \(warp) at \(isWarp ? "the warp barrier" : "the barrier") in "
          + "\(fileName(place)):\(place.line)"
      }
    }
  }

  // MARK: - Places

  private func place(_ pc: UInt32) -> SourceLocation {
    run.code.locations.indices.contains(Int(pc)) ? run.code.locations[Int(pc)] : SourceLocation()
  }

  private func fileName(_ location: SourceLocation) -> String {
    let files = run.module.tables.files
    return files.indices.contains(location.file) ? files[location.file].name : "line"
  }

  private func excerpt(_ location: SourceLocation) -> String {
    let files = run.module.tables.files
    guard files.indices.contains(location.file), location.line > 0,
      location.line <= files[location.file].lines.count
    else { return "" }
    let line = files[location.file].lines[location.line - 1]
    guard location.column > 0 else { return "  \(line)" }
    let lead = line.prefix(location.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    return "  \(line)\n  \(lead)^"
  }

  private func block(_ number: Int64) -> Extent {
    let grid = run.shape.grid
    let number = Int(number)
    return Extent(number % grid.x, number / grid.x % grid.y, number / grid.x / grid.y)
  }

  private func thread(_ warp: UInt32, _ lane: UInt32) -> Extent {
    let block = run.shape.block
    let number = Int(warp) * 32 + Int(lane)
    return Extent(number % block.x, number / block.x % block.y, number / block.x / block.y)
  }

  private func text(_ extent: Extent) -> String { "(\(extent.x), \(extent.y), \(extent.z))" }

  /// Lanes of a mask in words, as ranges.
  private func lanes(_ mask: UInt32) -> String {
    var parts: [String] = []
    var lane = 0
    while lane < 32 {
      guard mask >> UInt32(lane) & 1 == 1 else {
        lane += 1
        continue
      }
      var end = lane
      while end < 31, mask >> UInt32(end + 1) & 1 == 1 { end += 1 }
      parts.append(end == lane ? "\(lane)" : "\(lane)-\(end)")
      lane = end + 1
    }
    if parts.isEmpty { return "no lane" }
    return (mask.nonzeroBitCount == 1 ? "lane " : "lanes ") + parts.joined(separator: ", ")
  }

  private func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }
}

extension UInt32 {
  /// The same number as C's `int`.
  var signed: Int32 { Int32(bitPattern: self) }
}
