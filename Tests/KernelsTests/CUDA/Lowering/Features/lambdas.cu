// Lambdas: captures by value and reference, generic ones, as arguments of templates.
// launch lambdas grid 1 block 64
// inout int out[64] value 0
// expect out as nvcc
template <typename F> __device__ void apply(int *o, int n, F f) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) o[i] = f(i);
}
__global__ void lambdas(int *out) {
  int k = 3;
  int acc = 0;
  auto add = [&](int v) {
    acc += v;
    return acc;
  };
  auto mul = [=](auto v) {
    return v * k;
  };
  k = 100;
  for (int i = 0; i < 4; i++) add(i);
  apply(out, 64, [=](int i) { return mul(i) + acc; });
  __syncthreads();
  out[threadIdx.x] += [] (int a, int b = 7) -> int {
    if (a > 30) return b;
    return a;
  }
  (threadIdx.x);
}
