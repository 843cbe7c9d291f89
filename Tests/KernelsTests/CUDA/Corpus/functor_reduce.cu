// Reduction with the operation and its identity from a traits class.
// launch functor_reduce<int,Maximum> grid 1 block 64
// in int in[200] range -500 500
// out int out[1]
// int n = 200
// expect out = maximum(in)
struct Sum {
  template <typename T>
  __device__ static T identity() { return T(0); }
  template <typename T>
  __device__ T operator()(const T &a, const T &b) const { return a + b; }
};

struct Maximum {
  template <typename T>
  __device__ static T identity() { return T(-2147483647 - 1); }
  template <typename T>
  __device__ T operator()(const T &a, const T &b) const { return a > b ? a : b; }
};

template <typename T, class Op>
__global__ void functor_reduce(const T *in, T *out, int n) {
  __shared__ T s[64];
  const Op op{};
  T acc = Op::template identity<T>();
  for (int i = threadIdx.x; i < n; i += 64) acc = op(acc, in[i]);
  s[threadIdx.x] = acc;
  __syncthreads();
  for (int d = 32; d > 0; d >>= 1) {
    if (threadIdx.x < d) s[threadIdx.x] = op(s[threadIdx.x], s[threadIdx.x + d]);
    __syncthreads();
  }
  if (threadIdx.x == 0) *out = s[0];
}
template __global__ void functor_reduce<int, Maximum>(const int *, int *, int);
