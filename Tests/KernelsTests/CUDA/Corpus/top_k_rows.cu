// The largest values of a row by repeated warp-wide maxima over packed keys.
// launch topK<4> grid 6 block 32
// in float in[6*70] uniform -10 10
// out float values[6*4]
// out int places[6*4]
// int C = 70
// expect places = top_places(in, 70, 4)
template <int K>
__global__ void topK(const float *in, float *values, int *places, int C) {
  const float *row = in + blockIdx.x * C;
  float last = INFINITY;
  int lastPlace = -1;
  for (int k = 0; k < K; k++) {
    unsigned long long best = 0;
    for (int i = threadIdx.x; i < C; i += 32) {
      const float v = row[i];
      const bool isLeft = v < last || (v == last && i > lastPlace);
      unsigned bits = __float_as_uint(v);
      bits ^= (bits >> 31) ? 0xffffffffu : 0x80000000u;
      const unsigned long long key = ((unsigned long long)bits << 32) | (0xffffffffu - i);
      if (isLeft && key > best) best = key;
    }
    for (int o = 16; o > 0; o >>= 1) {
      const unsigned long long other = __shfl_xor_sync(0xffffffffu, best, o);
      best = max(best, other);
    }
    lastPlace = (int)(0xffffffffu - (unsigned)(best & 0xffffffffu));
    unsigned bits = (unsigned)(best >> 32);
    bits ^= (bits >> 31) ? 0x80000000u : 0xffffffffu;
    last = __uint_as_float(bits);
    if (threadIdx.x == k) {
      values[blockIdx.x * K + k] = last;
      places[blockIdx.x * K + k] = lastPlace;
    }
  }
}
