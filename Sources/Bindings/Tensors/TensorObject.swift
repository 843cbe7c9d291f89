public import Base
public import LuaBridge
public import Tensors

/// A tensor as Lua holds it: the view, until a scope frees it.
public final class TensorObject: CustomStringConvertible {
  private var view: Tensor?
  /// The state whose collector knows of the bytes.
  private(set) weak var state: LuaState?

  /// Wraps a tensor and counts its bytes with the state's collector.
  public init(_ tensor: Tensor, in state: LuaState) {
    view = tensor
    self.state = state
    TensorSession.of(state).note(self)
    TensorObject.count(in: state)
  }

  deinit { free() }

  /// The tensor; an error once its scope has freed it.
  public func tensor() throws(Problem) -> Tensor {
    guard let view else {
      throw Problem(
        "the tensor was freed when its scope ended", fix: "keep it with scope:keep(t)")
    }
    return view
  }

  /// Gives the bytes back now.
  func free() {
    guard view != nil else { return }
    view = nil
    if let state { TensorObject.count(in: state) }
  }

  /// Tells the collector what all tensors hold: a small object may own many bytes.
  private static func count(in state: LuaState) { state.externalBytes = Tensor.liveBytes }

  /// The elements in columns, and the dtype and shape.
  public var description: String { view?.description ?? "[freed tensor]" }
}

/// What a state keeps for its tensors: the random stream, the open scopes, parsed index texts.
final class TensorSession {
  /// The stream of `tensor.rand` and its kin.
  let generator = TensorGenerator(seed: 0)
  private var scopes: [TensorScope] = []
  private var ranges: [String: [IndexText]] = [:]

  /// The session of a state.
  static func of(_ state: LuaState) -> TensorSession {
    if let session = state[TensorSession.self] { return session }
    let session = TensorSession()
    state[TensorSession.self] = session
    return session
  }

  func note(_ object: TensorObject) { scopes.last?.add(object) }

  func open(_ scope: TensorScope) { scopes.append(scope) }

  func close(_ scope: TensorScope) { scopes.removeAll { $0 === scope } }

  /// Parses an index text once; code that runs in a loop repeats few of them.
  func ranges(of text: String) throws(Problem) -> [IndexText] {
    if let known = ranges[text] { return known }
    let parsed = try IndexText.parse(text)
    if ranges.count > 200 { ranges = [:] }
    ranges[text] = parsed
    return parsed
  }
}

/// A stretch of code whose tensors are freed at its end, but for those it keeps.
public final class TensorScope: CustomStringConvertible {
  private struct Weak {
    weak var object: TensorObject?
  }

  private var objects: [Weak] = []
  private var kept: Set<ObjectIdentifier> = []
  private let session: TensorSession

  init(in session: TensorSession) {
    self.session = session
    session.open(self)
  }

  func add(_ object: TensorObject) { objects.append(Weak(object: object)) }

  func keep(_ object: TensorObject) { kept.insert(ObjectIdentifier(object)) }

  /// Ends without freeing anything, as when nobody holds it any more.
  func abandon() { session.close(self) }

  func close() {
    session.close(self)
    for case let object? in objects.map(\.object) where !kept.contains(ObjectIdentifier(object)) {
      object.free()
    }
    objects = []
  }

  /// How many tensors it would free.
  public var description: String {
    "tensor scope of \(objects.filter { $0.object != nil }.count) tensors"
  }
}
