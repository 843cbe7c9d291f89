/// Names of CUDA that this machine does not have, and what to call them in a message.
enum Unsupported {
  /// The reason why a name is not known, where it is one of CUDA's.
  static func reason(for name: QualifiedName) -> String? {
    let word = name.last.withoutArguments.spelling
    for component in name.components.dropLast() {
      if let reason = namespaces[component.withoutArguments.spelling] {
        return "\(reason) ('\(name.spelling)')"
      }
    }
    if let reason = words[word] { return reason }
    if let reason = prefixes.first(where: { word.hasPrefix($0.0) })?.1 {
      return "\(reason) ('\(word)')"
    }
    return nil
  }

  private static let namespaces = [
    "cub": "CUB", "thrust": "Thrust", "experimental": "experimental parts of CUDA",
    "ptx": "inline PTX wrappers",
  ]

  private static let words = [
    "malloc": "allocation in device code ('malloc')", "free": "allocation in device code ('free')",
    "cudaDeviceSynchronize": "the runtime in device code ('cudaDeviceSynchronize')",
    "this_multi_grid": "multi-device groups", "this_cluster": "thread block clusters",
    "cluster_group": "thread block clusters", "barrier": "cuda::barrier",
    "pipeline": "cuda::pipeline",
    "atomic_ref": "cuda::atomic_ref", "atomic": "cuda::atomic",
    "binary_partition": "cg::binary_partition",
    "labeled_partition": "cg::labeled_partition", "make_pipeline": "cuda::pipeline",
  ]

  private static let prefixes = [
    ("surf1D", "surfaces"), ("surf2D", "surfaces"), ("surf3D", "surfaces"),
    ("cudaSurfaceObject", "surfaces"),
    ("tex3D", "3-D textures"),
    ("texCubemap", "cube maps"), ("tex1DLod", "texture levels"), ("tex2DLod", "texture levels"),
    ("tex1DLayered", "layered textures"), ("tex2DLayered", "layered textures"),
    ("curand", "cuRAND"), ("__nv_fp8", "8-bit floats"),
    ("cudaMalloc", "the runtime in device code"),
    ("cudaMemcpy", "the runtime in device code"), ("cudaStream", "the runtime in device code"),
    ("__v", "SIMD-in-a-word functions"), ("__fadd_r", "directed rounding of sums"),
    ("__fmul_r", "directed rounding of products"), ("__fdiv_r", "directed rounding of quotients"),
    ("__fmaf_r", "directed rounding of fused sums"), ("__dadd_r", "directed rounding of sums"),
    ("__wgmma", "warp-group products"), ("__mbarrier", "asynchronous barriers"),
  ]
}
