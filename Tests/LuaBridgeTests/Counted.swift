import Foundation
import LuaBridge

/// Counts the objects of one test that are alive.
final class Census {
  var alive = 0
}

/// An object that reports its birth and its end, and may keep a Lua value.
final class Counted {
  let census: Census
  var kept: LuaValue = .nil

  init(_ census: Census) {
    self.census = census
    census.alive += 1
  }

  deinit { census.alive -= 1 }
}

extension Counted: LuaExported {
  static let luaName = "test.Counted"
  static let exported = Exported<Counted>("Counts itself.") {
    property("kept", "Any value.", get: { $0.kept }, set: { $0.kept = $1 })
    method("ping", "Answers.") { _ in "pong" }
  }
}

/// The same, held once per object.
final class Unique {
  let number: Int

  init(_ number: Int) { self.number = number }
}

extension Unique: LuaExported {
  static let luaName = "test.Unique"
  static let exported = Exported<Unique>("Is itself.", keepsIdentity: true) {
    property("number", "Its number.") { $0.number }
  }
}

/// Owns memory that Lua cannot see.
final class Heavy {
  let census: Census

  init(_ census: Census) {
    self.census = census
    census.alive += 1
  }

  deinit { census.alive -= 1 }
}

extension Heavy: LuaExported {
  static let luaName = "test.Heavy"
  static let exported = Exported<Heavy>("A megabyte.", externalBytes: { _ in 1 << 20 }) {
    property("size", "Always the same.") { _ in 1 << 20 }
  }
}

extension LuaState {
  /// Collects twice: an object with a finalizer is freed by the collection after it has run.
  func settle() {
    collectGarbage()
    collectGarbage()
  }

  /// A function that makes counted objects.
  func provideCounted(_ census: Census) {
    globals["counted"] = .function(makeFunction("counted") { _ in Counted(census) })
  }
}

/// How often a thing is repeated: a tenth of the full number unless slow tests are asked for.
func repetitions(_ full: Int) -> Int {
  ProcessInfo.processInfo.environment["ORRERY_SLOW_TESTS"] == nil ? full / 10 : full
}
