// Transpose straight through memory.
// launch transpose_naive grid 3,2 block 16,16
// in float in[20*40] uniform -1 1
// out float out[40*20]
// int rows = 20
// int columns = 40
// expect out = transpose(in, 20, 40)
__global__ void transpose_naive(const float *in, float *out, int rows, int columns) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < columns && y < rows) out[x * rows + y] = in[y * columns + x];
}
