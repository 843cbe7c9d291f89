/// Pairs of halves.
extension Library {
  /// Functions with names of their own per type.
  static let halfPairs = """
    __device__ __half2 __halves2half2(__half a, __half b) { return make_half2(a, b); }
    __device__ __half2 __half2half2(__half a) { return make_half2(a, a); }
    __device__ __half2 __float2half2_rn(float a) { return make_half2(__float2half(a), __float2half(a)); }
    __device__ __half2 __floats2half2_rn(float a, float b) {
      return make_half2(__float2half(a), __float2half(b));
    }
    __device__ __half2 __float22half2_rn(float2 a) {
      return make_half2(__float2half(a.x), __float2half(a.y));
    }
    __device__ float2 __half22float2(__half2 a) {
      return make_float2(__half2float(a.x), __half2float(a.y));
    }
    __device__ __half __low2half(__half2 a) { return a.x; }
    __device__ __half __high2half(__half2 a) { return a.y; }
    __device__ __half2 __low2half2(__half2 a) { return make_half2(a.x, a.x); }
    __device__ __half2 __high2half2(__half2 a) { return make_half2(a.y, a.y); }
    __device__ __half2 __lowhigh2highlow(__half2 a) { return make_half2(a.y, a.x); }
    __device__ __half2 __lows2half2(__half2 a, __half2 b) { return make_half2(a.x, b.x); }
    __device__ __half2 __highs2half2(__half2 a, __half2 b) { return make_half2(a.y, b.y); }
    __device__ __nv_bfloat162 __halves2bfloat162(__nv_bfloat16 a, __nv_bfloat16 b) {
      return make_bfloat162(a, b);
    }
    __device__ __nv_bfloat162 __bfloat162bfloat162(__nv_bfloat16 a) { return make_bfloat162(a, a); }
    __device__ __nv_bfloat162 __float2bfloat162_rn(float a) {
      return make_bfloat162(__float2bfloat16(a), __float2bfloat16(a));
    }
    __device__ __nv_bfloat162 __floats2bfloat162_rn(float a, float b) {
      return make_bfloat162(__float2bfloat16(a), __float2bfloat16(b));
    }
    __device__ __nv_bfloat162 __float22bfloat162_rn(float2 a) {
      return make_bfloat162(__float2bfloat16(a.x), __float2bfloat16(a.y));
    }
    __device__ float2 __bfloat1622float2(__nv_bfloat162 a) {
      return make_float2(__bfloat162float(a.x), __bfloat162float(a.y));
    }
    __device__ __nv_bfloat16 __low2bfloat16(__nv_bfloat162 a) { return a.x; }
    __device__ __nv_bfloat16 __high2bfloat16(__nv_bfloat162 a) { return a.y; }
    """

  /// What both kinds of pairs have alike.
  static func pairs(of one: String, _ pair: String, isHalf: Bool) -> String {
    let make = isHalf ? "make_half2" : "make_bfloat162"
    var text = """
      __device__ float __low2float(\(pair) a) { return (float)a.x; }
      __device__ float __high2float(\(pair) a) { return (float)a.y; }
      __device__ \(pair) __hfma2(\(pair) a, \(pair) b, \(pair) c) {
        return \(make)(__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y));
      }
      __device__ \(pair) __hfma2_relu(\(pair) a, \(pair) b, \(pair) c) {
        return \(make)(__hfma_relu(a.x, b.x, c.x), __hfma_relu(a.y, b.y, c.y));
      }
      __device__ \(pair) __hneg2(\(pair) a) { return \(make)(-a.x, -a.y); }
      __device__ \(pair) __habs2(\(pair) a) { return \(make)(__habs(a.x), __habs(a.y)); }
      __device__ \(pair) operator-(\(pair) a) { return \(make)(-a.x, -a.y); }

      """
    for (name, inner) in [
      ("__hadd2", "__hadd"), ("__hsub2", "__hsub"), ("__hmul2", "__hmul"), ("__h2div", "__hdiv"),
      ("__hmax2", "__hmax"), ("__hmin2", "__hmin"), ("__hadd2_rn", "__hadd"),
      ("__hsub2_rn", "__hsub"), ("__hmul2_rn", "__hmul"),
    ] {
      text += """
        __device__ \(pair) \(name)(\(pair) a, \(pair) b) {
          return \(make)(\(inner)(a.x, b.x), \(inner)(a.y, b.y));
        }

        """
    }
    for op in ["+", "-", "*", "/"] {
      text += """
        __device__ \(pair) operator\(op)(\(pair) a, \(pair) b) {
          return \(make)(a.x \(op) b.x, a.y \(op) b.y);
        }
        __device__ \(pair) &operator\(op)=(\(pair) &a, \(pair) b) {
          a.x = a.x \(op) b.x; a.y = a.y \(op) b.y; return a;
        }

        """
    }
    for name in [
      "exp", "exp2", "exp10", "log", "log2", "log10", "sqrt", "rsqrt", "rcp", "sin", "cos", "floor",
      "ceil", "rint", "trunc", "tanh",
    ] {
      text +=
        "__device__ \(pair) h2\(name)(\(pair) a) { return \(make)(h\(name)(a.x), h\(name)(a.y)); }\n"
    }
    for name in ["eq", "ne", "lt", "le", "gt", "ge"] {
      text += """
        __device__ \(pair) __h\(name)2(\(pair) a, \(pair) b) {
          return \(make)(__h\(name)(a.x, b.x) ? (\(one))1.0f : (\(one))0.0f,
                         __h\(name)(a.y, b.y) ? (\(one))1.0f : (\(one))0.0f);
        }
        __device__ bool __hb\(name)2(\(pair) a, \(pair) b) {
          return __h\(name)(a.x, b.x) && __h\(name)(a.y, b.y);
        }

        """
    }
    return text
  }
}
