// Three-by-three convolution over channels, as in a network.
// launch convolution_2d<3> grid 2,2,4 block 8,8
// in float x[2*16*16] uniform -1 1
// in float w[4*2*3*3] uniform -1 1
// out float y[4*14*14]
// int channels = 2
// int size = 16
// expect y = conv2d(x, w, 2, 4, 16, 3) within 1e-4
template <int R>
__global__ void convolution_2d(
    const float *x, const float *w, float *y, int channels, int size) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x;
  const int row = blockIdx.y * blockDim.y + threadIdx.y;
  const int outChannel = blockIdx.z;
  const int outSize = size - R + 1;
  if (row >= outSize || column >= outSize) return;
  float sum = 0.0f;
  for (int c = 0; c < channels; ++c)
#pragma unroll
    for (int i = 0; i < R; ++i)
#pragma unroll
      for (int j = 0; j < R; ++j)
        sum += x[(c * size + row + i) * size + column + j] * w[((outChannel * channels + c) * R + i) * R + j];
  y[(outChannel * outSize + row) * outSize + column] = sum;
}
template __global__ void convolution_2d<3>(const float *, const float *, float *, int, int);
