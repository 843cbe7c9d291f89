import Base
import Clusters
import Serving
import TestSupport
import Testing

/// The folder of reference data, or nothing.
private let reference = ReferenceFolder.path

@Suite struct CostMeasuredRunTests {
  @Test(.enabled(if: reference != nil))
  func `real vLLM runs are repeated from their layers within 4 percent, first tokens within 8`()
    throws
  {
    let folder = (reference ?? "") + "/serving"
    let runs = try MeasuredRun.all(folder: "\(folder)/vllm_measured", layers: "\(folder)/ops")
    #expect(runs.count >= 4)
    for run in runs {
      let cluster = try Cluster(run.options, trace: run.trace)
      cluster.run()
      let report = ClusterReport(cluster)
      let pairs: [(String, Double, [Double], Double)] = [
        ("TTFT", report.ttft.mean, run.times.map(\.ttft), 0.08),
        ("TPOT", report.tpot.mean, run.times.map(\.tpot), 0.04),
        ("E2E", report.e2e.mean, run.times.map(\.e2e), 0.04),
      ]
      for (name, ours, measured, bar) in pairs {
        let mean = Spread(measured).mean
        #expect(abs(ours / mean - 1) <= bar, "\(run.name): \(name) \(ours) s against \(mean) s")
      }
    }
  }
}
