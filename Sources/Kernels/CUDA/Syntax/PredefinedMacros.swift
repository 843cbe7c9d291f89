/// The macros that are there before the first line.
///
/// Numbers of `<cfloat>`, `<climits>`, `<cstdint>`, `<cmath>` and CUDA's `math_constants.h` are
/// always defined: sources use them with and without the header, and a program may define its own.
enum PredefinedMacros {
  /// The macros by name, `__CUDA_ARCH__` aside.
  static let all: [String: Macro] = {
    var preprocessor = Preprocessor(options: SyntaxOptions())
    preprocessor.files = [SourceFile(name: "<predefined>", text: "")]
    let text = compiler + limits + mathematics + constants + functions
    preprocessor.read(text, file: 0, isPredefined: true)
    for (name, special) in [
      ("__LINE__", Macro.Special.line), ("__FILE__", .file), ("__COUNTER__", .counter),
    ] {
      preprocessor.macros[name] = Macro(name: name, special: special, isPredefined: true)
    }
    return preprocessor.macros
  }()

  private static let compiler = """
    #define __CUDACC__ 1
    #define __NVCC__ 1
    #define __CUDACC_VER_MAJOR__ 12
    #define __CUDACC_VER_MINOR__ 8
    #define CUDA_VERSION 12080
    #define CUDART_VERSION 12080
    #define __CUDA_RUNTIME_H__ 1
    #define __cplusplus 201703L
    #define __STDC__ 1
    #define __GNUC__ 12
    #define __GNUC_MINOR__ 2
    #define __x86_64__ 1
    #define __linux__ 1
    #define __LP64__ 1
    #define __CHAR_BIT__ 8
    #define __ORRERY__ 1
    #define NULL 0

    """

  private static let limits = """
    #define CHAR_BIT 8
    #define SCHAR_MIN (-128)
    #define SCHAR_MAX 127
    #define UCHAR_MAX 255
    #define CHAR_MIN (-128)
    #define CHAR_MAX 127
    #define SHRT_MIN (-32768)
    #define SHRT_MAX 32767
    #define USHRT_MAX 65535
    #define INT_MIN (-2147483647 - 1)
    #define INT_MAX 2147483647
    #define UINT_MAX 4294967295U
    #define LONG_MIN (-9223372036854775807L - 1L)
    #define LONG_MAX 9223372036854775807L
    #define ULONG_MAX 18446744073709551615UL
    #define LLONG_MIN (-9223372036854775807LL - 1LL)
    #define LLONG_MAX 9223372036854775807LL
    #define ULLONG_MAX 18446744073709551615ULL
    #define INT8_MIN (-128)
    #define INT16_MIN (-32768)
    #define INT32_MIN (-2147483647 - 1)
    #define INT64_MIN (-9223372036854775807L - 1)
    #define INT8_MAX 127
    #define INT16_MAX 32767
    #define INT32_MAX 2147483647
    #define INT64_MAX 9223372036854775807L
    #define UINT8_MAX 255
    #define UINT16_MAX 65535
    #define UINT32_MAX 4294967295U
    #define UINT64_MAX 18446744073709551615UL
    #define SIZE_MAX 18446744073709551615UL
    #define RAND_MAX 2147483647
    #define FLT_RADIX 2
    #define FLT_DIG 6
    #define FLT_MANT_DIG 24
    #define FLT_MAX_EXP 128
    #define FLT_MIN_EXP (-125)
    #define FLT_MAX 3.40282346638528859811704183484516925e+38F
    #define FLT_MIN 1.17549435082228750796873653722224568e-38F
    #define FLT_EPSILON 1.19209289550781250000000000000000000e-7F
    #define FLT_TRUE_MIN 1.40129846432481707092372958328991613e-45F
    #define DBL_DIG 15
    #define DBL_MANT_DIG 53
    #define DBL_MAX_EXP 1024
    #define DBL_MIN_EXP (-1021)
    #define DBL_MAX 1.79769313486231570814527423731704357e+308
    #define DBL_MIN 2.22507385850720138309023271733240406e-308
    #define DBL_EPSILON 2.22044604925031308084726333618164062e-16

    """

  private static let mathematics = """
    #define M_E 2.7182818284590452354
    #define M_LOG2E 1.4426950408889634074
    #define M_LOG10E 0.43429448190325182765
    #define M_LN2 0.69314718055994530942
    #define M_LN10 2.30258509299404568402
    #define M_PI 3.14159265358979323846
    #define M_PI_2 1.57079632679489661923
    #define M_PI_4 0.78539816339744830962
    #define M_1_PI 0.31830988618379067154
    #define M_2_PI 0.63661977236758134308
    #define M_2_SQRTPI 1.12837916709551257390
    #define M_SQRT2 1.41421356237309504880
    #define M_SQRT1_2 0.70710678118654752440
    #define INFINITY (1e9999F)
    #define HUGE_VALF (1e9999F)
    #define HUGE_VAL (1e9999)
    #define NAN __int_as_float(0x7fffffff)

    """

