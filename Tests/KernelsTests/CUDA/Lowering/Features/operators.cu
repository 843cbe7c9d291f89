// Operators and conversions of classes, constructors, unrolled loops.
// launch operators grid 1 block 64
// out float out[64]
// expect out as nvcc
struct Mat {
  float m[2][2];
  __device__ float *operator[](int i) {
    return m[i];
  }
  __device__ Mat operator*(const Mat &o) const {
    Mat r;
    for (int i = 0; i < 2; i++) for (int j = 0; j < 2; j++) {
      r.m[i][j] = 0;
      for (int k = 0; k < 2; k++) r.m[i][j] += m[i][k] * o.m[k][j];
    }
    return r;
  }
};
inline __device__ float4 operator+(float4 a, float4 b) {
  return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}
inline __device__ float4 operator*(float4 a, float s) {
  return make_float4(a.x * s, a.y * s, a.z * s, a.w * s);
}
inline __device__ void operator+=(float4 &a, float4 b) {
  a.x += b.x;
  a.y += b.y;
  a.z += b.z;
  a.w += b.w;
}
inline __device__ float dot(float4 a, float4 b) {
  return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
}
class Rng {
  unsigned s;
  public:
  __device__ explicit Rng(unsigned seed) : s(seed * 747796405u + 1u) {
  }
  __device__ unsigned next() {
    s ^= s << 13;
    s ^= s >> 17;
    s ^= s << 5;
    return s;
  }
  __device__ float uniform() {
    return next() * (1.0f / 4294967296.0f);
  }
};
struct Complex {
  float r, i;
  __device__ Complex(float a = 0, float b = 0) : r(a), i(b) {
  }
  __device__ float mag2() {
    return r * r + i * i;
  }
  __device__ friend Complex operator*(const Complex &a, const Complex &b) {
    return Complex(a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r);
  }
  __device__ Complex operator+(Complex b) {
    return Complex(r + b.r, i + b.i);
  }
};
template <class T> struct Vec3 {
  T x, y, z;
  __device__ Vec3(T a) : x(a), y(a), z(a) {
  }
  __device__ Vec3(T a, T b, T c) : x(a), y(b), z(c) {
  }
  __device__ T operator()(int k) const {
    return k == 0 ? x : k == 1 ? y : z;
  }
  __device__ operator bool() const {
    return x != 0;
  }
};
__global__ void operators(float *out) {
  int t = threadIdx.x;
  Mat a = {{{1, 2}, {3, 4.f + t}}};
  Mat b = a * a;
  b[0][1] += 1;
  float4 v = make_float4(t, 1, 2, 3);
  v += v * 0.5f + v;
  Rng g(t);
  g.next();
  Complex z, c(t * 0.01f, 0.3f);
  int n = 0;
  while (z.mag2() < 4.f && n < 30) {
    z = z * z + c;
    n++;
  }
  Vec3<float> p(1.5f), q(1, 2, t);
  float s = 0;
  for (int k = 0; k < 3; ++k) s += q(k);
  if (p) s += 1;
  if (!Vec3<int>(0)) s += 2;
  float acc[4] = {};
#pragma unroll
  for (int i = 0; i < 4; i++) acc[i] = i * v.x;
  for (auto i = 3; i >= 0; --i) s += acc[i];
  out[t] = b[1][0] + b[0][1] + dot(v, v) + g.uniform() + n + s + (t, 3) + (t > 5 ? p.x : q.z) ;
}
