import Base
import Testing

@testable import Notebooks

@Suite struct ValidationTests {
  /// A change of a good notebook and where the fault lies; nil where the format allows it.
  struct Case: Sendable {
    let title: String
    let fault: String?
    let change: @Sendable (inout JSONObject) -> Void

    init(
      _ title: String, _ fault: String?, _ change: @escaping @Sendable (inout JSONObject) -> Void
    ) {
      (self.title, self.fault, self.change) = (title, fault, change)
    }
  }

  private static func code(_ change: @escaping @Sendable (inout JSONObject) -> Void)
    -> @Sendable (inout JSONObject) -> Void
  {
    { top in edit(&top, "cells", 1, change) }
  }

  private static func output(_ index: Int, _ change: @escaping @Sendable (inout JSONObject) -> Void)
    -> @Sendable (inout JSONObject) -> Void
  {
    code { edit(&$0, "outputs", index, change) }
  }

  private static func edit(
    _ object: inout JSONObject, _ key: String, _ index: Int, _ change: (inout JSONObject) -> Void
  ) {
    guard var list = object[key]?.array, var element = list[index].object else { return }
    change(&element)
    list[index] = .object(element)
    object[key] = .array(list)
  }

  static let cases: [Case] = [
    Case("nothing", nil) { _ in },
    Case("id empty", "$.cells[1].id", code { $0["id"] = "" }),
    Case(
      "id too long", "$.cells[1].id",
      code { $0["id"] = .string(String(repeating: "a", count: 65)) }),
    Case("id with a space", "$.cells[1].id", code { $0["id"] = "a b" }),
    Case("id not ASCII", "$.cells[1].id", code { $0["id"] = "é" }),
    Case("id missing", "$.cells[1].id", code { $0["id"] = nil }),
    Case("id double", "$.cells[1].id", code { $0["id"] = "text" }),
    Case("id in 4.4", "$.cells[0].id") { $0["nbformat_minor"] = 4 },
    Case("no metadata", "$.cells[1].metadata", code { $0["metadata"] = nil }),
    Case("no source", "$.cells[1].source", code { $0["source"] = nil }),
    Case("no outputs", "$.cells[1].outputs", code { $0["outputs"] = nil }),
    Case("no count", "$.cells[1].execution_count", code { $0["execution_count"] = nil }),
    Case("count a string", "$.cells[1].execution_count", code { $0["execution_count"] = "1" }),
    Case("count negative", "$.cells[1].execution_count", code { $0["execution_count"] = -1 }),
    Case("count a fraction", "$.cells[1].execution_count", code { $0["execution_count"] = 1.5 }),
    Case("extra key", "$.cells[1].sources", code { $0["sources"] = 1 }),
    Case("extra key on top", "$.extra") { $0["extra"] = 1 },
    Case("outputs in text", "$.cells[0].outputs") { edit(&$0, "cells", 0) { $0["outputs"] = [] } },
    Case("heading", "$.cells[0].cell_type") {
      edit(&$0, "cells", 0) { $0["cell_type"] = "heading" }
    },
    Case("kernelspec without name", "$.metadata.kernelspec.name") {
      $0["metadata"] = ["kernelspec": ["display_name": "x"]]
    },
    Case("language without name", "$.metadata.language_info.name") {
      $0["metadata"] = ["language_info": ["version": "1"]]
    },
    Case("tags no array", "$.cells[1].metadata.tags", code { $0["metadata"] = ["tags": "a"] }),
    Case(
      "tag with comma", "$.cells[1].metadata.tags[0]", code { $0["metadata"] = ["tags": ["a,b"]] }),
    Case(
      "tag twice", "$.cells[1].metadata.tags[1]", code { $0["metadata"] = ["tags": ["a", "a"]] }),
    Case(
      "collapsed 1", "$.cells[1].metadata.collapsed", code { $0["metadata"] = ["collapsed": 1] }),
    Case(
      "source_hidden 1", nil, code { $0["metadata"] = ["jupyter": ["source_hidden": 1]] }),
    Case(
      "jupyter 1", "$.cells[1].metadata.jupyter", code { $0["metadata"] = ["jupyter": 1] }),
    Case("stream metadata", "$.cells[1].outputs[0].metadata", output(0) { $0["metadata"] = [:] }),
    Case("stream without name", "$.cells[1].outputs[0].name", output(0) { $0["name"] = nil }),
    Case("stream of any name", nil, output(0) { $0["name"] = "stdlog" }),
    Case(
      "display, no metadata", "$.cells[1].outputs[1].metadata", output(1) { $0["metadata"] = nil }),
    Case("transient", "$.cells[1].outputs[1].transient", output(1) { $0["transient"] = [:] }),
    Case("display id", "$.cells[1].outputs[1].display_id", output(1) { $0["display_id"] = "x" }),
    Case(
      "result without count", "$.cells[1].outputs[2].execution_count",
      output(2) { $0["execution_count"] = nil }),
    Case("error without value", "$.cells[1].outputs[3].evalue", output(3) { $0["evalue"] = nil }),
    Case(
      "traceback a string", "$.cells[1].outputs[3].traceback", output(3) { $0["traceback"] = "x" }),
    Case(
      "update", "$.cells[1].outputs[1].output_type",
      output(1) { $0["output_type"] = "update_display_data" }),
    Case(
      "MIME a number", "$.cells[1].outputs[1].data[\"text/plain\"]",
      output(1) { $0["data"] = ["text/plain": 1] }),
    Case("MIME JSON", nil, output(1) { $0["data"] = ["application/vnd.a+json": ["x": 1]] }),
    Case("MIME lines", nil, output(1) { $0["data"] = ["text/plain": ["a\n", "b"]] }),
    Case("newer output", nil) { top in
      top["nbformat_minor"] = 6
      output(1) { $0["output_type"] = "hologram" }(&top)
    },
    Case("version 3", "$.nbformat") { $0["nbformat"] = 3 },
    Case("no cells", "$.cells") { $0["cells"] = nil },
  ]

  static var good: JSONObject {
    [
      "cells": [
        ["cell_type": "markdown", "id": "text", "metadata": [:], "source": "a"],
        [
          "cell_type": "code", "execution_count": nil, "id": "code", "metadata": [:],
          "outputs": [
            ["name": "stdout", "output_type": "stream", "text": "a"],
            ["data": ["text/plain": "a"], "metadata": [:], "output_type": "display_data"],
            [
              "data": ["text/plain": "a"], "execution_count": 1, "metadata": [:],
              "output_type": "execute_result",
            ],
            ["ename": "a", "evalue": "b", "output_type": "error", "traceback": ["c"]],
          ], "source": ["a\n", "b"],
        ],
      ], "metadata": [:], "nbformat": 4, "nbformat_minor": 5,
    ]
  }

  @Test("a fault is found where it is", arguments: cases.indices)
  func fault(index: Int) {
    let test = ValidationTests.cases[index]
    var document = ValidationTests.good
    test.change(&document)
    let faults = Notebook.faults(in: .object(document))
    #expect(faults.first?.path == test.fault, "\(test.title): \(faults)")
  }
}
