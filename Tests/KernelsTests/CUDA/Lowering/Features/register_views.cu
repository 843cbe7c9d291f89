// Local arrays and vectors in registers seen as one another.
// launch views grid 1 block 32
// in float x[256] uniform -1 1
// out float a[512]
// expect a as nvcc
struct __align__(16) Pair { float2 first, second; };
__device__ float sum(const float *p, int n) { float s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }
__device__ void scale(float4 &v, float s) { v.x *= s; v.y *= s; v.z *= s; v.w *= s; }
__global__ void views(const float *x, float *a) {
  float r[8];
  const int t = threadIdx.x;
  *(float4 *)&r[0] = *(const float4 *)&x[t * 8];
  reinterpret_cast<float4 *>(r)[1] = reinterpret_cast<const float4 *>(x + t * 8)[1];
  float *o = a + t * 16;
  o[0] = sum(r, 8) + r[2];
  scale(*(float4 *)(r + 4), 2.0f);
  scale(reinterpret_cast<float4 &>(r[0]), -1.0f);
  *(float2 *)&r[2] = make_float2(5.0f, r[7]);
  o[1] = r[0]; o[2] = r[1]; o[3] = r[2]; o[4] = r[3]; o[5] = r[7];
  float4 v = make_float4(1, 2, 3, 4);
  float *p = &v.x;
  p[1] += 10; ((float *)&v)[3] = r[4];
  o[6] = v.y + v.w;
  for (int i = 0; i < 4; i++) o[7] += (&v.x)[i] * i;
  float m[2][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  float4 row = *(float4 *)m[1];
  *(float4 *)&m[0][0] = row;
  o[8] = m[0][2] + row.x;
  Pair q = *(Pair *)&r[0];
  o[9] = q.first.y + q.second.x;
  int bits = *(int *)&r[1];
  o[10] = (float)(bits >> 20);
  unsigned char *bytes = (unsigned char *)&v;
  o[11] = bytes[3] + bytes[7];
  float4 *pv = &v;
  pv->z += 1; o[12] = pv->z + ((float2 *)pv)[1].x;
  int n = 3; while (n-- > 0) o[13] += n;
  int z = 0; while (z-- > 0) o[14] = 99;
  o[14] += z;
  double d = 1.5; long long w = *(long long *)&d; o[15] = (float)(w >> 52);
}
