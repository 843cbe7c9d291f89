// A view of a matrix with a call operator, given by value.
// launch matrix_class grid 1,1 block 8,8
// in float a[8*8] uniform -1 1
// out float b[8*8]
// expect b = transpose(a, 8, 8)
template <typename T, int ROWS, int COLUMNS>
class View {
 private:
  T *data;

 public:
  using value_type = T;
  static const int rows = ROWS;
  __device__ __forceinline__ View(T *data) : data(data) {}
  __device__ T &operator()(int r, int c) { return data[r * COLUMNS + c]; }
  __device__ const T &operator()(int r, int c) const { return data[r * COLUMNS + c]; }
  __device__ View<T, COLUMNS, ROWS> reshaped() const { return View<T, COLUMNS, ROWS>(data); }
};

template <typename T>
using Square = View<T, 8, 8>;

__global__ void matrix_class(const float *a, float *b) {
  const Square<const float> in(a);
  Square<float> out{b};
  typename Square<float>::value_type value = in(threadIdx.y, threadIdx.x);
  out.reshaped()(threadIdx.x, threadIdx.y) = value;
}
