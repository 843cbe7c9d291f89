// Matrix multiply through tiles in shared memory, the tile a template argument.
// launch gemm_tiled<16> grid 4,3 block 16,16
// in float A[40*50] uniform -1 1
// in float B[50*60] uniform -1 1
// out float C[40*60]
// int M = 40
// int N = 60
// int K = 50
// expect C = gemm(A, B, 40, 60, 50) within 1e-4
#define CEIL_DIV(a, b) (((a) + (b) - 1) / (b))

template <int TILE>
__global__ void gemm_tiled(
    const float *__restrict__ A, const float *__restrict__ B, float *__restrict__ C, int M, int N,
    int K) {
  __shared__ float a[TILE][TILE];
  __shared__ float b[TILE][TILE + 1];
  const int row = blockIdx.y * TILE + threadIdx.y;
  const int column = blockIdx.x * TILE + threadIdx.x;
  float sum = 0.f;
  for (int t = 0; t < CEIL_DIV(K, TILE); ++t) {
    int ka = t * TILE + threadIdx.x, kb = t * TILE + threadIdx.y;
    a[threadIdx.y][threadIdx.x] = row < M && ka < K ? A[row * K + ka] : 0.f;
    b[threadIdx.y][threadIdx.x] = kb < K && column < N ? B[kb * N + column] : 0.f;
    __syncthreads();
#pragma unroll
    for (int k = 0; k < TILE; ++k) sum += a[threadIdx.y][k] * b[k][threadIdx.x];
    __syncthreads();
  }
  if (row < M && column < N) C[row * N + column] = sum;
}
template __global__ void gemm_tiled<16>(const float *, const float *, float *, int, int, int);
