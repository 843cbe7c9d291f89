public import LuaBridge

/// The `cuda` module: kernels and how they fit on devices.
public enum CudaModule: LuaDeclarations {
  /// What Lua sees.
  public static let module = LuaModule(
    "cuda", "CUDA kernels: how they fit on a device.",
    example: "cuda.occupancy{ device = \"H100\", block_size = 256 }"
  ) {
    CudaOccupancy.functions
    OccupancyReport.exported
  }
}
