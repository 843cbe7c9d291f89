// The samples' way to dynamic shared memory of any type, and a reduction by block size.
// launch reduceTyped<double,64> grid 4 block 64 shared 512
// in double in[600] uniform -1 1
// out double out[4]
// uint n = 600
// expect out = strided_pair_sums(in, 64, 4) within 1e-12
template <class T> struct SharedMemory {
  __device__ inline operator T *() {
    extern __shared__ int __smem[];
    return (T *)__smem;
  }
  __device__ inline operator const T *() const {
    extern __shared__ int __smem[];
    return (T *)__smem;
  }
};
template <> struct SharedMemory<double> {
  __device__ inline operator double *() {
    extern __shared__ double __smem_d[];
    return (double *)__smem_d;
  }
};
template <class T, unsigned int blockSize>
__global__ void reduceTyped(const T *in, T *out, unsigned int n) {
  T *sdata = SharedMemory<T>();
  unsigned int tid = threadIdx.x, i = blockIdx.x * (blockSize * 2) + tid;
  T sum = 0;
  for (unsigned int step = blockSize * 2 * gridDim.x; i < n; i += step) {
    sum += in[i];
    if (i + blockSize < n) sum += in[i + blockSize];
  }
  sdata[tid] = sum;
  __syncthreads();
  if (blockSize >= 128) { if (tid < 64) sdata[tid] = sum = sum + sdata[tid + 64]; __syncthreads(); }
  if (blockSize >= 64) { if (tid < 32) sdata[tid] = sum = sum + sdata[tid + 32]; __syncthreads(); }
  if (tid < 32) {
    for (int o = 16; o > 0; o /= 2) sum += __shfl_down_sync(0xffffffffu, sum, o);
  }
  if (tid == 0) out[blockIdx.x] = sum;
}
