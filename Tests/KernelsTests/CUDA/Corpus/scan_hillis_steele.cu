// Inclusive scan with two buffers in shared memory.
// launch scan_hillis_steele grid 1 block 100
// in int in[100] range -9 9
// out int out[100]
// int n = 100
// expect out = inclusive_scan(in)
__global__ void scan_hillis_steele(const int *in, int *out, int n) {
  __shared__ int buffers[2][128];
  int t = threadIdx.x, from = 0, to = 1;
  buffers[from][t] = in[t];
  __syncthreads();
  for (int d = 1; d < n; d <<= 1) {
    buffers[to][t] = t >= d ? buffers[from][t] + buffers[from][t - d] : buffers[from][t];
    __syncthreads();
    from ^= 1, to ^= 1;
  }
  out[t] = buffers[from][t];
}
