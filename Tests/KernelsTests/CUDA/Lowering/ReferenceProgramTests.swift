import Base
import Kernels
import TestSupport
import Testing

@Suite struct ReferenceProgramTests {
  private func programs(_ file: String, _ list: String) throws -> [JSONValue] {
    let bytes = try FileIO.read("\(ReferenceFolder.path ?? "")/gpu/\(file)")
    let programs = try JSONValue(parsing: bytes)[list]?.array ?? []
    #expect(!programs.isEmpty)
    return programs
  }

  private func extent(_ value: JSONValue?) -> Extent {
    let sizes = value?.array?.compactMap(\.integer) ?? []
    return sizes.count == 3 ? Extent(sizes[0], sizes[1], sizes[2]) : Extent(1)
  }

  @Test(
    "every program of the reference gives the outputs that it states",
    .enabled(if: ReferenceFolder.path != nil, "ORRERY_REFERENCE is not there"))
  func functional() throws {
    for test in try programs("functional.json", "tests") {
      let name = test["name"]?.string ?? "?"
      let source = try CUDASource(test["source"]?.string ?? "", name: name)
      let kernel = try source.kernel(test["kernel"]?.string ?? "")
      let memory = DeviceMemory()
      let module = try KernelModule(tables: source.tables, programs: [kernel], memory: memory)
      for (symbol, value) in test["constants"]?.object.map(Array.init) ?? [] {
        try module.setSymbol(symbol, bytes(value))
      }
      var (arguments, buffers): ([LaunchArgument], [String: DeviceBuffer]) = ([], [:])
      for argument in test["args"]?.array ?? [] {
        if argument["kind"]?.string == "scalar" {
          arguments.append(.number(argument["value"]?.double ?? 0))
          continue
        }
        guard let count = argument["count"]?.integer else { continue }
        let buffer = try memory.allocate(bytes: count * 4)
        try memory.write(bytes(argument), to: buffer.address)
        buffers[argument["name"]?.string ?? ""] = buffer
        arguments.append(.buffer(buffer))
      }
      // A functor that no argument is given for holds nothing.
      for parameter in kernel.parameters.dropFirst(arguments.count) {
        arguments.append(.bytes([UInt8](repeating: 0, count: parameter.bytes)))
      }
      let result = try module.launch(
        kernel.name, grid: extent(test["grid"]), block: extent(test["block"]),
        sharedBytes: test["shared_bytes"]?.integer ?? 0, arguments: arguments)
      #expect(result.fault == nil, "\(name): \(result.fault?.message ?? "")")
      for (output, value) in test["expected"]?.object.map(Array.init) ?? [] {
        let buffer = try #require(buffers[output])
        let got = numbers(try memory.read(buffer.address, bytes: buffer.bytes), like: value)
        let tolerance = test["tolerance"]?.double ?? 0
        for (x, y) in zip(got, value["data"]?.array?.compactMap(\.double) ?? []) {
          guard abs(x - y) > tolerance * (1 + abs(y)) else { continue }
          Issue.record("\(name): \(output) has \(x), \(y) is expected")
          break
        }
      }
    }
  }

  private func isWhole(_ value: JSONValue) -> Bool { value["dtype"]?.string == "int32" }

  private func bytes(_ value: JSONValue) -> [UInt8] {
    let numbers = value["data"]?.array?.compactMap(\.double) ?? []
    return numbers.flatMap { number in
      let bits = isWhole(value) ? UInt32(bitPattern: Int32(number)) : Float(number).bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
    }
  }

  private func numbers(_ bytes: [UInt8], like value: JSONValue) -> [Double] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
      return isWhole(value) ? Double(Int32(bitPattern: bits)) : Double(Float(bitPattern: bits))
    }
  }

  @Test(
    "every kernel of the reference is counted exactly",
    .enabled(if: ReferenceFolder.path != nil, "ORRERY_REFERENCE is not there"))
  func counters() throws {
    for test in try programs("counters.json", "kernels") {
      let name = test["name"]?.string ?? "?"
      let source = try CUDASource(test["source"]?.string ?? "", name: name)
      let memory = DeviceMemory()
      let module = try KernelModule(
        tables: source.tables, programs: [try source.kernel(name)], memory: memory)
      let arguments = try (test["buffers"]?.array ?? []).map { _ in
        LaunchArgument.buffer(try memory.allocate(bytes: 1 << 16))
      }
      let total = try module.launch(
        name, grid: extent(test["grid"]), block: extent(test["block"]), arguments: arguments
      ).counters.total
      let kinds = [
        ("global_load", total.globalLoad), ("global_store", total.globalStore),
        ("shared_load", total.sharedLoad), ("shared_store", total.sharedStore),
      ]
      for (kind, counts) in kinds {
        let expected = test["expected"]?[kind]
        #expect(counts.requests == expected?["requests"]?.integer ?? 0, "\(name) \(kind)")
        #expect(counts.activeLanes == expected?["active_lanes"]?.integer ?? 0, "\(name) \(kind)")
        if let sectors = expected?["sectors"]?.integer {
          #expect(counts.sectors == sectors, "\(name) \(kind)")
        }
        if let wavefronts = expected?["wavefronts"]?.integer {
          #expect(counts.wavefronts == wavefronts, "\(name) \(kind)")
        }
      }
      #expect(
        total.divergentBranches == test["expected"]?["divergent_branches"]?.integer, "\(name)")
    }
  }
}
