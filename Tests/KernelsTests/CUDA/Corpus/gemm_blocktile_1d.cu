// Matrix multiply in which a thread keeps a column of eight results in registers.
// launch gemm_blocktile_1d<64,64,8,8> grid 1,2 block 512
// in float A[128*32] uniform -1 1
// in float B[32*64] uniform -1 1
// out float C[128*64]
// int M = 128
// int N = 64
// int K = 32
// expect C = gemm(A, B, 128, 64, 32) within 1e-4
template <int BM, int BN, int BK, int TM>
__global__ void gemm_blocktile_1d(
    const float *A, const float *B, float *C, int M, int N, int K) {
  __shared__ float as[BM * BK];
  __shared__ float bs[BK * BN];
  const uint blockRow = blockIdx.y, blockColumn = blockIdx.x;
  const int threadColumn = threadIdx.x % BN;
  const int threadRow = threadIdx.x / BN;
  A += blockRow * BM * K;
  B += blockColumn * BN;
  C += blockRow * BM * N + blockColumn * BN;
  const uint innerColumnA = threadIdx.x % BK, innerRowA = threadIdx.x / BK;
  const uint innerColumnB = threadIdx.x % BN, innerRowB = threadIdx.x / BN;
  float results[TM] = {0.0};
  for (uint k0 = 0; k0 < K; k0 += BK) {
    as[innerRowA * BK + innerColumnA] = A[innerRowA * K + innerColumnA];
    bs[innerRowB * BN + innerColumnB] = B[innerRowB * N + innerColumnB];
    __syncthreads();
    A += BK;
    B += BK * N;
    for (uint k = 0; k < BK; ++k) {
      float shared = bs[k * BN + threadColumn];
      for (uint i = 0; i < TM; ++i) {
        results[i] += as[(threadRow * TM + i) * BK + k] * shared;
      }
    }
    __syncthreads();
  }
  for (uint i = 0; i < TM; ++i) C[(threadRow * TM + i) * N + threadColumn] = results[i];
}
template __global__ void gemm_blocktile_1d<64, 64, 8, 8>(
    const float *, const float *, float *, int, int, int);
