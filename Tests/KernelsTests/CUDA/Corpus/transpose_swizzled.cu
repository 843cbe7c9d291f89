// A transpose without padding: columns are spread over banks by exclusive or.
// launch transposeSwizzled grid 2,3 block 32,8
// in float in[96*64] uniform -1 1
// out float out[64*96]
// int width = 64
// int height = 96
// expect out = transpose(in, 96, 64)
constexpr int kTile = 32, kRows = 8;
__global__ void transposeSwizzled(const float *in, float *out, int width, int height) {
  __shared__ float tile[kTile * kTile];
  auto place = [](int row, int column) { return row * kTile + (column ^ row); };
  int x = blockIdx.x * kTile + threadIdx.x, y = blockIdx.y * kTile + threadIdx.y;
  for (int j = 0; j < kTile; j += kRows)
    tile[place(threadIdx.y + j, threadIdx.x)] = in[(y + j) * width + x];
  __syncthreads();
  x = blockIdx.y * kTile + threadIdx.x, y = blockIdx.x * kTile + threadIdx.y;
  for (int j = 0; j < kTile; j += kRows)
    out[(y + j) * height + x] = tile[place(threadIdx.x, threadIdx.y + j)];
}
