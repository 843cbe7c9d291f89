// generated table by scripts/fit-engines

extension FittedEngine {
  static let vllm = FittedEngine(
    request: 15.324, launch: 32.665,
    rows: [
      "B200-SXM-180GB":
        Row(host: 0.051, kernel: 1.0, decode: 0.819, expert: 0.887, collective: 1.127),
      "B300":
        Row(host: 1.158, kernel: 1.0, decode: 0.819, expert: 1.0, collective: 1.0),
      "H100-SXM5-80GB":
        Row(host: 1.66, kernel: 1.0, decode: 1.0, expert: 1.0, collective: 1.0),
      "H200-SXM5-141GB":
        Row(host: 0.118, kernel: 1.0, decode: 1.0, expert: 1.323, collective: 1.0),
    ],
    otherwise: Row(host: 0.329, kernel: 1.0, decode: 0.905, expert: 1.041, collective: 1.03))
  static let sglang = FittedEngine(
    request: 165.577, launch: 4.0,
    rows: [
      "B200-SXM-180GB":
        Row(host: 0.051, kernel: 0.923, decode: 1.0, expert: 1.0, collective: 1.0),
      "B300":
        Row(host: 0.051, kernel: 0.923, decode: 1.0, expert: 1.0, collective: 1.0),
      "H100-SXM5-80GB":
        Row(host: 0.911, kernel: 1.0, decode: 1.083, expert: 1.0, collective: 1.0),
      "H200-SXM5-141GB":
        Row(host: 1.472, kernel: 1.221, decode: 1.221, expert: 0.819, collective: 1.0),
    ],
    otherwise: Row(host: 0.243, kernel: 1.01, decode: 1.073, expert: 0.951, collective: 1.0))
  static let tensorRTLLM017 = FittedEngine(
    request: 0.0, launch: 4.0,
    rows: [
      "A100-SXM4-80GB":
        Row(host: 0.349, kernel: 1.083, decode: 0.67, expert: 0.923, collective: 1.271),
      "GH200":
        Row(host: 0.349, kernel: 1.0, decode: 1.0, expert: 0.887, collective: 1.0),
      "H100-SXM5-80GB":
        Row(host: 0.051, kernel: 0.923, decode: 1.083, expert: 0.819, collective: 1.221),
      "H200-SXM5-141GB":
        Row(host: 0.349, kernel: 1.0, decode: 1.083, expert: 0.726, collective: 1.0),
      "L40S":
        Row(host: 1.158, kernel: 0.887, decode: 1.083, expert: 0.819, collective: 1.0),
    ],
    otherwise: Row(host: 0.302, kernel: 0.976, decode: 0.969, expert: 0.832, collective: 1.092))
  static let tensorRTLLM10 = FittedEngine(
    request: 0.0, launch: 4.0,
    rows: [
      "B200-SXM-180GB":
        Row(host: 5.512, kernel: 0.923, decode: 1.323, expert: 1.083, collective: 0.852),
      "H100-SXM5-80GB":
        Row(host: 3.41, kernel: 1.0, decode: 1.0, expert: 1.323, collective: 1.0),
      "H200-SXM5-141GB":
        Row(host: 0.5, kernel: 1.0, decode: 1.0, expert: 1.323, collective: 1.377),
      "RTX-PRO-6000":
        Row(host: 0.349, kernel: 1.083, decode: 1.083, expert: 0.67, collective: 0.756),
    ],
    otherwise: Row(host: 1.346, kernel: 1.0, decode: 1.094, expert: 1.062, collective: 0.97))
  static let tensorRTLLM12 = FittedEngine(
    request: 40.831, launch: 4.0,
    rows: [
      "B200-SXM-180GB":
        Row(host: 0.051, kernel: 0.819, decode: 1.377, expert: 0.819, collective: 1.0),
      "H100-SXM5-80GB":
        Row(host: 0.911, kernel: 1.083, decode: 1.0, expert: 0.852, collective: 1.0),
      "H200-SXM5-141GB":
        Row(host: 1.472, kernel: 0.819, decode: 1.041, expert: 1.0, collective: 0.787),
    ],
    otherwise: Row(host: 0.409, kernel: 0.899, decode: 1.127, expert: 0.887, collective: 0.923))
}
