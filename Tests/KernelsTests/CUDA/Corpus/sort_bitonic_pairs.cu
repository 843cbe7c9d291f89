// Bitonic sort of keys with their values, a step for each pair of a thread.
// launch sort_bitonic_pairs grid 1 block 64
// inout uint keys[128] range 0 100000
// inout uint values[128] iota 1
// uint dir = 1
// expect keys = sorted(keys)
#define SHARED_SIZE_LIMIT 128U
typedef unsigned int uint32;

__device__ inline void Comparator(
    uint32 &keyA, uint32 &valA, uint32 &keyB, uint32 &valB, uint32 dir) {
  uint32 t;
  if ((keyA > keyB) == dir) {
    t = keyA;
    keyA = keyB;
    keyB = t;
    t = valA;
    valA = valB;
    valB = t;
  }
}

__global__ void sort_bitonic_pairs(uint32 *d_Keys, uint32 *d_Values, uint32 dir) {
  __shared__ uint32 s_key[SHARED_SIZE_LIMIT];
  __shared__ uint32 s_val[SHARED_SIZE_LIMIT];
  d_Keys += blockIdx.x * SHARED_SIZE_LIMIT + threadIdx.x;
  d_Values += blockIdx.x * SHARED_SIZE_LIMIT + threadIdx.x;
  s_key[threadIdx.x + 0] = d_Keys[0];
  s_val[threadIdx.x + 0] = d_Values[0];
  s_key[threadIdx.x + (SHARED_SIZE_LIMIT / 2)] = d_Keys[(SHARED_SIZE_LIMIT / 2)];
  s_val[threadIdx.x + (SHARED_SIZE_LIMIT / 2)] = d_Values[(SHARED_SIZE_LIMIT / 2)];
  for (uint32 size = 2; size <= SHARED_SIZE_LIMIT; size <<= 1) {
    uint32 ddd = dir ^ ((threadIdx.x & (size / 2)) != 0);
    if (size == SHARED_SIZE_LIMIT) ddd = dir;
    for (uint32 stride = size / 2; stride > 0; stride >>= 1) {
      __syncthreads();
      uint32 pos = 2 * threadIdx.x - (threadIdx.x & (stride - 1));
      Comparator(s_key[pos + 0], s_val[pos + 0], s_key[pos + stride], s_val[pos + stride], ddd);
    }
  }
  __syncthreads();
  d_Keys[0] = s_key[threadIdx.x + 0];
  d_Values[0] = s_val[threadIdx.x + 0];
  d_Keys[(SHARED_SIZE_LIMIT / 2)] = s_key[threadIdx.x + (SHARED_SIZE_LIMIT / 2)];
  d_Values[(SHARED_SIZE_LIMIT / 2)] = s_val[threadIdx.x + (SHARED_SIZE_LIMIT / 2)];
}
