// 64-bit hashing and modular products: high halves, rotations, division.
// launch hashes grid 1 block 64
// in uint in[64] range 1 2147483647
// out uint out[64*4]
// expect out as nvcc
typedef unsigned long long u64;
__device__ u64 rotl(u64 x, int r) { return (x << r) | (x >> (64 - r)); }
__device__ u64 mix(u64 h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 29;
  return h * 0xc4ceb9fe1a85ec53ULL;
}
__device__ u64 mulmod(u64 a, u64 b, u64 m) {
  u64 r = 0;
  for (a %= m; b; b >>= 1) {
    if (b & 1) r = (r + a) % m;
    a = (a << 1) % m;
  }
  return r;
}
__global__ void hashes(const unsigned int *in, unsigned int *out) {
  u64 v = in[threadIdx.x], h = mix(v ^ 0x9E3779B97F4A7C15ULL);
  h = rotl(h, 17) + __umul64hi(h, v << 20);
  long long s = (long long)h;
  u64 q = mulmod(h >> 3, v, 1000000007ULL);
  out[threadIdx.x * 4] = (unsigned)h;
  out[threadIdx.x * 4 + 1] = (unsigned)(s / 12345 + s % 977 - (s >> 40));
  out[threadIdx.x * 4 + 2] = (unsigned)(q + (h / v) + (h % (v | 1)));
  out[threadIdx.x * 4 + 3] = (unsigned)((h > v) + 2 * (s < 0) + (u64)(double)(h >> 12) + llabs(s) % 13);
}
