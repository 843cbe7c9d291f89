// Scan that starts again at each flag.
// launch scan_segmented grid 1 block 128
// in int in[128] range 0 9
// in int flags[128] range 0 1
// out int out[128]
// expect out = segmented_scan(in, flags)
struct Segment {
  int flag, value;
  __device__ Segment() : flag(0), value(0) {}
  __device__ Segment(int flag, int value) : flag(flag), value(value) {}
  __device__ friend Segment operator+(const Segment &a, const Segment &b);
};

__device__ Segment operator+(const Segment &a, const Segment &b) {
  return Segment(a.flag | b.flag, b.flag ? b.value : a.value + b.value);
}

__global__ void scan_segmented(const int *in, const int *flags, int *out) {
  __shared__ int f[128], v[128];
  const int t = threadIdx.x;
  Segment mine(flags[t], in[t]);
  for (int d = 1; d < 128; d *= 2) {
    f[t] = mine.flag;
    v[t] = mine.value;
    __syncthreads();
    if (t >= d) mine = Segment(f[t - d], v[t - d]) + mine;
    __syncthreads();
  }
  out[t] = mine.value;
}
