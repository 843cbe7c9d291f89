import Base
import TestSupport
import Testing

@testable import Notebooks

@Suite struct NotebookFileTests {
  @Test func `a file that Jupyter wrote comes back byte for byte`() throws {
    let bytes = try Golden.bytes("jupyter.ipynb")
    let file = try NotebookFile(bytes: bytes, path: "jupyter.ipynb")
    #expect(file.text == String(decoding: bytes, as: UTF8.self))
  }

  @Test func `setting what is there already changes nothing`() throws {
    let bytes = try Golden.bytes("jupyter.ipynb")
    var file = try NotebookFile(bytes: bytes, path: "jupyter.ipynb")
    for index in file.notebook.cells.indices {
      let cell = file.notebook.cells[index]
      file.notebook.cells[index].source = cell.source
      file.notebook.cells[index].outputs = cell.outputs
      file.notebook.cells[index].metadata = cell.metadata
    }
    #expect(file.text == String(decoding: bytes, as: UTF8.self))
  }

  @Test(
    "the layout of a file is kept",
    arguments: [
      #"{"nbformat": 4, "nbformat_minor": 0, "metadata": {}, "cells": []}"#,
      "{\n  \"nbformat\": 4,\n  \"nbformat_minor\": 4,\n  \"metadata\": {},\n  \"cells\": []\n}",
      "{\n\t\"cells\": [],\n\t\"metadata\": {\n\t\t\"b\": \"\\u00e9\\ud83d\\ude42\"\n\t},\n"
        + "\t\"nbformat\": 4,\n\t\"nbformat_minor\": 5\n}\n",
    ])
  func layout(text: String) throws {
    let file = try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb")
    let isOneLine = !text.utf8.contains(0x0A)
    let expected = isOneLine ? text.split(separator: " ").joined() : text
    #expect(file.text == expected)
  }

  @Test func `numbers that only Python writes come back byte for byte`() throws {
    let text = """
      {
       "cells": [
        {
         "cell_type": "code",
         "execution_count": 1,
         "id": "a",
         "metadata": {
          "score": 1.50
         },
         "outputs": [
          {
           "data": {
            "application/json": {
             "big": 123456789012345678901234567890,
             "values": [
              NaN,
              Infinity,
              -Infinity
             ]
            }
           },
           "metadata": {},
           "output_type": "display_data"
          }
         ],
         "source": []
        }
       ],
       "metadata": {},
       "nbformat": 4,
       "nbformat_minor": 5
      }

      """
    var file = try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb")
    #expect(file.text == text)
    file.notebook.cells[0].outputs = file.notebook.cells[0].outputs
    #expect(file.text == text)
  }

  @Test func `a file changed by somebody else is left alone`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      var file = NotebookFile(Notebook(cells: [Cell(.code, "x")]), path: path, form: .ipynb)
      try file.save()
      #expect(try NotebookFile(reading: path).notebook == file.notebook)
      try FileIO.write(Array("{}".utf8), to: path)
      file.notebook.cells.append(Cell(.code, "y", id: "y"))
      #expect(try file.save() == "\(folder)/a.conflict.ipynb")
      #expect(try FileIO.read(path) == Array("{}".utf8))
      #expect(try NotebookFile(reading: "\(folder)/a.conflict.ipynb").notebook.cells.count == 2)
    }
  }

  @Test func `ids that are missing or double are made from what cells hold`() throws {
    let text = """
      {"cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "a", "id": "same"},
        {"cell_type": "markdown", "metadata": {}, "source": "b", "id": "same"},
        {"cell_type": "markdown", "metadata": {}, "source": "c"}, 
        {"cell_type": "markdown", "metadata": {}, "source": "c"}],
       "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      """
    let file = try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb")
    #expect(file.repairedIDs == 3)
    let ids = file.notebook.cells.compactMap(\.id)
    #expect(Set(ids).count == 4 && ids[0] == "same")
    #expect(Notebook.faults(in: file.notebook.document).isEmpty)
    let again = try NotebookFile(bytes: Array(text.utf8), path: "x.ipynb")
    #expect(again.notebook == file.notebook)
  }

  @Test func `a thousand damaged files give an error or a notebook`() throws {
    let good = try Golden.bytes("jupyter.ipynb")
    var random = SeededRandom(seed: 7)
    for round in 0..<1000 {
      var bytes = good
      switch round % 4 {
      case 0: bytes.removeLast(random.nextInteger(below: bytes.count))
      case 1:
        for _ in 0...random.nextInteger(below: 4) {
          bytes[random.nextInteger(below: bytes.count)] ^= 1 << UInt8(random.nextInteger(below: 8))
        }
      case 2:
        let at = random.nextInteger(below: bytes.count)
        let filler = [UInt8(ascii: "["), UInt8(ascii: "9"), UInt8(ascii: "\""), 0x80, 0x00]
        let piece = [UInt8](
          repeating: filler[round / 4 % 5], count: 1 << random.nextInteger(below: 14))
        bytes.insert(contentsOf: piece, at: at)
      default:
        let a = random.nextInteger(below: bytes.count)
        let b = random.nextInteger(below: bytes.count)
        bytes.removeSubrange(min(a, b)..<max(a, b))
      }
      do throws(Problem) {
        let file = try NotebookFile(bytes: bytes, path: "bad.ipynb")
        let again = try NotebookFile(bytes: Array(file.text.utf8), path: "again.ipynb")
        #expect(again.notebook == file.notebook, "round \(round)")
      } catch {
        #expect(error.message.hasPrefix("bad.ipynb: "), "round \(round): \(error)")
      }
    }
  }
}
