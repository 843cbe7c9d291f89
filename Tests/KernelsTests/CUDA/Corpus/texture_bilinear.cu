// Samples an image between its pixels through a texture object.
// launch texture_bilinear grid 1,1 block 16,16
// texture image[16*16] uniform 0 1
// out float out[16*16]
// int n = 16
// float shift = 0.25
// expect out as nvcc
__global__ void texture_bilinear(cudaTextureObject_t image, float *out, int n, float shift) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < n && y < n) out[y * n + x] = tex2D<float>(image, x + 0.5f + shift, y + 0.5f + shift);
}
