/// The warp-wide matrix product; fragments themselves are library text.
extension Intrinsics {
  static func matrices() -> IntrinsicTable {
    var table = IntrinsicTable()
    table.add("__orrery_matrix_load") { (lowering, call) throws(Fault) in
      let fragment = try Fragment(call, lowering)
      let (pointer, _) = try call.pointer(1, lowering)
      let stride = try call.argument(2, as: .unsignedInt, lowering)
      let tile = try fragment.tile(isRowMajor: try call.constant(3, lowering) != 0, pointer.space)
      let registers = (0..<tile.registers).map { _ in
        lowering.builder.makeRegister(tile.type.register)
      }
      lowering.mark(call.expression.location)
      lowering.emit(
        .matrix(.load(tile)), tile.type, to: registers, from: [lowering.operand(stride)],
        at: lowering.address(of: pointer))
      try fragment.write(registers, lowering)
      return .nothing
    }
    table.add("__orrery_matrix_store") { (lowering, call) throws(Fault) in
      let fragment = try Fragment(call, lowering)
      let (pointer, _) = try call.pointer(1, lowering)
      let stride = try call.argument(2, as: .unsignedInt, lowering)
      let layout = try call.constant(3, lowering)
      let tile = try fragment.tile(isRowMajor: layout != 0, pointer.space)
      let values = try fragment.read(lowering)
      lowering.mark(call.expression.location)
      lowering.emit(
        .matrix(.store(tile)), tile.type, from: [lowering.operand(stride)] + values,
        at: lowering.address(of: pointer))
      return .nothing
    }
    table.add("__orrery_matrix_multiply") { (lowering, call) throws(Fault) in
      let (d, a) = (try Fragment(call, lowering, at: 0), try Fragment(call, lowering, at: 1))
      let (b, c) = (try Fragment(call, lowering, at: 2), try Fragment(call, lowering, at: 3))
      let sources = try a.read(lowering) + b.read(lowering) + c.read(lowering)
      let type = d.type.valueType
      let registers = (0..<(d.m * d.n / 32)).map { _ in
        lowering.builder.makeRegister(type.register)
      }
      let layouts = MatrixLayouts(aIsRowMajor: a.isRowMajor, bIsRowMajor: b.isRowMajor)
      lowering.mark(call.expression.location)
      lowering.emit(
        .matrix(
          .multiply(
            shape: MatrixShape(d.m, d.n, d.k), input: a.type.valueType, accumulator: type, layouts)),
        type, to: registers, from: sources)
      try d.write(registers, lowering)
      return .nothing
    }
    return table
  }

  /// A `wmma::fragment` as an argument.
  private struct Fragment {
    let object: Value
    let role: MatrixRole
    let m: Int
    let n: Int
    let k: Int
    let type: Arithmetic
    let isRowMajor: Bool

    init(_ call: IntrinsicCall, _ lowering: Lowering, at index: Int = 0) throws(Fault) {
      object = call.arguments[index]
      guard let arguments = object.type.record?.origin?.arguments, arguments.count >= 5,
        case .type(let use) = arguments[0], case .integer(let m, _) = arguments[1],
        case .integer(let n, _) = arguments[2], case .integer(let k, _) = arguments[3],
        case .type(let element) = arguments[4]
      else {
        throw lowering.fail(
          "a wmma::fragment is expected, got '\(object.qualifiedType.spelling)'",
          at: call.expression)
      }
      (self.m, self.n, self.k) = (m, n, k)
      let name = use.type.record?.name ?? ""
      role = name.hasSuffix("matrix_a") ? .a : name.hasSuffix("matrix_b") ? .b : .accumulator
      type = element.type.arithmetic ?? .float
      var isRow = true
      if arguments.count > 5, case .type(let layout) = arguments[5] {
        isRow = layout.type.record?.name.hasSuffix("col_major") != true
      }
      isRowMajor = isRow
      try check(lowering, call)
    }

    private func check(_ lowering: Lowering, _ call: IntrinsicCall) throws(Fault) {
      let shapes = [[16, 16, 16], [32, 8, 16], [8, 32, 16], [16, 16, 8], [8, 8, 4]]
      guard shapes.contains([m, n, k]) else {
        throw lowering.fail("wmma has no shape \(m)x\(n)x\(k)", at: call.expression)
      }
    }

    func tile(isRowMajor: Bool, _ space: Space) throws(Fault) -> MatrixFragment {
      MatrixFragment(
        role: role, shape: MatrixShape(m, n, k), type: type.valueType, isRowMajor: isRowMajor,
        space: space)
    }

    /// The array of the fragment's elements.
    private func elements(_ lowering: Lowering) -> Value { lowering.member(of: object, at: 0) }

    func read(_ lowering: Lowering) throws(Fault) -> [Operand] {
      let array = elements(lowering)
      guard let place = array.place else { return [] }
      let whole = try lowering.readWhole(place, array.qualifiedType)
      guard case .aggregate(let members) = whole.form else { return [] }
      return members.map { lowering.operand($0) }
    }

    func write(_ registers: [Register], _ lowering: Lowering) throws(Fault) {
      let array = elements(lowering)
      guard let place = array.place, let element = array.type.element else { return }
      let members = registers.map { Value(element.type, .operand(.register($0))) }
      try lowering.write(Value(array.type, .aggregate(members)), to: place, array.qualifiedType)
    }
  }
}
