import Base
public import Inference
import LuaBridge
import Tensors

/// An embedder as a session uses it.
public final class EmbedderModel {
  /// The embedder, shared by all that loaded the same file.
  public let embedder: Embedder
  /// The name it was loaded by.
  public let name: String

  /// Takes an embedder.
  public init(_ embedder: Embedder, name: String) {
    self.embedder = embedder
    self.name = name
  }

  /// The embedding of a text, `[d]`, or of several, `[n, d]`.
  func embed(_ texts: Texts, _ purpose: Embedder.Purpose) throws(Problem) -> Tensor {
    switch texts {
    case .first(let text):
      return try Tensor(try embedder.embed([text.text], for: purpose)[0], shape: [width])
    case .second(let list):
      let rows = try embedder.embed(list.map(\.text), for: purpose)
      return try Tensor(rows.flatMap { $0 }, shape: [rows.count, width])
    }
  }

  private var width: Int { embedder.dimensions }

  /// The cosine of two texts, or those of each of some with each of others, `[n, m]`.
  func similarity(_ a: Texts, _ b: Texts, _ purpose: Embedder.Purpose) throws(Problem)
    -> Either<Double, Tensor>
  {
    let (first, second) = (
      try embedder.embed(a.list, for: purpose), try embedder.embed(b.list, for: purpose)
    )
    if case .first = a, case .first = b {
      return .first(Embedder.similarity(first[0], second[0]))
    }
    let cosines = first.flatMap { row in second.map { Embedder.similarity(row, $0) } }
    return .second(
      try Tensor(cosines.map(Float.init), shape: [first.count, second.count]))
  }
}

/// One text or several, as Lua gives them.
typealias Texts = Either<LuaString, [LuaString]>

extension Texts {
  /// All of them.
  fileprivate var list: [String] {
    switch self {
    case .first(let text): [text.text]
    case .second(let list): list.map(\.text)
    }
  }
}

extension LuaString {
  /// The text; bytes that are not UTF-8 become U+FFFD, which tokenizers leave out.
  fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
