/// `make_float4` and its relatives.
extension Intrinsics {
  static func vectors() -> IntrinsicTable {
    var table = IntrinsicTable()
    let bases = [
      "char", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "longlong", "ulonglong",
      "float", "double",
    ]
    for base in bases {
      for count in 1...4 { table.add("make_\(base)\(count)", make("\(base)\(count)")) }
    }
    table.add("make_half2", make("__half2"))
    table.add("make_bfloat162", make("__nv_bfloat162"))
    table.add("make_dim3", make("dim3"))
    return table
  }

  private static func make(_ type: String) -> Body {
    { (lowering, call) throws(Fault) in
      guard let record = lowering.module.builtinRecord(type) else { return .nothing }
      try call.expect(record.fields.count...record.fields.count, lowering)
      var members: [Value] = []
      for (index, field) in record.fields.enumerated() {
        members.append(try call.argument(index, as: field.type.type, lowering))
      }
      return Value(.record(record), .aggregate(members))
    }
  }
}
