// A warp per row multiplies each matrix of a batch with its vector, four numbers a load.
// launch gemvBatched<4> grid 4,3 block 32,4
// in float A[3*16*64] uniform -1 1
// in float x[3*64] uniform -1 1
// out float y[3*16]
// int rows = 16
// int columns = 64
// expect y = gemv_batched(A, x, 16, 64) within 1e-4
template <int WARPS>
__global__ void gemvBatched(const float *A, const float *x, float *y, int rows, int columns) {
  const int row = blockIdx.x * WARPS + threadIdx.y, batch = blockIdx.y;
  if (row >= rows) return;
  const float4 *a = reinterpret_cast<const float4 *>(A + (batch * rows + row) * (size_t)columns);
  const float4 *v = reinterpret_cast<const float4 *>(x + batch * columns);
  float sum = 0.0f;
  for (int i = threadIdx.x; i < columns / 4; i += warpSize) {
    const float4 p = __ldg(a + i), q = v[i];
    sum += p.x * q.x + p.y * q.y + p.z * q.z + p.w * q.w;
  }
#pragma unroll
  for (int o = warpSize / 2; o > 0; o >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, o);
  if (threadIdx.x == 0) y[batch * rows + row] = sum;
}
