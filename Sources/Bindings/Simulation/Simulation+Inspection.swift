import LuaBridge
import Simulation

extension SimulationObject {
  /// What is going on now, as a Lua table.
  func inspection(in state: LuaState) -> LuaTable {
    let seen = simulator.inspect()
    return state.makeTable(fields: [
      "now_seconds": .number(seen.time), "event_count": .integer(seen.eventCount),
      "pending_count": .integer(seen.pendingCount),
      "next_event_seconds": seen.nextEventTime.map(LuaValue.number) ?? .nil,
      "process_count": .integer(seen.processCount),
      "processes": .table(
        state.makeTable(seen.processes.map { .table(Self.table(of: $0, in: state)) })),
      "places": .table(
        state.makeTable(seen.places.map { .table(Self.table(of: $0, in: state)) })),
    ])
  }

  /// Calls a function with a table for everything that happens.
  func trace(_ observer: LuaFunction?, in state: LuaState) {
    guard let observer else {
      simulator.tracer = nil
      return
    }
    simulator.tracer = { [unowned self, unowned state] record in
      let table = state.makeTable(fields: [
        "time_seconds": .number(record.time), "kind": .text(record.kind.rawValue),
        "process": .text(record.process), "subject": .text(record.subject),
      ])
      _ = callback(observer, [.table(table)])
    }
  }

  private static func table(of process: Inspection.Process, in state: LuaState) -> LuaTable {
    state.makeTable(fields: [
      "name": .text(process.name), "state": .text(process.state.rawValue),
      "waits_at": process.place.isEmpty ? .nil : .text(process.place),
      "until_seconds": process.until.isFinite ? .number(process.until) : .nil,
    ])
  }

  private static func table(of place: PlaceSnapshot, in state: LuaState) -> LuaTable {
    state.makeTable(fields: [
      "name": .text(place.name), "kind": .text(place.noun), "status": .text(place.status),
      "waiting_count": .integer(place.waitingCount),
      "mean_queue_length": .number(place.meanQueueLength),
      "mean_wait_seconds": .number(place.meanWaitSeconds),
      "served_count": .integer(place.servedCount),
      "abandoned_count": .integer(place.abandonedCount),
    ])
  }
}
