public import Base
public import LuaBridge

/// Marks a state that runs code of strangers.
private final class RestrictionMark {
  var isRestricted = false
}

extension LuaState {
  /// True while the code that runs must not touch files, processes or the network.
  public var isRestricted: Bool {
    get { self[RestrictionMark.self]?.isRestricted ?? false }
    set {
      let mark = self[RestrictionMark.self] ?? RestrictionMark()
      mark.isRestricted = newValue
      self[RestrictionMark.self] = mark
    }
  }

  /// Refuses a call that reads or writes files where the code that runs is restricted.
  ///
  /// Every declared function that takes a path asks first:
  /// `try state.requireFileAccess("tensor.save")`.
  public func requireFileAccess(_ call: String) throws(Problem) {
    if isRestricted {
      throw Problem(
        "\(call) is not available to restricted code", fix: "run it without --restricted")
    }
  }
}
