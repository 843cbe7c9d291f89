// Morton codes, bit counts, byte permutations and funnel shifts.
// launch bits grid 1 block 64
// in uint in[64] range 0 2147483647
// out uint out[64*8]
// expect out as nvcc
__device__ __host__ inline unsigned int spread(unsigned int v) {
  v = (v | (v << 8)) & 0x00FF00FFu;
  v = (v | (v << 4)) & 0x0F0F0F0Fu;
  v = (v | (v << 2)) & 0x33333333u;
  return (v | (v << 1)) & 0x55555555u;
}
__global__ void bits(const unsigned int *in, unsigned int *out) {
  const unsigned int v = in[threadIdx.x], w = in[63 - threadIdx.x];
  unsigned int *o = &out[threadIdx.x * 8];
  o[0] = spread(v & 0xffff) | spread(v >> 16) << 1;
  o[1] = __popc(v) + 100 * __clz(v) + 10000 * __ffs(v);
  o[2] = __brev(v) ^ __byte_perm(v, w, 0x5140);
  o[3] = __funnelshift_l(v, w, threadIdx.x) + __funnelshift_r(v, w, threadIdx.x);
  o[4] = __umulhi(v, w) + __mulhi((int)v, -(int)w) + __mul24((int)v, (int)w);
  o[5] = __sad((int)v, (int)w, 7u) + __usad(v, w, 1u) + __uhadd(v, w) + __urhadd(v, w);
  unsigned long long both = ((unsigned long long)v << 32) | w;
  o[6] = __popcll(both) + 100 * __clzll(both) + 10000 * __ffsll(both) + (unsigned)(__brevll(both) >> 7);
  o[7] = (v & -v) ^ (v & (v - 1)) ^ (~v >> 3) ^ ((int)v >> 31) ^ (v << (w & 31));
}
