// Place of the largest value of each row, ties to the first.
// launch reduce_argmax grid 6 block 64
// in float in[6*100] uniform -1 1
// out int index[6]
// int n = 100
// expect index = row_argmax(in, 6, 100)
struct Best {
  float value;
  int index;
};

__device__ inline Best better(const Best &a, const Best &b) {
  if (a.value != b.value) return a.value > b.value ? a : b;
  return a.index < b.index ? a : b;
}

__global__ void reduce_argmax(const float *in, int *index, int n) {
  __shared__ Best s[64];
  const float *row = in + (size_t)blockIdx.x * n;
  Best mine = {-INFINITY, n};
  for (int i = threadIdx.x; i < n; i += blockDim.x) mine = better(mine, Best{row[i], i});
  s[threadIdx.x] = mine;
  __syncthreads();
  for (int d = blockDim.x / 2; d; d >>= 1) {
    if (threadIdx.x < d) s[threadIdx.x] = better(s[threadIdx.x], s[threadIdx.x + d]);
    __syncthreads();
  }
  if (!threadIdx.x) index[blockIdx.x] = s[0].index;
}
