internal import CKernels

/// A kernel as the warp machine runs it: instructions with resolved slots, and what its counters mean.
struct MachineCode {
  /// What the counters of one site belong to.
  struct Site {
    enum Kind { case load, store, atomic, texture, branch, guarded }
    let kind: Kind
    let space: Space
    /// The bytes of one lane's access.
    let bytes: Int
    /// True of a branch that is a condition of the source.
    let isCondition: Bool
    let location: SourceLocation
  }

  /// An instruction of a block as counting sees it.
  struct Counted {
    let category: InstructionClass
    let operations: Operations
    let location: SourceLocation
    /// The guard whose site says how many lanes act; -1 for all of the block.
    let guardSite: Int
    /// Where it is in the code.
    let pc: Int
    /// The operation in messages.
    let name: String
    /// The counters of its access; -1 where it has none.
    let site: Int
    /// Its number in `listing`.
    let number: Int
  }

  var instructions: [ok_instruction] = []
  var lists: [UInt32] = []
  var matrices: [ok_matrix] = []
  var sites: [Site] = []
  /// The instructions as they were assembled, and where their branches go; -1 for no branch.
  var listing: [Instruction] = []
  var targets: [Int] = []
  var blocks: [[Counted]] = []
  /// The source place of each instruction.
  var locations: [SourceLocation] = []
  /// The types of the values that a printing instruction has.
  var prints: [Int: [ValueType]] = [:]
  var layout: FrameLayout
  /// Offsets and lengths of slots that a lane may read before any instruction sets them.
  var cleared: [UInt32] = []
  /// Registers per thread as counted by liveness.
  let registerPressure: Int
  /// Why blocks must run one after the other; nil when they need not.
  var orderReason: String?
}
