import Base
import Devices

/// One measured figure: a kernel of a public benchmark on a device.
struct MeasuredRow {
  let id: String
  let suite: String
  let kernel: String
  /// The device's name as the source writes it.
  let deviceName: String
  let size: String
  let metric: String
  let value: Double
  let blockThreads: Int?
  let residentBlocks: Int?
  let number: Int?

  init(_ row: JSONValue) throws(Problem) {
    id = try row.text("id")
    suite = try row.text("suite")
    kernel = try row.text("kernel")
    deviceName = row["device"]?.string ?? ""
    size = row["size"]?.string ?? ""
    metric = try row.text("metric")
    guard let value = row["value"]?.double else { throw Problem("\(id) has no value") }
    self.value = value
    blockThreads = row["block"]?.array?.compactMap(\.integer).reduce(1, *)
    residentBlocks = row["blocks_per_sm"]?.integer
    number = row["kernel_no"]?.integer
  }

  /// The device in the catalogue; nil for boards that are not in it.
  var device: Device? {
    let spelled: [String: String] = [
      "A100": "A100-SXM4-80GB", "A100-80GB PCIe/SXM (per file)": "A100-PCIe-80GB",
      "A100-80GB": "A100-SXM4-80GB", "A100-40GB": "A100-SXM4-40GB", "H200": "H200-SXM5-141GB",
      "V100": "V100-PCIe-16GB", "A100 PCIe": "A100-PCIe-40GB",
    ]
    return try? Device.named(spelled[deviceName] ?? deviceName)
  }

  /// The first number in the size, as the 4096 of "4096x4096x4096" or the 64 of "64 kB per block".
  var sizeNumber: Int? {
    Int(size.prefix { $0.isNumber })
  }

  /// The ladder that the row belongs to: kernels of one suite and device whose order is to be right.
  ///
  /// Products of one size are a ladder; latencies of single loads are none.
  var ladder: String? {
    guard metric != "cycles" else { return nil }
    let place = "\(suite.prefix(40)) on \(deviceName)"
    return suite.contains("SGEMM") ? "\(place), \(size)" : place
  }
}
