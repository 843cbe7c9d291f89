// Maximum of floats by atomicCAS on their bits.
// launch reduce_max_atomic grid 2 block 128
// in float in[256] uniform -1 1
// inout float out[1] value -1e30
// int n = 256
// expect out = maximum(in)
__device__ __forceinline__ float atomicMaxFloat(float *addr, float value) {
  int *as_int = (int *)addr;
  int old = *as_int;
  while (value > __int_as_float(old)) {
    int assumed = old;
    old = atomicCAS(as_int, assumed, __float_as_int(value));
    if (old == assumed) break;
  }
  return __int_as_float(old);
}

__global__ void reduce_max_atomic(const float *in, float *out, int n) {
  __shared__ float best;
  if (threadIdx.x == 0) best = -3.402823466e+38F;
  __syncthreads();
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicMaxFloat(&best, in[i]);
  __syncthreads();
  if (threadIdx.x == 0) atomicMaxFloat(out, best);
}
