// Double sum by an atomicCAS loop of one's own.
// launch reduce_atomic_double grid 4 block 64
// in double in[256] uniform -1 1
// inout double out[1] value 0
// int n = 256
// expect out = sum(in) within 1e-12
__device__ double add_double(double *address, double val) {
  unsigned long long int *address_as_ull = (unsigned long long int *)address;
  unsigned long long int old = *address_as_ull, assumed;
  do {
    assumed = old;
    old = atomicCAS(
        address_as_ull, assumed, __double_as_longlong(val + __longlong_as_double(assumed)));
  } while (assumed != old);
  return __longlong_as_double(old);
}

__global__ void reduce_atomic_double(const double *in, double *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) add_double(out, in[i]);
}
