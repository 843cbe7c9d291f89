// Operations picked by a template argument, a pointer to a function, and a table of constants.
// launch pick grid 1 block 64
// in float in[64] uniform -2 2
// out float out[64]
// int which = 1
// expect out as nvcc
__device__ float square(float v) { return v * v; }
__device__ float cube(float v) { return v * v * v; }
namespace detail {
__device__ constexpr int factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }
template <int N> struct Sum { static constexpr int value = N + Sum<N - 1>::value; };
template <> struct Sum<0> { static constexpr int value = 0; };
template <typename T, typename R> __device__ T total(T first, R rest) {
  if constexpr (sizeof(R) == sizeof(T)) return first + rest;
  else return first;
}
}  // namespace detail
typedef float (*Function)(float);
template <Function F> __device__ float apply(float v) { return F(v); }

__global__ void pick(const float *in, float *out, int which) {
  static constexpr float table[4] = {1.f, 0.5f, detail::factorial(4) / 100.f, detail::Sum<3>::value};
  float v = in[threadIdx.x];
  float r = apply<square>(v) + (which ? cube(v) : square(v)) * table[threadIdx.x & 3];
  out[threadIdx.x] = r + detail::total(v, 1.0f) + detail::total(v, 2.0);
}
