import Base
import Inference

/// `tokenize.json`: strings to ids, with special tokens parsed and, where that differs, without.
struct LLMTokenizeReference: ReferenceFile {
  let folder = "llm"
  let name = "tokenize.json"
  let model: ReferenceModel

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    let tokenizer = try model.engine(for: document).tokenizer
    var tally = ReferenceTally()
    for row in try document.list("rows") {
      let text = try row.text("text")
      let ids = try row.tokens("ids")
      let parsed = tokenizer.encode(text)
      let plainIDs = row["ids_no_special"] == nil ? ids : try row.tokens("ids_no_special")
      let plain = tokenizer.encode(text, parsesSpecials: false)
      let back = tokenizer.text(of: parsed)
      tally.count(
        parsed == ids && plain == plainIDs && back == text,
        "\(excerpt(text)): expected \(ids) and \(plainIDs), got \(parsed) and \(plain)")
    }
    return tally
  }
}
