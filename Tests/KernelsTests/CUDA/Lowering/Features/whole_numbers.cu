// Whole numbers: conversions, wrapping, shifts, intrinsics.
// launch whole_numbers grid 1 block 64
// inout int out[64] value 0
// in int in[64] range -100000 100000
// expect out as nvcc
__global__ void whole_numbers(int *out, const int *in) {
  int t = threadIdx.x;
  int v = in[t];
  unsigned u = v;
  long long l = (long long)v * v;
  short s = v;
  unsigned char c = v;
  signed char sc = v;
  int r = 0;
  r += v / 7 + v % 7 + (int)(u / 7u) + (int)(u % 13u) + (v >> 3) + (int)(u >> 3) + (v << 2);
  r ^= (int)(l >> 16) + (int)(l / 1000) + (int)(l % 77);
  r += s * 3 + c * 5 + sc * 7 + (s > c) + (u > v) + (sc < c);
  r += __popc(u) + __clz(v) + __ffs(v) + (int)__brev(u) + __popcll(l) + __clzll(l) + __ffsll(l);
  r += (int)__umulhi(u, 123456789u) + __mulhi(v, 987654321) + __mul24(v, 77)
      + (int)__byte_perm(u, ~u, 0x5140);
  r += (int)__funnelshift_l(u, v, t) + (int)__funnelshift_r(u, v, t) + __sad(v, t, 5)
      + abs(v) + min(v, t) + max(v, 3) ;
  r += (int)((u * 2654435761u) >> 7) + (v ? 1 : 2) + !v + ~v + -v;
  r += (int)(float)v + (int)(double)u + (int)__float2int_rn(v * 0.37f)
      + __float2int_ru(v * 0.01f) + __float2int_rd(v * 0.01f);
  s += v;
  c -= v;
  sc *= 3;
  r += s + c + sc;
  s >>= 2;
  r ^= s;
  unsigned long long ul = (unsigned long long)u << 33 | u;
  r += (int)(ul >> 5) + (int)(ul % 1000003ull) + (int)(ul / 12345ull);
  out[t] = r;
}
