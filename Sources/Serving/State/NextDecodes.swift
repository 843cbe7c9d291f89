/// What a step would be in which every running sequence decodes, gathered while the step before it was
/// completed: then each sequence was at hand anyway.
struct NextDecodes: ~Copyable {
  /// False once anything has changed since.
  var isKnown = false
  /// Known tokens of all together.
  var context = 0
  /// Who needs a block.
  var growth = Column<BlockGrowth>(capacity: 64)

  mutating func removeAll() {
    isKnown = false
    context = 0
    growth.removeAll()
  }

  /// Adds a sequence that has got a token and goes on.
  mutating func add(_ slot: Int32, _ progress: Progress) {
    context += Int(progress.known)
    if progress.known > progress.room { growth.append(BlockGrowth(slot: slot, blocks: 1)) }
  }
}

extension StepPlan {
  /// Decodes every running sequence that does not read its prompt.
  func decodeAllRunning(of state: ServingState) {
    if state.nextDecodes.isKnown {
      decodes.append(from: state.running.base, count: state.running.count)
      growth.append(from: state.nextDecodes.growth.base, count: state.nextDecodes.growth.count)
      shape.decodes = decodes.count
      shape.tokens = decodes.count
      shape.decodeContext = state.nextDecodes.context
      assert(isWhatAPassFinds(state), "what was gathered is not what there is")
    } else {
      decodeAllByPass(over: state)
    }
  }

  private func isWhatAPassFinds(_ state: ServingState) -> Bool {
    let other = StepPlan()
    other.decodeAllByPass(over: state)
    return other.decodes.values == decodes.values && other.growth.values == growth.values
      && other.shape == shape
  }

  /// The same by one pass over what lies side by side.
  private func decodeAllByPass(over state: ServingState) {
    let (count, slots) = (state.running.count, state.running.base)
    let (progress, phase) = (state.sequences.progress.base, state.sequences.phase.base)
    let mayRead = state.prefillingCount > 0
    decodes.resize(to: count)
    growth.reserve(count)
    let (out, grow) = (decodes.base, growth.base)
    var (context, taken, grown) = (0, 0, 0)
    for index in 0..<count {
      let slot = slots[index]
      if mayRead, phase[Int(slot)] != .decode { continue }
      let place = progress + Int(slot)
      let (known, room) = (place.pointee.known, place.pointee.room)
      context &+= Int(known)
      out[taken] = slot
      taken &+= 1
      // Written always and counted when it holds: whether a block fills is not worth a guess.
      grow[grown] = BlockGrowth(slot: slot, blocks: 1)
      grown &+= known > room ? 1 : 0
    }
    decodes.truncate(to: taken)
    growth.resize(to: grown)
    shape.decodes = taken
    shape.decodeContext = context
    shape.tokens = taken
  }
}
