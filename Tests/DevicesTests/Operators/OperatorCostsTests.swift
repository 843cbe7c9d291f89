import Base
import Devices
import Testing

@Suite struct OperatorCostsTests {
  private static let devices = Device.catalog.elements.map(\.name)
  private static let lengths = [1, 2, 7, 16, 64, 100, 128, 129, 512, 1000, 2048, 8192]

  private func isTime(_ estimate: OperatorEstimate) -> Bool {
    estimate.seconds.isFinite && estimate.seconds > 0 && estimate.seconds < 100
      && estimate.computeSeconds >= 0 && estimate.memorySeconds >= 0 && estimate.launchSeconds > 0
  }

  @Test("every device has times for every operator", arguments: devices)
  func everyDevice(_ name: String) throws {
    let device = try Device.named(name)
    for backend in OperatorBackend.allCases {
      let costs = OperatorCosts(device, backend: backend)
      for format in NumberFormat.allCases {
        #expect(isTime(costs.gemm(m: 16, n: 4096, k: 4096, format: format)))
        #expect(
          isTime(
            costs.experts(
              tokens: 64,
              shape: ExpertShape(hidden: 4096, intermediate: 1536, experts: 8, chosen: 2),
              format: format)))
      }
      let heads = AttentionHeads(query: 32, keyValue: 8)
      for cache in [NumberFormat.bf16, .fp8] {
        #expect(
          isTime(costs.prefillAttention(PrefillWork(tokens: 512), heads: heads, cache: cache)))
        #expect(
          isTime(costs.decodeAttention(sequences: 8, context: 8e3, heads: heads, cache: cache)))
        #expect(isTime(costs.latentPrefill(PrefillWork(tokens: 512), heads: 16, cache: cache)))
        #expect(
          isTime(costs.latentDecode(sequences: 8, context: 8e3, heads: 16, cache: cache)))
      }
      for kind in StreamKind.allCases { #expect(isTime(costs.elementwise(kind, bytes: 1e6))) }
    }
  }

  @Test("a device taken as new has constants of others", arguments: devices)
  func unmeasured(_ name: String) throws {
    let device = try Device.named(name)
    for backend in OperatorBackend.allCases {
      let costs = OperatorCosts(device, backend: backend, isUnmeasured: true)
      #expect(costs.sources.values.allSatisfy { $0.kind == .derived && $0.device != device.name })
      #expect(isTime(costs.gemm(m: 16, n: 4096, k: 4096, format: .fp4)))
    }
  }

  @Test("experts in narrower formats take less", arguments: [1, 64, 4096, 32_768])
  func narrowExperts(_ tokens: Int) throws {
    let costs = OperatorCosts(try Device.named("B200-SXM-180GB"))
    let shape = ExpertShape(hidden: 7168, intermediate: 2048, experts: 256, chosen: 8)
    let times = [NumberFormat.fp4, .fp8].map {
      costs.experts(tokens: tokens, shape: shape, format: $0).seconds
    }
    #expect(times[0] < times[1])
  }

  @Test("constants name the device they were fitted to", arguments: devices)
  func sources(_ name: String) throws {
    let device = try Device.named(name)
    let fitted = [
      "A100-SXM4-80GB", "H100-SXM5-80GB", "H200-SXM5-141GB", "B200-SXM-180GB", "L40S",
    ]
    let sources = OperatorCosts(device).sources
    let gemm = sources["gemm bf16"]
    #expect((gemm?.kind == .fitted) == fitted.contains(device.name))
    #expect(sources.values.allSatisfy { fitted.contains($0.device) && !$0.source.isEmpty })
  }

  @Test("a matrix product is never faster than its roof", arguments: devices)
  func roof(_ name: String) throws {
    let device = try Device.named(name)
    let costs = OperatorCosts(device)
    let peak = device.peak(.bf16)?.rate.value ?? device.peak(.fp16)?.rate.value ?? .infinity
    for m in Self.lengths {
      for (n, k) in [(1024, 1024), (4096, 14336), (28672, 8192)] {
        let estimate = costs.gemm(m: m, n: n, k: k)
        let operations = 2 * Double(m) * Double(n) * Double(k)
        #expect(estimate.seconds >= operations / peak)
        let bytes = 2 * Double(n) * Double(k)
        #expect(estimate.seconds >= 0.9 * bytes / device.memory.bytesPerSecond.value)
      }
    }
  }

  @Test("more of anything takes no less", arguments: devices)
  func monotone(_ name: String) throws {
    let device = try Device.named(name)
    let costs = OperatorCosts(device)
    // A larger product may fill the device better; shorter sums and other tiles make up to this much.
    let slack = 0.95
    for (n, k) in [(1024, 4096), (4096, 4096), (8192, 28672)] {
      var last = 0.0
      for m in Self.lengths {
        let now = costs.gemm(m: m, n: n, k: k).seconds
        #expect(now >= last * slack, "\(m) x \(n) x \(k)")
        last = max(last, now)
        #expect(costs.gemm(m: m, n: 2 * n, k: k).seconds >= now * slack)
        #expect(costs.gemm(m: m, n: n, k: 2 * k).seconds >= now * slack)
      }
    }
    for heads in [AttentionHeads(query: 8, keyValue: 1), AttentionHeads(query: 32, keyValue: 8)] {
      let more = AttentionHeads(query: 2 * heads.query, keyValue: 2 * heads.keyValue)
      var last = (prefill: 0.0, decode: 0.0)
      for length in Self.lengths {
        let work = PrefillWork(tokens: Double(length))
        let prefill = costs.prefillAttention(work, heads: heads).seconds
        let decode = costs.decodeAttention(
          sequences: 16, context: 16 * Double(length), heads: heads
        ).seconds
        #expect(prefill >= last.prefill && decode >= last.decode * slack)
        #expect(costs.prefillAttention(work, heads: more).seconds >= prefill * slack)
        #expect(
          costs.decodeAttention(sequences: 16, context: 16 * Double(length), heads: more).seconds
            >= decode * slack)
        last = (prefill, decode)
      }
    }
  }

  @Test func `a chunk on a prefix takes what the whole takes beyond the prefix`() throws {
    let costs = OperatorCosts(try Device.named("H100"))
    let heads = AttentionHeads(query: 32, keyValue: 8)
    let whole = costs.prefillAttention(PrefillWork(tokens: 16384), heads: heads)
    let chunks = (0..<8).map {
      costs.prefillAttention(
        PrefillWork(tokens: 2048, prefix: Double($0) * 2048), heads: heads
      ).seconds
    }
    #expect(chunks == chunks.sorted())
    // Each chunk is launched and read anew.
    #expect(chunks.reduce(0, +) > whole.seconds && chunks.reduce(0, +) < 1.5 * whole.seconds)
  }

  @Test func `weights that stay in the cache are read faster`() throws {
    let costs = OperatorCosts(try Device.named("H100"))
    let cold = costs.gemm(m: 1, n: 1024, k: 4096)
    let warm = costs.gemm(m: 1, n: 1024, k: 4096, isWarm: true)
    #expect(warm.memorySeconds < cold.memorySeconds)
    let large = costs.gemm(m: 1, n: 65536, k: 8192)
    #expect(costs.gemm(m: 1, n: 65536, k: 8192, isWarm: true).seconds > 0.99 * large.seconds)
  }

  @Test func `no work takes no time`() throws {
    let costs = OperatorCosts(try Device.named("A100"))
    #expect(costs.gemm(m: 0, n: 8, k: 8) == .nothing)
    #expect(
      costs.prefillAttention(PrefillWork(), heads: AttentionHeads(query: 8, keyValue: 8))
        == .nothing)
    #expect(costs.elementwise(.norm, bytes: 0) == .nothing)
  }

  @Test func `a slice takes its share of the device`() throws {
    let device = try Device.named("A100-SXM4-80GB")
    let slice = device.slice(
      named: "half", profile: "3g.40gb", multiprocessors: 42, memory: Bytes(40 << 30),
      memoryShare: 0.5)
    let whole = OperatorCosts(device)
    let part = OperatorCosts(slice)
    #expect(part.sources["gemm bf16"]?.kind == .fitted)
    let ratio =
      part.gemm(m: 8192, n: 8192, k: 8192).seconds / whole.gemm(m: 8192, n: 8192, k: 8192).seconds
    #expect(abs(ratio - 108.0 / 42) < 0.3)
    let stream =
      part.gemm(m: 1, n: 16384, k: 8192).seconds / whole.gemm(m: 1, n: 16384, k: 8192).seconds
    #expect(abs(stream - 2) < 0.2)
  }
}
