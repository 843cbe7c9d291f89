// Which memory a pointer leads to, known or found out.
// launch spaces grid 1 block 32
// out int a[64]
// expect a as nvcc
__global__ void spaces(int *a) { __shared__ int s[32]; s[threadIdx.x] = 1; int *p = threadIdx.x & 1 ? s : a; int l[4]; l[threadIdx.x & 3] = 2; int **q = &p; a[threadIdx.x] = __isGlobal(a) + 2 * __isShared(a) + 4 * __isShared(s) + 8 * __isGlobal(s); a[32 + threadIdx.x] = __isGlobal(p) + 2 * __isShared(p) + 4 * __isLocal(l) + 8 * __isGlobal(*q) + 16 * __isLocal(q); }
