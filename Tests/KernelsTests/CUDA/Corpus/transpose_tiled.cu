// Transpose through a padded tile, four rows for each thread.
// launch transpose_tiled grid 2,2 block 32,8
// in float in[64*64] uniform -1 1
// out float out[64*64]
// expect out = transpose(in, 64, 64)
const int TILE_DIM = 32;
const int BLOCK_ROWS = 8;

__global__ void transpose_tiled(const float *idata, float *odata);

__global__ void transpose_tiled(const float *idata, float *odata) {
  __shared__ float tile[TILE_DIM][TILE_DIM + 1];
  int x = blockIdx.x * TILE_DIM + threadIdx.x;
  int y = blockIdx.y * TILE_DIM + threadIdx.y;
  int width = gridDim.x * TILE_DIM;
  for (int j = 0; j < TILE_DIM; j += BLOCK_ROWS) tile[threadIdx.y + j][threadIdx.x] = idata[(y + j) * width + x];
  __syncthreads();
  x = blockIdx.y * TILE_DIM + threadIdx.x;
  y = blockIdx.x * TILE_DIM + threadIdx.y;
  for (int j = 0; j < TILE_DIM; j += BLOCK_ROWS) odata[(y + j) * width + x] = tile[threadIdx.x][threadIdx.y + j];
}
