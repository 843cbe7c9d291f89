// Matrix multiply in which a thread keeps a square of results in registers.
// launch gemm_blocktile_2d<64,64,8,4,4> grid 2,1 block 256
// in float A[64*24] uniform -1 1
// in float B[24*128] uniform -1 1
// out float C[64*128]
// int M = 64
// int N = 128
// int K = 24
// expect C = gemm(A, B, 64, 128, 24) within 1e-4
#include <cassert>

template <const int BM, const int BN, const int BK, const int TM, const int TN>
__global__ void __launch_bounds__((BM * BN) / (TM * TN), 1)
    gemm_blocktile_2d(const float *A, const float *B, float *C, int M, int N, int K) {
  constexpr uint threads = BM * BN / (TM * TN);
  static_assert(BM * BK % threads == 0, "A must divide");
  assert(threads == blockDim.x);
  __shared__ float as[BM * BK];
  __shared__ float bs[BK * BN];
  const int threadColumn = threadIdx.x % (BN / TN), threadRow = threadIdx.x / (BN / TN);
  A += blockIdx.y * BM * K;
  B += blockIdx.x * BN;
  C += blockIdx.y * BM * N + blockIdx.x * BN;
  const uint rowA = threadIdx.x / BK, columnA = threadIdx.x % BK;
  const uint strideA = threads / BK;
  const uint rowB = threadIdx.x / BN, columnB = threadIdx.x % BN;
  const uint strideB = threads / BN;
  float results[TM * TN] = {0.0};
  float m[TM] = {0.0}, n[TN] = {0.0};
  for (uint k0 = 0; k0 < K; k0 += BK) {
    for (uint o = 0; o < BM; o += strideA) {
      as[(rowA + o) * BK + columnA] = A[(rowA + o) * K + columnA];
    }
    for (uint o = 0; o < BK; o += strideB) {
      bs[(rowB + o) * BN + columnB] = B[(rowB + o) * N + columnB];
    }
    __syncthreads();
    A += BK;
    B += BK * N;
    for (uint k = 0; k < BK; ++k) {
      for (uint i = 0; i < TM; ++i) m[i] = as[(threadRow * TM + i) * BK + k];
      for (uint j = 0; j < TN; ++j) n[j] = bs[k * BN + threadColumn * TN + j];
      for (uint i = 0; i < TM; ++i)
        for (uint j = 0; j < TN; ++j) results[i * TN + j] += m[i] * n[j];
    }
    __syncthreads();
  }
  for (uint i = 0; i < TM; ++i)
    for (uint j = 0; j < TN; ++j)
      C[(threadRow * TM + i) * N + threadColumn * TN + j] = results[i * TN + j];
}
template __global__ void gemm_blocktile_2d<64, 64, 8, 4, 4>(
    const float *, const float *, float *, int, int, int);
