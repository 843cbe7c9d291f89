extension StackMasks {
  /// The bytes that must come next whatever is chosen.
  mutating func forcedText(_ set: GrammarMachine.SetID) -> [UInt8] {
    var (set, text) = (set, [UInt8]())
    while !machine.ends(of: set).contains(.complete), text.count < 4096 {
      guard let byte = onlyByte(set) else { break }
      text.append(byte)
      set = machine.step(set, byte)
    }
    return text
  }

  private mutating func onlyByte(_ set: GrammarMachine.SetID) -> UInt8? {
    var found: UInt8?
    for byte in UInt8.min...UInt8.max where machine.step(set, byte) != GrammarMachine.dead {
      guard found == nil else { return nil }
      found = byte
    }
    return found
  }

  /// The shortest rest of a text, of those the one whose bytes are least.
  mutating func shortestRest(_ set: GrammarMachine.SetID) -> [UInt8] {
    var (set, text) = (set, [UInt8]())
    while machine.cost(of: set) > 0, text.count < 1 << 20 {
      let cost = machine.cost(of: set)
      guard
        let byte = (UInt8.min...UInt8.max).first(where: {
          let next = machine.step(set, $0)
          return next != GrammarMachine.dead && machine.cost(of: next) < cost
        })
      else { break }
      text.append(byte)
      set = machine.step(set, byte)
    }
    return text
  }
}
