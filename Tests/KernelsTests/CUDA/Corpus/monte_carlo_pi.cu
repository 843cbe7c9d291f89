// Points in a circle by a xorshift generator for each thread.
// launch monte_carlo_pi grid 1 block 64
// out uint hits[64]
// int tries = 50
// uint seed = 12345
// expect hits = xorshift_hits(50, 12345, 64)
struct Generator {
  unsigned state;
  __host__ __device__ explicit Generator(unsigned seed) : state(seed ? seed : 1u) {}
  __host__ __device__ unsigned next() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  }
  __host__ __device__ float uniform() { return (next() >> 8) * (1.0f / 16777216.0f); }
};

__global__ void monte_carlo_pi(unsigned *hits, int tries, unsigned seed) {
  Generator g(seed + threadIdx.x * 7919u);
  unsigned count = 0;
  for (int i = 0; i < tries; i++) {
    float x = g.uniform(), y = g.uniform();
    if (x * x + y * y <= 1.0f) count++;
  }
  hits[threadIdx.x] = count;
}
