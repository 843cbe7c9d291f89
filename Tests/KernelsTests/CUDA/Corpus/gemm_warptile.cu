// Matrix multiply tiled for warps, with the loads in functions of a namespace.
// launch gemm_warptile<32,64,8,32,32,4,8> grid 1,2 block 64
// in float A[64*16] uniform -1 1
// in float B[16*64] uniform -1 1
// out float C[64*64]
// int M = 64
// int N = 64
// int K = 16
// expect C = gemm(A, B, 64, 64, 16) within 1e-4
const int WARPSIZE = 32;

namespace tile {
template <int ROWS, int COLUMNS, int THREADS>
__device__ void fetch(const float *from, float *to, int stride) {
  for (int i = threadIdx.x; i < ROWS * COLUMNS; i += THREADS) {
    to[i] = from[(i / COLUMNS) * stride + i % COLUMNS];
  }
}

template <int WM, int WN, int TM, int TN, int BK, int BN>
__device__ void multiply(const float *a, const float *b, float *sums, int row, int column) {
  for (int k = 0; k < BK; ++k) {
    float left[TM], right[TN];
#pragma unroll
    for (int i = 0; i < TM; ++i) left[i] = a[(row + i) * BK + k];
#pragma unroll
    for (int j = 0; j < TN; ++j) right[j] = b[k * BN + column + j];
#pragma unroll
    for (int i = 0; i < TM; ++i) {
#pragma unroll
      for (int j = 0; j < TN; ++j) sums[i * TN + j] += left[i] * right[j];
    }
  }
}
}  // namespace tile

template <int BM, int BN, int BK, int WM, int WN, int TM, int TN>
__global__ void gemm_warptile(
    const float *A, const float *B, float *C, int M, int N, int K) {
  constexpr int THREADS = (BM / WM) * (BN / WN) * WARPSIZE;
  __shared__ float as[BM * BK], bs[BK * BN];
  const int warp = threadIdx.x / WARPSIZE, lane = threadIdx.x % WARPSIZE;
  const int row = warp / (BN / WN) * WM + lane / (WN / TN) * TM;
  const int column = warp % (BN / WN) * WN + lane % (WN / TN) * TN;
  A += blockIdx.y * BM * K;
  B += blockIdx.x * BN;
  C += blockIdx.y * BM * N + blockIdx.x * BN;
  float sums[TM * TN] = {};
  for (int k = 0; k < K; k += BK) {
    tile::fetch<BM, BK, THREADS>(A + k, as, K);
    tile::fetch<BK, BN, THREADS>(B + k * N, bs, N);
    __syncthreads();
    tile::multiply<WM, WN, TM, TN, BK, BN>(as, bs, sums, row, column);
    __syncthreads();
  }
  for (int i = 0; i < TM; ++i)
    for (int j = 0; j < TN; ++j) C[(row + i) * N + column + j] = sums[i * TN + j];
}
template __global__ void gemm_warptile<32, 64, 8, 32, 32, 4, 8>(
    const float *, const float *, float *, int, int, int);
