public import Base

/// A notebook in memory: its cells and its metadata, with all that the file says besides.
///
/// Format versions 4.0 to 4.5 are known; a newer minor version is kept as it is.
public struct Notebook: Hashable, Sendable {
  /// The top level of the file without its cells.
  private(set) var fields: JSONObject
  /// The cells in order.
  public var cells: [Cell]

  /// Wraps a document that has passed validation.
  init(validated document: JSONObject) {
    fields = document
    fields["cells"] = []
    cells = document["cells"]?.array?.compactMap { $0.object.map(Cell.init(fields:)) } ?? []
  }

  /// Creates a notebook of format 4.5 for a language.
  public init(cells: [Cell] = [], language: Language = .lua) {
    fields = [
      "cells": [], "metadata": .object(language.notebookMetadata), "nbformat": 4,
      "nbformat_minor": 5,
    ]
    self.cells = cells
    addMissingIDs()
  }

  /// The metadata of the notebook.
  public var metadata: JSONObject {
    get { fields["metadata"]?.object ?? [:] }
    set { fields.place("metadata", .object(newValue)) }
  }

  /// The minor version of the format; the major one is 4.
  public var minorVersion: Int { fields["nbformat_minor"]?.integer ?? 0 }

  /// The whole document.
  public var document: JSONValue {
    var document = fields
    document["cells"] = .array(cells.map { .object($0.fields) })
    return .object(document)
  }

  /// Raises the format to 4.5 where it is older: every cell gets an id.
  public mutating func upgrade() {
    if minorVersion < 5 { fields["nbformat_minor"] = 5 }
    addMissingIDs()
  }

  /// Gives every cell that lacks an id, or repeats one, an id made from what it holds.
  ///
  /// The same notebook always gets the same ids. Formats before 4.5 stay without.
  /// - Returns: how many cells got one.
  @discardableResult
  public mutating func addMissingIDs() -> Int {
    guard minorVersion >= 5 else { return 0 }
    var taken = Set<String>()
    var unnamed: [Int] = []
    for index in cells.indices {
      if let id = cells[index].id, Cell.isValid(id: id), taken.insert(id).inserted { continue }
      unnamed.append(index)
    }
    for index in unnamed {
      let id = Cell.derivedID(cells[index].kind, cells[index].source, taken: taken)
      taken.insert(id)
      cells[index].id = id
    }
    return unnamed.count
  }

  /// The position of the cell that a person calls by its id or by its number from 1.
  public func position(of name: String) throws(Problem) -> Int {
    if let index = cells.firstIndex(where: { $0.id == name }) { return index }
    if let number = Int(name) {
      guard cells.indices.contains(number - 1) else {
        throw Problem("there is no cell \(number)", fix: "the notebook has \(cells.count) cells")
      }
      return number - 1
    }
    throw .unknown("cell", name, among: cells.compactMap(\.id))
  }

  /// Removes all outputs and run numbers.
  public mutating func clearOutputs() {
    for index in cells.indices where cells[index].kind == .code {
      cells[index].outputs = []
      cells[index].executionCount = nil
    }
  }
}

extension Cell {
  /// True when the format takes the id: 1 to 64 letters, digits, "-" and "_".
  static func isValid(id: String) -> Bool {
    !id.isEmpty && id.utf8.count <= 64
      && id.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      }
  }

  /// Makes the id of a cell from what it holds, as eight hexadecimal digits.
  static func derivedID(_ kind: Kind, _ source: String, taken: Set<String>) -> String {
    var attempt = 0
    while true {
      let hash = NotebookText.hash("\(kind.rawValue)\u{0}\(source)\u{0}\(attempt)".utf8)
      let id = String(NotebookText.hexadecimal(hash).prefix(8))
      if !taken.contains(id) { return id }
      attempt += 1
    }
  }
}
