// Structures: bases, constructors, operators, arrays of members, layout.
// launch structures grid 1 block 64
// inout int out[64] value 0
// expect out as nvcc
struct Base {
  int a;
  __device__ int get() const {
    return a;
  }
  __device__ void set(int v) {
    a = v;
  }
};
struct Derived : Base {
  float f;
  int arr[3];
  __device__ Derived(int x, float y) : f(y) {
    a = x;
    for (int i = 0; i < 3; i++) arr[i] = x * i;
  }
  __device__ int sum() const {
    return get() + arr[0] + arr[1] + arr[2] + (int)f;
  }
};
struct V2 {
  float x, y;
  __device__ V2 operator+(const V2 &o) const {
    return {x + o.x, y + o.y};
  }
  __device__ V2 &operator+=(V2 o) {
    x += o.x;
    y += o.y;
    return *this;
  }
  __device__ V2 operator-() const {
    return V2{-x, -y};
  }
};
__device__ V2 operator*(float s, V2 v) {
  return V2{s * v.x, s * v.y};
}
__device__ bool operator<(const V2 &a, const V2 &b) {
  return a.x < b.x || (a.x == b.x && a.y < b.y);
}
struct Mixed {
  char c;
  short s;
  int i;
  double d;
  bool b;
};
__global__ void structures(int *out) {
  int t = threadIdx.x;
  Derived d(t, 2.5f * t);
  d.set(d.get() + 1);
  V2 a = {1.f * t, 2.f}, b{3.f, 4.f * t};
  a += 2.f * b + -a;
  Mixed m = {'a', -3, 70000, 1.5, true};
  Mixed *q = &m;
  q->s -= (short)t;
  q->d *= t;
  q->c++;
  Base &r = d;
  r.a += 5;
  out[t] = d.sum() + (int)(a.x * 10 + a.y) + q->s + (int)m.d + m.c + sizeof(Mixed)
      + (a < b ? 1000 : 0) + (m.b ? 1 : 0);
}
