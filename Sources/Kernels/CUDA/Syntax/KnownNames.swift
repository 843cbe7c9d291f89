/// The names that CUDA, C and C++ bring, as far as the grammar depends on them.
enum KnownNames {
  /// A fresh outermost scope with all of them.
  static func makeScope() -> Scope {
    let root = Scope(.namespace, in: nil)
    fill(root, types: types, typeTemplates: "texture surface", valueTemplates: textureFunctions)
    let groups = addNamespace("cooperative_groups", to: root)
    fill(
      groups, types: groupTypes,
      typeTemplates: "thread_block_tile plus less greater bit_and bit_or bit_xor",
      valueTemplates: "tiled_partition labeled_partition")
    addNamespace("experimental", to: groups)
    addMatrices(to: root)
    let standard = addStandard(to: root)
    let cuda = addNamespace("cuda", to: root)
    fill(
      cuda, types: "pipeline thread_scope",
      typeTemplates: "barrier atomic atomic_ref pipeline_shared_state",
      valueTemplates: "aligned_size_t")
    cuda.insert("std", .namespace, scope: standard)
    return root
  }

  @discardableResult
  private static func addNamespace(_ name: String, to scope: Scope) -> Scope {
    let inner = Scope(.namespace, in: scope)
    scope.insert(name, .namespace, scope: inner)
    return inner
  }

  private static func fill(
    _ scope: Scope, types: String = "", typeTemplates: String = "", valueTemplates: String = ""
  ) {
    for name in types.split(whereSeparator: \.isWhitespace) { scope.insert(String(name), .type) }
    for name in typeTemplates.split(separator: " ") { scope.insert(String(name), .typeTemplate) }
    for name in valueTemplates.split(whereSeparator: \.isWhitespace) {
      scope.insert(String(name), .valueTemplate)
    }
  }

  private static func addMatrices(to root: Scope) {
    let wmma = addNamespace("wmma", to: addNamespace("nvcuda", to: root))
    fill(
      wmma, types: "matrix_a matrix_b accumulator row_major col_major layout_t",
      typeTemplates: "fragment")
    fill(addNamespace("precision", to: wmma), types: "tf32 u4 s4 b1")
    fill(addNamespace("experimental", to: wmma))
  }

  private static func addStandard(to root: Scope) -> Scope {
    let standard = addNamespace("std", to: root)
    fill(
      standard, types: integerTypes + " true_type false_type nullptr_t",
      typeTemplates: "pair tuple array complex initializer_list plus minus multiplies less greater",
      valueTemplates: "min max move forward declval swap "
        + traits.map { $0 + "_v" }
        .joined(separator: " "))
    for name in traits + ["numeric_limits", "integral_constant", "bool_constant"] {
      let inner = Scope(.record, in: standard)
      inner.insert("type", .type)
      inner.insert("value_type", .type)
      inner.insert("value", .value)
      standard.insert(name, .typeTemplate, scope: inner)
      standard.insert(name + "_t", .typeTemplate)
    }
    return standard
  }

  private static let traits = [
    "is_same", "is_integral", "is_floating_point", "is_arithmetic", "is_signed", "is_unsigned",
    "is_pointer", "is_const", "is_void", "is_class", "is_enum", "is_base_of", "is_convertible",
    "is_trivially_copyable", "conditional", "enable_if", "remove_reference", "remove_const",
    "remove_cv", "remove_cvref", "remove_pointer", "decay", "make_unsigned", "make_signed",
    "add_const", "underlying_type", "common_type", "invoke_result", "void",
  ]

  private static let integerTypes = """
    size_t ssize_t ptrdiff_t intptr_t uintptr_t intmax_t uintmax_t
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
    """

  private static let textureFunctions = """
    tex1D tex1Dfetch tex1DLod tex1DGrad tex1DLayered tex2D tex2DLod tex2DGrad tex2DLayered
    tex2Dgather tex3D tex3DLod texCubemap surf1Dread surf1Dwrite surf2Dread surf2Dwrite
    surf3Dread surf3Dwrite
    """

  private static let groupTypes = """
    thread_group thread_block grid_group multi_grid_group coalesced_group cluster_group
    """

  private static let vectorTypes = [
    "char", "uchar", "short", "ushort", "int", "uint", "long",
    "ulong", "longlong", "ulonglong", "float", "double",
  ].flatMap { base in (1...4).map { "\(base)\($0)" } }.joined(separator: " ")

  private static let types = """
    \(integerTypes) \(vectorTypes) dim3 uint3 uchar ushort uint ulong clock_t time_t va_list
    half half2 __half __half2 __half_raw __half2_raw
    nv_bfloat16 nv_bfloat162 __nv_bfloat16 __nv_bfloat162 __nv_bfloat16_raw __nv_bfloat162_raw
    __nv_fp8_e4m3 __nv_fp8_e5m2 __nv_fp8x2_e4m3 __nv_fp8x2_e5m2 __nv_fp8x4_e4m3 __nv_fp8x4_e5m2
    __nv_fp8_storage_t __nv_fp8x2_storage_t
    cudaTextureObject_t cudaSurfaceObject_t cudaTextureReadMode cudaArray_t cudaStream_t
    cudaError_t cudaEvent_t cudaDeviceProp cudaMemcpyKind cudaChannelFormatDesc cudaRoundMode
    cuComplex cuFloatComplex cuDoubleComplex
    curandState curandState_t curandStateXORWOW_t curandStatePhilox4_32_10_t
    curandStateMRG32k3a_t FILE
    """
}
