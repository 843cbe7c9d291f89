// Pointers into all spaces, references, local arrays, tables, lists.
// launch pointers grid 1 block 64 shared 512
// inout int out[64] value 0
// in int in[64] range 0 99
// expect out as nvcc
struct Node {
  int v;
  Node *next;
};
__device__ int table[4] = {3, 1, 4, 1};
__constant__ float weights[3] = {0.5f, 1.5f, 2.5f};
__constant__ int lut[2][3] = {{1, 2, 3}, {4, 5, 6}};
__device__ int counter = 7;
__device__ void bump(int &x, int *y) {
  x += 2;
  *y = x;
}
__device__ const int *choose(const int *a, const int *b, bool c) {
  return c ? a : b;
}
__global__ void pointers(int *out, const int *in) {
  __shared__ int sh[64];
  extern __shared__ char dyn[];
  float *df = (float *)dyn;
  int *di = (int *)(df + 64);
  int t = threadIdx.x;
  int loc[8];
  for (int i = 0; i < 8; i++) loc[i] = i * t;
  sh[t] = in[t] * 2;
  df[t] = t * 0.5f;
  di[t] = -t;
  __syncthreads();
  const int *p = t & 1 ? sh : in;
  int r = p[t] + p[(t + 3) % 64];
  const int *q = in + t;
  const int *e = in + 64;
  int n = 0;
  while (q < e && n < 5) {
    r += *q++;
    ++n;
  }
  r += (int)(e - q);
  int x = 1, y = 0;
  bump(x, &y);
  bump(loc[t % 8], &y);
  r += x + y + loc[(t + 1) % 8];
  r += *choose(sh + 1, in, t > 10) + (int)(df[63 - t] * 4) + di[(t + 1) % 64] + table[t % 4]
      + (int)(weights[t % 3] * 10) + lut[t % 2][t % 3];
  int2 v2 = reinterpret_cast<const int2 *>(in)[t / 2];
  r += v2.x - v2.y;
  float4 f4 = make_float4(1, 2, 3, t);
  float *fp = &f4.x;
  r += (int)fp[t % 4];
  int m[2][3] = {{1, 2, 3}, {4}};
  r += m[t % 2][t % 3];
  int (*rows)[3] = m;
  r += rows[1][0];
  Node a = {1, nullptr}, b = {2, &a}, c = {3, &b};
  for (Node *k = &c; k; k = k->next) r = r * 3 + k->v;
  if (t == 0) atomicAdd(&counter, 1);
  r += (p != nullptr) + (&sh[1] - sh);
  char4 c4 = {1, -2, 3, 4};
  r += __dp4a(*(int *)&c4, 0x01020304, 5);
  unsigned long long bits = (unsigned long long)0;
  memcpy(&bits, &f4, 8);
  r += (int)(bits >> 40);
  void *vp = out;
  ((int *)vp)[t] = r;
  volatile int *vs = sh;
  vs[t] = r;
  out[t] += vs[t] & 3;
}
