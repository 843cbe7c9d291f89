// Histogram of bytes by global atomics.
// launch histogram_global grid 2 block 128
// in uchar data[1000] range 0 63
// inout uint bins[64] value 0
// int n = 1000
// expect bins = histogram(data, 64)
__global__ void histogram_global(const unsigned char *data, unsigned int *bins, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int stride = blockDim.x * gridDim.x;
  while (i < n) {
    atomicAdd(&bins[data[i]], 1u);
    i += stride;
  }
}
