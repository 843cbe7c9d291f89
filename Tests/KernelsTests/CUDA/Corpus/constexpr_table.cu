// Compile-time functions, arrays and branches.
// launch constexpr_table<5> grid 1 block 32
// in int in[32] range 0 20
// out int out[32]
// expect out as nvcc
__host__ __device__ constexpr int factorial(int n) { return n <= 1 ? 1 : n * factorial(n - 1); }
__host__ __device__ constexpr int power(int base, int exponent) {
  int result = 1;
  for (int i = 0; i < exponent; i++) result *= base;
  return result;
}
template <int N>
struct Log2 {
  static constexpr int value = 1 + Log2<N / 2>::value;
};
template <>
struct Log2<1> {
  static constexpr int value = 0;
};
template <int N>
constexpr int log2_v = Log2<N>::value;

enum class Mode : unsigned { Add, Multiply = 4, Mask };

template <int N>
__global__ void constexpr_table(const int *in, int *out) {
  constexpr int f = factorial(N);
  constexpr Mode mode = N > 4 ? Mode::Multiply : Mode::Add;
  __shared__ int scratch[power(2, 5)];
  static_assert(log2_v<32> == 5 && sizeof(scratch) == 128, "sizes");
  scratch[threadIdx.x] = in[threadIdx.x];
  __syncthreads();
  int x = scratch[31 - threadIdx.x];
  if constexpr (mode == Mode::Multiply) {
    x *= f;
  } else {
    x += f;
  }
  switch (static_cast<unsigned>(mode)) {
    case static_cast<unsigned>(Mode::Add): x = -x; break;
    case 4: x += log2_v<64>;
    case 5: x ^= (int)Mode::Mask; break;
    default: x = 0;
  }
  out[threadIdx.x] = x;
}
template __global__ void constexpr_table<5>(const int *, int *);
