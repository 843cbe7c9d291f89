// Transpose with blocks in diagonal order.
// launch transpose_diagonal grid 4,4 block 16,16
// in int in[64*64] range 0 999
// out int out[64*64]
// int width = 64
// expect out = transpose(in, 64, 64)
__global__ void transpose_diagonal(const int *in, int *out, int width) {
  __shared__ int tile[16][17];
  int blockY = blockIdx.x, blockX = (blockIdx.x + blockIdx.y) % gridDim.x;
  int x = blockX * 16 + threadIdx.x, y = blockY * 16 + threadIdx.y;
  tile[threadIdx.y][threadIdx.x] = in[x + y * width];
  __syncthreads();
  x = blockY * 16 + threadIdx.x, y = blockX * 16 + threadIdx.y;
  out[x + y * width] = tile[threadIdx.x][threadIdx.y];
}
