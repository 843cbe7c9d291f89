// Random walks by a 64-bit LCG and a Box-Muller pair per step.
// launch walk grid 2 block 64
// out float ends[128]
// int steps = 10
// expect ends as nvcc
struct Random {
  unsigned long long state;
  __device__ explicit Random(unsigned long long seed) : state(seed * 2862933555777941757ULL + 3037000493ULL) {}
  __device__ unsigned int next() {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    unsigned int xorshifted = (unsigned int)(((state >> 18u) ^ state) >> 27u);
    unsigned int rot = (unsigned int)(state >> 59u);
    return (xorshifted >> rot) | (xorshifted << ((0u - rot) & 31));
  }
  __device__ float uniform() { return (next() >> 8) * (1.0f / 16777216.0f) + 1e-7f; }
};
__device__ float2 normals(Random &random) {
  float radius = sqrtf(-2.0f * logf(random.uniform()));
  float s, c;
  sincosf(6.28318530718f * random.uniform(), &s, &c);
  return make_float2(radius * c, radius * s);
}
__global__ void walk(float *ends, int steps) {
  unsigned id = blockIdx.x * blockDim.x + threadIdx.x;
  Random random(id + 1);
  float x = 0;
  while (steps-- > 0) {
    float2 step = normals(random);
    x += 0.1f * step.x + 0.05f * step.y;
  }
  ends[id] = x;
}
