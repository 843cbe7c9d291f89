// Device code that hands lambdas to a template.
// launch lambda_apply grid 1 block 64
// in float in[64] uniform -1 1
// out float out[64]
// float a = 3
// expect out = affine(in, 3, 3) within 1e-6
template <typename F>
__device__ float twice(F f, float x) {
  return f(f(x) - x) + x * 0;
}

__global__ void lambda_apply(const float *in, float *out, float a) {
  const int i = threadIdx.x;
  auto add = [a](float x) { return x + a; };
  auto scaled = [&](float x) -> float {
    float r = a * in[i];
    return r + x;
  };
  out[i] = scaled(twice(add, in[i]) - a);
}
