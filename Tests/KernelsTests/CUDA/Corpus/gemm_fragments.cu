// A GEMM whose fragments are local arrays read and written as float4, with two buffers.
// launch gemmFragments grid 2,2 block 64
// in float A[64*32] uniform -1 1
// in float B[32*64] uniform -1 1
// out float C[64*64]
// int M = 64
// int N = 64
// int K = 32
// expect C = gemm(A, B, 64, 64, 32) within 1e-4
#define FETCH_FLOAT4(p) (reinterpret_cast<float4 *>(&(p))[0])
const int BM = 32, BN = 32, BK = 8, TM = 4, TN = 4;

__global__ void __launch_bounds__(64) gemmFragments(float *__restrict__ A, float *__restrict__ B,
                                                    float *__restrict__ C, int M, int N, int K) {
  __shared__ float As[2][BK][BM];
  __shared__ float Bs[2][BK][BN];
  const int tid = threadIdx.x, tx = tid % 8, ty = tid / 8;
  A += blockIdx.y * BM * K;
  B += blockIdx.x * BN;
  C += blockIdx.y * BM * N + blockIdx.x * BN;
  const int aRow = tid / 2, aColumn = tid % 2 * 4, bRow = tid / 8, bColumn = tid % 8 * 4;
  float loadA[4], loadB[4], a[TM], b[TN], acc[TM][TN] = {0.0f};
  FETCH_FLOAT4(loadA[0]) = FETCH_FLOAT4(A[aRow * K + aColumn]);
  FETCH_FLOAT4(loadB[0]) = FETCH_FLOAT4(B[bRow * N + bColumn]);
  for (int i = 0; i < 4; i++) As[0][aColumn + i][aRow] = loadA[i];
  FETCH_FLOAT4(Bs[0][bRow][bColumn]) = FETCH_FLOAT4(loadB[0]);
  __syncthreads();
  int write = 1;
  for (int tile = BK; tile <= K; tile += BK) {
    if (tile < K) {
      FETCH_FLOAT4(loadA[0]) = FETCH_FLOAT4(A[aRow * K + tile + aColumn]);
      FETCH_FLOAT4(loadB[0]) = FETCH_FLOAT4(B[(tile + bRow) * N + bColumn]);
    }
    const int read = write ^ 1;
#pragma unroll
    for (int k = 0; k < BK; k++) {
      FETCH_FLOAT4(a[0]) = FETCH_FLOAT4(As[read][k][ty * TM]);
      FETCH_FLOAT4(b[0]) = FETCH_FLOAT4(Bs[read][k][tx * TN]);
#pragma unroll
      for (int i = 0; i < TM; i++)
#pragma unroll
        for (int j = 0; j < TN; j++) acc[i][j] += a[i] * b[j];
    }
    if (tile < K) {
      for (int i = 0; i < 4; i++) As[write][aColumn + i][aRow] = loadA[i];
      FETCH_FLOAT4(Bs[write][bRow][bColumn]) = FETCH_FLOAT4(loadB[0]);
      __syncthreads();
      write ^= 1;
    }
  }
#pragma unroll
  for (int i = 0; i < TM; i++) FETCH_FLOAT4(C[(ty * TM + i) * N + tx * TN]) = FETCH_FLOAT4(acc[i][0]);
}
