// Templates: classes, specialisations, aliases, overloads, if constexpr, namespaces.
// launch templates grid 1 block 64
// inout int out[64] value 0
// expect out as nvcc
template <typename T, int N> struct Arr {
  T v[N];
  static constexpr int size = N;
  __device__ T &operator[](int i) {
    return v[i];
  }
  __device__ const T &operator[](int i) const {
    return v[i];
  }
  template <typename F> __device__ T fold(T z, F f) const {
    for (int i = 0; i < N; i++) z = f(z, v[i]);
    return z;
  }
};
template <int N> struct Fact {
  static const int value = N * Fact<N - 1>::value;
};
template <> struct Fact<0> { static const int value = 1; };
template <typename T> struct Traits {
  using Acc = T;
  static __device__ T one() {
    return T(1);
  }
};
template <> struct Traits<float> { using Acc = double; static __device__ float one() {
  return 1.5f;
}
};
template <typename T> __device__ typename Traits<T>::Acc twice(T v) {
  typename Traits<T>::Acc a = v;
  return a + a;
}
template <typename T, typename U> struct Same {
  static constexpr bool v = false;
};
template <typename T> struct Same<T, T> { static constexpr bool v = true; };
template <typename T> struct Same<T *, T> { static constexpr bool v = true; };
template <typename T> __device__ int kind(T) {
  if constexpr (sizeof(T) == 8) return 8;
  else if constexpr (Same<T, float>::v) return 4;
  else return 1;
}
template <typename T> __device__ T pick(T a, T b) {
  return a < b ? a : b;
}
template <> __device__ int pick<int>(int a, int b) {
  return a * 2 + b;
}
template <class T> using Four = Arr<T, 4>;
__host__ __device__ constexpr int ilog2(int n) {
  int r = 0;
  while (n >>= 1) ++r;
  return r;
}
__device__ int over(int) {
  return 1;
}
__device__ int over(float) {
  return 2;
}
__device__ int over(double) {
  return 3;
}
__device__ int over(unsigned) {
  return 4;
}
__device__ int over(const int *) {
  return 5;
}
namespace ns {
  namespace in {
    template <class T, class Op> __device__ T run(T a, T b, Op op) {
      return op(a, b);
    }
    struct Mul {
      template <class T> __device__ T operator()(T a, T b) const {
        return a * b;
      }
    };
  }
  using in::run;
}
enum Color {
  red, green = 5, blue
};
enum class Mode : unsigned char {
  a = 3, b
};
__global__ void templates(int *out) {
  int t = threadIdx.x;
  Four<int> a = {{t, t + 1, t * 2, 7}};
  a[t % 4] += 3;
  a[2] = a[1] + 1;
  Arr<float, 3> f{};
  f[1] = 2.5f;
  int r = a.fold(0, [](int x, int y) { return x * 3 + y; }) + (int)f.fold(1.f, [=](float x,
      float y) { return x + y * t; });
  __shared__ int s[1 << ilog2(40)];
  s[t % 32] = Fact<5>::value;
  __syncthreads();
  r += s[0] + (int)twice(1.25f) + twice(t) + kind(1.0) * 100 + kind(1.f) * 10 + kind('c')
      + pick(t, 5) + (int)pick(2.f, 1.f) + Four<char>::size + sizeof(s);
  r += over(1) + over(1.f) * 10 + over(1.0) * 100 + over(1u) * 1000 + over(out) * 10000
      + over('a') + over((short)1);
  r += ns::run(t, 3, ns::in::Mul()) + ns::in::run<int>(t, 4, [](int a,
      int b) { return a - b; }) + blue + (int)Mode::b + Traits<float>::one() * 2;
  out[t] = r;
}
