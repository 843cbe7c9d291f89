// Rotary position embedding of pairs.
// launch rope grid 6 block 8
// inout float q[6*16] uniform -1 1
// int dim = 16
// float base = 10000
// expect q = rope(q, 6, 16, 10000) within 1e-4
__global__ void rope(float *q, int dim, float base) {
  int position = blockIdx.x, pair = threadIdx.x;
  float frequency = powf(base, -2.0f * pair / dim);
  float s, c;
  sincosf(position * frequency, &s, &c);
  float *p = q + position * dim + 2 * pair;
  float a = p[0], b = p[1];
  p[0] = a * c - b * s;
  p[1] = a * s + b * c;
}
