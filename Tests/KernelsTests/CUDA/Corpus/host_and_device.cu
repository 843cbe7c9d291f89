// A whole program around a kernel: host code is stepped over.
// launch saxpy grid 2 block 64
// int n = 100
// float a = 2
// in float x[100] uniform -1 1
// inout float y[100] uniform -1 1
// expect y = axpy(x, y, 2) within 1e-6
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#define CHECK(call)                                                   \
  do {                                                                \
    cudaError_t error = (call);                                       \
    if (error != cudaSuccess) {                                       \
      fprintf(stderr, "%s\n", cudaGetErrorString(error));             \
      exit(EXIT_FAILURE);                                             \
    }                                                                 \
  } while (0)

struct Options {
  std::string name;
  std::vector<int> sizes;
  bool verbose = false;
};

static Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; i++) options.sizes.push_back(std::atoi(argv[i]));
  return options;
}

template <class F, class... Arguments> auto call(F f, Arguments... arguments) -> decltype(f(arguments...)) {
  return f(arguments...);
}

template <typename T, typename... Rest> constexpr T sumOf(T first, Rest... rest) {
  if constexpr (sizeof...(rest) == 0) return first;
  else return first + sumOf(rest...);
}

template <typename... T> struct Count { static constexpr int value = sizeof...(T); };

__global__ void saxpy(int n, float a, const float *x, float *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}

int main(int argc, char **argv) {
  Options options = parse(argc, argv);
  int n = options.sizes.empty() ? 1 << 20 : options.sizes[0];
  std::vector<float> x(n, 1.0f), y(n, 2.0f);
  float *d_x, *d_y;
  CHECK(cudaMalloc(&d_x, n * sizeof(float)));
  CHECK(cudaMalloc((void **)&d_y, n * sizeof(float)));
  CHECK(cudaMemcpy(d_x, x.data(), n * sizeof(float), cudaMemcpyHostToDevice));
  CHECK(cudaMemcpy(d_y, y.data(), n * sizeof(float), cudaMemcpyHostToDevice));
  saxpy<<<(n + 255) / 256, 256>>>(n, 2.0f, d_x, d_y);
  CHECK(cudaGetLastError());
  CHECK(cudaMemcpy(y.data(), d_y, n * sizeof(float), cudaMemcpyDeviceToHost));
  for (float value : y) printf("%f\n", value);
  try {
    CHECK(cudaFree(d_x));
  } catch (...) {
    return 1;
  }
  return 0;
}
