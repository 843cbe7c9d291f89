// A union and bit-fields over the parts of a float.
// launch union_bits grid 1 block 32
// in float in[32] uniform -100 100
// out int out[32]
// expect out as nvcc
union FloatBits {
  float f;
  unsigned int u;
  struct {
    unsigned int mantissa : 23;
    unsigned int exponent : 8;
    unsigned int sign : 1;
  } parts;
};
__global__ void union_bits(const float *in, int *out) {
  FloatBits b;
  b.f = in[threadIdx.x];
  int r = (int)((b.u >> 23) & 0xff) - 127;
  b.u &= ~(1u << 31);
  out[threadIdx.x] = r * 1000 + (int)b.f;
}
