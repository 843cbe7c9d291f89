// Gravity with the precision as a template argument, vector types by traits.
// launch nbody_template<float> grid 1 block 64
// in float pos[64*4] uniform 0 1
// out float acc[64*4]
// int n = 64
// expect acc = gravity(pos, 64) within 1e-3
template <typename T>
struct vec3 {
  typedef float Type;
};
template <>
struct vec3<float> {
  typedef float3 Type;
};
template <>
struct vec3<double> {
  typedef double3 Type;
};
template <typename T>
struct vec4 {
  typedef float Type;
};
template <>
struct vec4<float> {
  typedef float4 Type;
};
template <>
struct vec4<double> {
  typedef double4 Type;
};

template <typename T>
__device__ T rsqrt_T(T x) {
  return rsqrt(x);
}
template <>
__device__ float rsqrt_T<float>(float x) {
  return rsqrtf(x);
}

template <typename T>
__device__ typename vec3<T>::Type interact(
    typename vec3<T>::Type ai, typename vec4<T>::Type bi, typename vec4<T>::Type bj) {
  typename vec3<T>::Type r;
  r.x = bj.x - bi.x, r.y = bj.y - bi.y, r.z = bj.z - bi.z;
  T distSqr = r.x * r.x + r.y * r.y + r.z * r.z;
  distSqr += (T)1e-3;
  T invDist = rsqrt_T(distSqr);
  T s = bj.w * (invDist * invDist * invDist);
  ai.x += r.x * s, ai.y += r.y * s, ai.z += r.z * s;
  return ai;
}

template <typename T>
__global__ void nbody_template(
    const typename vec4<T>::Type *pos, typename vec4<T>::Type *acc, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  typename vec3<T>::Type a = {0, 0, 0};
  for (int j = 0; j < n; j++) a = interact<T>(a, pos[i], pos[j]);
  acc[i].x = a.x, acc[i].y = a.y, acc[i].z = a.z, acc[i].w = 0;
}
template __global__ void nbody_template<float>(const float4 *, float4 *, int);
