// Counting, reversing and shifting bits.
// launch bit_tricks grid 1 block 64
// in uint in[64] range 0 4294967295
// out uint out[64]
// expect out as nvcc
__global__ void bit_tricks(const unsigned int *in, unsigned int *out) {
  unsigned int x = in[threadIdx.x];
  unsigned int r = __brev(x) ^ __byte_perm(x, ~x, 0x2367);
  r += __popc(x) + __clz(x) * 3 + __ffs(x) * 5;
  unsigned long long wide = ((unsigned long long)x << 32) | r;
  r ^= (unsigned int)(wide >> (x & 31)) + __popcll(wide);
  r = __funnelshift_l(r, x, 7) + __umulhi(x, r) + __mul24(x & 0xffff, 3);
  out[threadIdx.x] = r;
}
