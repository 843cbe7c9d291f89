/// Orders of creation: the driver's own choice of places makes some sets possible in one order only.
extension MIGPartition {
  /// An order in which instances of these profiles can all be created without asking for places; nil
  /// when there is none.
  ///
  /// What is there already stays. Positions of the search are the taken slices and what is left to
  /// create, so equal positions reached in different orders are looked at once.
  public func creationOrder(for profiles: [MIGProfile]) -> [MIGProfile]? {
    var seen: Set<OrderState> = []
    return order(profiles.sorted { ($1.size, $1.slices) < ($0.size, $0.slices) }, &seen)
  }

  /// The layout that comes of creating these in this order, beside what is there; nil if one fails.
  public func layout(creating profiles: [MIGProfile]) -> MIGLayout? {
    var copy = self
    do throws(MIGFault) {
      for profile in profiles { try copy.create(profile) }
    } catch {
      return nil
    }
    return MIGLayout(copy.instances.map { MIGLayout.Part($0.profile, at: $0.start) })
  }

  /// A layout that holds what is there and these too, wherever they have to stand; nil when the set
  /// does not fit.
  public func layout(holding profiles: [MIGProfile]) -> MIGLayout? {
    var rest = profiles.sorted { ($1.size, $1.starts.count) > ($0.size, $0.starts.count) }
    guard let profile = rest.popLast() else { return layout(creating: []) }
    for start in freeStarts(of: profile) {
      var copy = self
      guard (try? copy.create(profile, at: start)) != nil else { continue }
      if let layout = copy.layout(holding: rest) { return layout }
    }
    return nil
  }

  private struct OrderState: Hashable {
    let taken: UInt8
    let rest: [Int]
  }

  private func order(_ rest: [MIGProfile], _ seen: inout Set<OrderState>) -> [MIGProfile]? {
    if rest.isEmpty { return [] }
    let state = OrderState(taken: takenMask, rest: rest.map(\.id))
    guard seen.insert(state).inserted else { return nil }
    var tried: Set<Int> = []
    for (index, profile) in rest.enumerated() where tried.insert(profile.id).inserted {
      var copy = self
      guard (try? copy.create(profile)) != nil else { continue }
      var others = rest
      others.remove(at: index)
      if let tail = copy.order(others, &seen) { return [profile] + tail }
    }
    return nil
  }
}