  private static let constants = """
    #define CUDART_INF_F __int_as_float(0x7f800000)
    #define CUDART_NAN_F __int_as_float(0x7fffffff)
    #define CUDART_MIN_DENORM_F __int_as_float(0x00000001)
    #define CUDART_MAX_NORMAL_F __int_as_float(0x7f7fffff)
    #define CUDART_NEG_ZERO_F __int_as_float(0x80000000)
    #define CUDART_ZERO_F 0.0F
    #define CUDART_ONE_F 1.0F
    #define CUDART_SQRT_HALF_F 0.707106781F
    #define CUDART_SQRT_TWO_F 1.414213562F
    #define CUDART_THIRD_F 0.333333333F
    #define CUDART_PIO4_F 0.785398163F
    #define CUDART_PIO2_F 1.570796327F
    #define CUDART_3PIO4_F 2.356194490F
    #define CUDART_2_OVER_PI_F 0.636619772F
    #define CUDART_SQRT_2_OVER_PI_F 0.797884561F
    #define CUDART_PI_F 3.141592654F
    #define CUDART_L2E_F 1.442695041F
    #define CUDART_L2T_F 3.321928094F
    #define CUDART_LG2_F 0.301029996F
    #define CUDART_LGE_F 0.434294482F
    #define CUDART_LN2_F 0.693147181F
    #define CUDART_LNT_F 2.302585093F
    #define CUDART_LNPI_F 1.144729886F
    #define CUDART_TWO_TO_23_F 8388608.0F
    #define CUDART_TWO_TO_24_F 16777216.0F
    #define CUDART_INF __longlong_as_double(0x7ff0000000000000ULL)
    #define CUDART_NAN __longlong_as_double(0xfff8000000000000ULL)
    #define CUDART_NEG_ZERO __longlong_as_double(0x8000000000000000ULL)
    #define CUDART_MIN_DENORM __longlong_as_double(0x0000000000000001ULL)
    #define CUDART_ZERO 0.0
    #define CUDART_ONE 1.0
    #define CUDART_SQRT_TWO 1.4142135623730951e+0
    #define CUDART_SQRT_HALF 7.0710678118654757e-1
    #define CUDART_THIRD 3.3333333333333333e-1
    #define CUDART_PI 3.1415926535897931e+0
    #define CUDART_PIO2 1.5707963267948966e+0
    #define CUDART_PIO4 7.8539816339744828e-1
    #define CUDART_2_OVER_PI 6.3661977236758138e-1
    #define CUDART_L2E 1.4426950408889634e+0
    #define CUDART_LN2 6.9314718055994529e-1

    """

  /// `__assert_fail` is given the text of the condition, the file and the line.
  private static let functions = """
    #define assert(...) ((__VA_ARGS__) ? (void)0 : __assert_fail(#__VA_ARGS__, __FILE__, __LINE__))
    #define offsetof(type, member) __builtin_offsetof(type, member)
    #define UINT64_C(c) c##UL
    #define INT64_C(c) c##L
    #define UINT32_C(c) c##U
    #define INT32_C(c) c

    """
}

/// System headers that may be included; what they declare is known anyway.
enum KnownHeaders {
  /// True of a header of CUDA, of C or of C++.
  static func contains(_ name: String) -> Bool {
    let tail = name.split(separator: "/").last.map(String.init) ?? name
    return names.contains(name) || names.contains(tail)
      || ["cooperative_groups/", "cuda/", "cub/", "thrust/", "nv/", "sys/"].contains {
        name.hasPrefix($0)
      }
  }

  private static let names = Set(
    """
    cuda.h cuda_runtime.h cuda_runtime_api.h cuda_fp16.h cuda_fp16.hpp cuda_bf16.h cuda_bf16.hpp
    cuda_fp8.h cuda_texture_types.h cuda_pipeline.h cuda_pipeline_primitives.h
    cuda_device_runtime_api.h cuda_profiler_api.h cuda_awbarrier.h cooperative_groups.h mma.h
    math_constants.h math_functions.h device_launch_parameters.h device_functions.h
    device_atomic_functions.h sm_60_atomic_functions.h sm_61_intrinsics.h vector_types.h
    vector_functions.h texture_fetch_functions.h texture_indirect_functions.h texture_types.h
    surface_functions.h surface_types.h channel_descriptor.h driver_types.h builtin_types.h
    host_defines.h cuComplex.h curand.h curand_kernel.h cublas_v2.h cublas.h cublasLt.h cufft.h
    cusparse.h cudnn.h nvToolsExt.h nvrtc.h nccl.h library_types.h driver_functions.h
    helper_cuda.h helper_functions.h helper_math.h helper_string.h helper_timer.h helper_image.h
    assert.h ctype.h errno.h fcntl.h float.h fenv.h inttypes.h limits.h locale.h malloc.h math.h
    memory.h omp.h mpi.h pthread.h signal.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdio.h
    stdlib.h string.h strings.h time.h unistd.h wchar.h getopt.h dirent.h libgen.h
    algorithm any array atomic bitset cassert ccomplex cctype cerrno cfenv cfloat charconv chrono
    cinttypes climits clocale cmath codecvt complex condition_variable csetjmp csignal cstdarg
    cstdbool cstddef cstdint cstdio cstdlib cstring ctime cwchar deque exception filesystem
    forward_list fstream functional future initializer_list iomanip ios iosfwd iostream istream
    iterator limits list locale map memory mutex new numeric optional ostream queue random ratio
    regex set shared_mutex span sstream stack stdexcept streambuf string string_view strstream
    system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility
    valarray variant vector bit concepts numbers ranges version
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
