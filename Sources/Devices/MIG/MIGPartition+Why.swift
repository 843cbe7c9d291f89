public import Base

/// Why an instance cannot be created, and what would help.
public struct MIGExplanation: Sendable, CustomStringConvertible {
  /// A place of the profile and the instances that stand in it.
  public struct Place: Hashable, Sendable {
    /// The first memory slice.
    public let start: Int
    /// The instances in the way; none where the place is free.
    public let blockers: [GPUInstance]
  }

  /// What was asked for.
  public let profile: MIGProfile
  /// The answer of the driver; nil when it would be created.
  public let fault: MIGFault?
  /// Every place of the profile, or the one that was asked for.
  public let places: [Place]
  /// The instance that has the media extensions already, where that is the reason.
  public let mediaHolder: GPUInstance?
  /// The fewest instances whose end makes room.
  public let smallestRemoval: [GPUInstance]
  /// An order in which what is there and what was asked for can all be created on an empty GPU, the
  /// driver choosing the places; nil when there is none.
  public let workingOrder: [MIGProfile]?
  /// Places at which all of it fits on an empty GPU; nil when the set never fits.
  public let workingLayout: MIGLayout?

  /// What is wrong and what would work, in a few lines.
  public var description: String {
    guard let fault else { return "\(profile.name) can be created" }
    var lines = ["\(profile.name): \(fault.code.words)"]
    if let mediaHolder {
      lines.append(
        "GPU instance \(mediaHolder.id) (\(mediaHolder.profile.name)) has the media extensions")
    }
    for place in places where !place.blockers.isEmpty {
      let names = place.blockers.map {
        "GPU instance \($0.id) (\($0.profile.name) at \($0.placement))"
      }
      lines.append("at \(place.start):\(profile.size) stand \(names.joined(separator: ", "))")
    }
    if !smallestRemoval.isEmpty {
      let ids = smallestRemoval.map { "\($0.id)" }.joined(separator: " and ")
      lines.append("destroying GPU instance \(ids) makes room")
    }
    if let workingOrder {
      lines.append(
        "this order works on an empty GPU: " + workingOrder.map(\.name).joined(separator: ", "))
    } else if let workingLayout {
      lines.append("these places work on an empty GPU: \(workingLayout)")
    } else {
      lines.append("the whole set fits on no GPU of this kind, in whatever order")
    }
    return lines.joined(separator: "\n")
  }
}

extension MIGPartition {
  /// Says why an instance of a profile cannot be created, or that it can.
  public func why(_ name: String, at start: Int? = nil) throws(Problem) -> MIGExplanation {
    let profile = try scheme.profile(name)
    var copy = self
    var fault: MIGFault?
    do throws(MIGFault) { try copy.create(profile, at: start) } catch { fault = error }
    let holder = instances.first { $0.profile.hasMediaExtensions }
    let starts = start.map { [$0] } ?? profile.starts
    let places = starts.filter(profile.starts.contains).map { start in
      MIGExplanation.Place(
        start: start, blockers: instances.filter { $0.mask & profile.mask(at: start) != 0 })
    }
    let all = instances.map(\.profile) + [profile]
    let empty = MIGPartition(scheme, gpu: gpu)
    return MIGExplanation(
      profile: profile, fault: fault, places: places,
      mediaHolder: profile.hasMediaExtensions ? holder : nil,
      smallestRemoval: fault == nil ? [] : removal(for: profile, places, holder),
      workingOrder: empty.creationOrder(for: all), workingLayout: empty.layout(holding: all))
  }

  /// The fewest instances, then the fewest compute slices, that must go for one of the places.
  private func removal(
    for profile: MIGProfile, _ places: [MIGExplanation.Place], _ holder: GPUInstance?
  ) -> [GPUInstance] {
    let sets = places.map { place in
      guard profile.hasMediaExtensions, let holder, !place.blockers.contains(holder) else {
        return place.blockers
      }
      return place.blockers + [holder]
    }
    return sets.min { a, b in
      let (left, right) = (
        a.reduce(0) { $0 + $1.profile.slices }, b.reduce(0) { $0 + $1.profile.slices }
      )
      return (a.count, left) < (b.count, right)
    } ?? []
  }
}
