extension GrammarMachine {
  /// The letter that others are compared with: where words may stand it may, and few names begin with
  /// it.
  static let sample = UInt8(ascii: "z")

  /// The kinds of letters of one byte that lead from a set exactly where `sample` leads.
  mutating func kindsAlike(in set: SetID) -> LetterKinds {
    if let known = alike[Int(set)] { return known }
    let sample = Int(program.classes[Int(Self.sample)])
    var others: LetterKinds = [.beyondASCII, .torn]
    for byteClass in 0..<program.classCount where byteClass != sample {
      let isAlike = stacks(of: set).allSatisfy {
        let state = top(of: $0)
        return program.move(state, byteClass) == program.move(state, sample)
      }
      if !isAlike { others.formUnion(program.classKinds[byteClass]) }
    }
    let result = LetterKinds.all.subtracting(others)
    alike[Int(set)] = result
    return result
  }

  /// The kinds of letters that leave a set as it is, if `sample` does.
  mutating func kindsLooping(in set: SetID) -> LetterKinds {
    if let known = looping[Int(set)] { return known }
    var result: LetterKinds = []
    if set != Self.dead, step(set, Self.sample) == set, !ends(of: set).contains(.outside) {
      result = kindsAlike(in: set)
      if lettersBeyondASCII(from: set, leadTo: set) { result.insert(.beyondASCII) }
    }
    looping[Int(set)] = result
    return result
  }

  /// True when each letter beyond ASCII leads from one set to the other.
  mutating func lettersBeyondASCII(from set: SetID, leadTo target: SetID) -> Bool {
    var open = [(LetterPlace.between, set)]
    var seen: Set<UInt64> = []
    while let (place, at) = open.popLast() {
      for byte in program.firstsBeyondASCII {
        let next = place.step(byte)
        guard next != .broken else { continue }
        let set = step(at, byte)
        if next == .between {
          guard set == target else { return false }
        } else {
          guard set != Self.dead else { return false }
          let key = UInt64(next.rawValue) << 32 | UInt64(set)
          if seen.insert(key).inserted { open.append((next, set)) }
        }
      }
    }
    return true
  }
}
