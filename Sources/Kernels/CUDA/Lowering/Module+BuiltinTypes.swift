/// Types that CUDA declares before the first line of a source.
extension Module {
  func defineBuiltinTypes() {
    for (name, type) in Self.typedefs {
      global.define(name, .type(QualifiedType(.arithmetic(type))))
    }
    for family in Self.vectors { defineVectors(family) }
    let dim3 = makeVector("dim3", .unsignedInt, 3)
    global.define("dim3", .type(QualifiedType(.record(dim3))))
    for name in ["std", "cuda", "nvcuda"] {
      global.define(name, .namespace(Region(parent: global, name: name)))
    }
    if case .namespace(let cuda)? = global.own("cuda"), let std = global.own("std") {
      cuda.define("std", std)
    }
    defineHalfPairs()
    defineHostTypes()
    let texture = Record(name: "cudaTextureObject_t")
    texture.addField("unit", QualifiedType(.arithmetic(.unsignedLongLong)))
    texture.scope = Region(parent: global, record: texture)
    texture.isComplete = true
    global.define(texture.name, .type(QualifiedType(.record(texture))))
  }

  /// Types of the host that declarations may name and that device code has no use for.
  private func defineHostTypes() {
    for name in ["FILE", "va_list", "cudaDeviceProp", "cudaChannelFormatDesc", "cudaArray"] {
      global.define(name, .type(QualifiedType(.record(Record(name: name)))))
    }
    for name in ["cudaStream_t", "cudaEvent_t", "cudaArray_t"] {
      let target = QualifiedType(.record(Record(name: String(name.dropLast(2)))))
      global.define(name, .type(QualifiedType(.pointer(target))))
    }
    for name in ["cudaError_t", "cudaMemcpyKind", "cudaTextureReadMode"] {
      global.define(name, .type(QualifiedType(.int)))
    }
    global.define("time_t", .type(QualifiedType(.arithmetic(.long))))
  }

  private static let typedefs: [(String, Arithmetic)] = [
    ("size_t", .unsignedLong), ("ssize_t", .long), ("ptrdiff_t", .long), ("intptr_t", .long),
    ("uintptr_t", .unsignedLong), ("int8_t", .signedChar), ("uint8_t", .unsignedChar),
    ("int16_t", .short), ("uint16_t", .unsignedShort), ("int32_t", .int),
    ("uint32_t", .unsignedInt), ("int64_t", .long), ("uint64_t", .unsignedLong),
    ("int_fast32_t", .long), ("uint_fast32_t", .unsignedLong), ("uint", .unsignedInt),
    ("uchar", .unsignedChar), ("ushort", .unsignedShort), ("ulong", .unsignedLong),
    ("uint_least32_t", .unsignedInt), ("intmax_t", .long), ("uintmax_t", .unsignedLong),
    ("__half", .half), ("half", .half), ("__half_raw", .half), ("__nv_bfloat16", .bfloat),
    ("nv_bfloat16", .bfloat), ("clock_t", .long),
  ]

  private struct VectorFamily {
    let name: String
    let element: Arithmetic
    /// Alignments of 1 to 4 elements.
    let alignments: [Int]
  }

  private static let vectors: [VectorFamily] = [
    VectorFamily(name: "char", element: .signedChar, alignments: [1, 2, 1, 4]),
    VectorFamily(name: "uchar", element: .unsignedChar, alignments: [1, 2, 1, 4]),
    VectorFamily(name: "short", element: .short, alignments: [2, 4, 2, 8]),
    VectorFamily(name: "ushort", element: .unsignedShort, alignments: [2, 4, 2, 8]),
    VectorFamily(name: "int", element: .int, alignments: [4, 8, 4, 16]),
    VectorFamily(name: "uint", element: .unsignedInt, alignments: [4, 8, 4, 16]),
    VectorFamily(name: "long", element: .long, alignments: [8, 16, 8, 16]),
    VectorFamily(name: "ulong", element: .unsignedLong, alignments: [8, 16, 8, 16]),
    VectorFamily(name: "longlong", element: .longLong, alignments: [8, 16, 8, 16]),
    VectorFamily(name: "ulonglong", element: .unsignedLongLong, alignments: [8, 16, 8, 16]),
    VectorFamily(name: "float", element: .float, alignments: [4, 8, 4, 16]),
    VectorFamily(name: "double", element: .double, alignments: [8, 16, 8, 16]),
  ]

  private func defineVectors(_ family: VectorFamily) {
    for count in 1...4 {
      let record = makeVector("\(family.name)\(count)", family.element, count)
      record.align(to: family.alignments[count - 1])
      global.define(record.name, .type(QualifiedType(.record(record))))
    }
  }

  private func makeVector(_ name: String, _ element: Arithmetic, _ count: Int) -> Record {
    let record = Record(name: name)
    for field in ["x", "y", "z", "w"].prefix(count) {
      record.addField(field, QualifiedType(.arithmetic(element)))
    }
    record.scope = Region(parent: global, record: record)
    record.isComplete = true
    return record
  }

  private func defineHalfPairs() {
    for (names, element) in [
      (["__half2", "half2"], Arithmetic.half), (["__nv_bfloat162", "nv_bfloat162"], .bfloat),
    ] {
      let record = makeVector(names[0], element, 2)
      record.align(to: 4)
      for name in names { global.define(name, .type(QualifiedType(.record(record)))) }
    }
  }

  /// A record that CUDA declares.
  func builtinRecord(_ name: String) -> Record? {
    if case .type(let type)? = global.own(name) { type.type.record } else { nil }
  }
}
