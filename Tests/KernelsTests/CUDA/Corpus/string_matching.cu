// Finds a pattern of bytes in a text; each thread tries one place.
// launch findPattern grid 4 block 64
// in uchar text[256] range 97 99
// inout int found[2] value 0
// int n = 256
// expect found = pattern_count(text)
__constant__ const char pattern[] = "abc";
__device__ bool matches(const unsigned char *text, int at, int length) {
  int i = 0;
  while (i < length && text[at + i] == (unsigned char)pattern[i]) ++i;
  return i == length;
}
__global__ void findPattern(const unsigned char *text, int *found, int n) {
  constexpr int length = sizeof(pattern) - 1;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  bool hit = i + length <= n && matches(text, i, length);
  int count = __syncthreads_count(hit);
  if (threadIdx.x == 0) atomicAdd(&found[0], count);
  if (hit) atomicMax(&found[1], i);
}
