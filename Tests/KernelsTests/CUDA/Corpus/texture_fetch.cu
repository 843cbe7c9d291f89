// Gathers through a one-dimensional texture object.
// launch texture_fetch grid 1 block 64
// texture table[100] uniform -1 1
// in int index[64] range 0 99
// out float out[64]
// expect out as nvcc
__global__ void texture_fetch(cudaTextureObject_t table, const int *index, float *out) {
  out[threadIdx.x] = tex1Dfetch<float>(table, index[threadIdx.x]);
}
