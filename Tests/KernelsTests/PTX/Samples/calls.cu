// Functions that stay functions, structures by value, pointers to functions, printf, assert.
#include <cassert>
#include <cstdio>
struct Params { float a; int n; double d; char tag; short s; float v[3]; long long w; };

__device__ __noinline__ float helper(float x, int k) {
  float s = 0;
  for (int i = 0; i < k; i++) s = s * x + i;
  return s;
}
__device__ __noinline__ float2 pair(float4 p, double *q) {
  float2 r = {p.x + p.y, p.z * p.w};
  *q = r.x;
  return r;
}
__device__ __noinline__ void change(Params *p, int k) {
  p->n += k;
  p->v[k % 3] = 2.f;
  if (k == 5) return;
  p->a *= 2;
}
__device__ __noinline__ Params both(Params p) {
  p.a += 1;
  p.w *= 2;
  return p;
}
__global__ void calls(const float *a, float *b, double *d) {
  int i = threadIdx.x;
  float s = helper(a[i], i & 7);
  double q;
  float2 r = pair(make_float4(a[i], s, 1, 2), &q);
  d[i] = q;
  Params p;
  p.a = a[i];
  p.n = i;
  p.v[0] = p.v[1] = p.v[2] = s;
  p.w = i;
  p.d = q;
  p.tag = 1;
  p.s = 4;
  change(&p, i);
  p = both(p);
  b[i] = r.x + r.y + p.a + p.n + p.v[i % 3] + p.w;
  if (a[i] > 0) b[i] += helper(b[i] * 0.001f, 3);
}

__global__ void byValue(Params p, float *out) {
  int i = threadIdx.x;
  out[i] = p.a * i + p.n + (float)p.d + p.tag + p.s + p.v[i % 3] + (float)p.w;
}

__global__ void prints(const float *a, int n) {
  int i = threadIdx.x;
  if (i < n) printf("lane %d value %f %s %c %lld %u\n", i, a[i], "abc", 'x', 1234567890123LL, 7u);
  assert(n < 100);
}

#ifndef ORRERY  // What only a full compiler takes.
typedef int (*Op)(int, int);
__device__ __noinline__ int addOp(int a, int b) { return a + b; }
__device__ __noinline__ int mulOp(int a, int b) { return a * b; }
__device__ __noinline__ int subOp(int a, int b) { return a - b; }
__device__ Op ops[3] = {addOp, mulOp, subOp};
__global__ void pointers(const int *a, int *b) {
  int i = threadIdx.x;
  b[i] = ops[a[i] % 3](i, a[i]);
}
#endif
