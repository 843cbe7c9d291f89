// Range-based loops, unnamed enumerations, conditions that change what they test.
// launch loops grid 1 block 32
// in int x[32] range 0 9
// out int a[256]
// expect a as nvcc
enum { kFirst = 2, kSecond };
struct Box { enum { Size = 3 }; int v[Size]; };
__constant__ int table[4] = {1, 2, 3, 4};
__global__ void loops(const int *x, int *a) {
  __shared__ int s[8];
  int t = threadIdx.x, *o = a + t * 8;
  if (t < 8) s[t] = x[t];
  __syncthreads();
  int local[4] = {x[t], 2, 3, 4};
  for (int &v : local) v += t;
  for (int v : local) o[0] += v;
  for (auto v : s) { if (v == 3) continue; o[1] += v; if (v == 7) break; }
  Box b; int n = 0;
  for (auto &v : b.v) v = n++;
  for (const int v : b.v) o[2] += v * kSecond;
  for (int v : table) o[3] += v;
  int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
  for (auto &row : grid) for (int v : row) o[4] = o[4] * 2 + v;
  o[5] = (t < 5 && "text") + Box::Size;
  int steps = x[t]; while (steps--) o[6]++;
  for (int i = 10; i-- > 7;) o[7] += i;
}
