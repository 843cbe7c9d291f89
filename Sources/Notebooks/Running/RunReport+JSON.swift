internal import Base

extension RunReport {
  /// The report as summaries and events carry it.
  var json: JSONObject {
    var object: JSONObject = [
      "file": .string(name), "exit_status": .integer(Int(status)), "seconds": .number(seconds),
      "cells": .array(cells.map { .object($0.json) }),
    ]
    if let exitStatus { object["asked_exit_status"] = .integer(Int(exitStatus)) }
    return object
  }

  /// Reads a report; nil for anything else.
  init?(json: JSONObject) {
    guard let name = json["file"]?.string, let cells = json["cells"]?.array else { return nil }
    self.init(name: name)
    self.cells = cells.compactMap { $0.object.flatMap(CellReport.init(json:)) }
    seconds = json["seconds"]?.double ?? 0
    exitStatus = json["asked_exit_status"]?.integer.flatMap { Int32(exactly: $0) }
  }
}

extension CellReport {
  /// The report as summaries and events carry it; cells count from 1.
  var json: JSONObject {
    var object: JSONObject = [
      "cell": .integer(index + 1), "id": id.map(JSONValue.string) ?? .null,
      "status": .string(status.rawValue), "seconds": .number(seconds),
    ]
    if let number { object["execution_count"] = .integer(number) }
    if let message { object["message"] = .string(message) }
    if let line { object["line"] = .integer(line) }
    if !traceback.isEmpty { object["traceback"] = .array(traceback.map(JSONValue.string)) }
    return object
  }

  /// Reads a report; nil for anything else.
  init?(json: JSONObject) {
    guard let number = json["cell"]?.integer, number > 0,
      let status = json["status"]?.string.flatMap(Status.init(rawValue:))
    else { return nil }
    self.init(index: number - 1, id: json["id"]?.string, tags: [])
    self.status = status
    seconds = json["seconds"]?.double ?? 0
    self.number = json["execution_count"]?.integer
    message = json["message"]?.string
    line = json["line"]?.integer
    traceback = json["traceback"]?.array?.compactMap(\.string) ?? []
  }
}
