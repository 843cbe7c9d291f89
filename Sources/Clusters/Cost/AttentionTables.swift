import Base

/// Times of a layer's linear operators, one row per 8 tokens.
struct TokenTable: Sendable {
  let qkv, output, rope, up, down, activation, firstNorm, secondNorm, add: [Double]
  /// Empty where the table has no such column.
  let allReduce, sendReceive: [Double]

  var count: Int { qkv.count }

  /// The operators that run once per layer, by the names of the columns.
  var linear: [(name: String, values: [Double])] {
    [
      ("input_layernorm", firstNorm), ("attn_pre_proj", qkv), ("attn_rope", rope),
      ("attn_post_proj", output), ("post_attention_layernorm", secondNorm), ("mlp_up_proj", up),
      ("mlp_act", activation), ("mlp_down_proj", down), ("add", add),
    ]
  }

  init(path: String) throws(Problem) {
    let table = try CSVTable(path: path)
    let tokens = try table.numbers("num_tokens")
    guard !tokens.isEmpty else { throw Problem("\(path) has no rows") }
    for (index, count) in tokens.enumerated() where count != Double((index + 1) * 8) {
      throw Problem(
        "\(path): row \(index + 1) is for \(count) tokens, expected \((index + 1) * 8)")
    }
    qkv = try table.numbers("attn_pre_proj")
    output = try table.numbers("attn_post_proj")
    rope = try table.numbers("attn_rope")
    up = try table.numbers("mlp_up_proj")
    down = try table.numbers("mlp_down_proj")
    activation = try table.numbers("mlp_act")
    firstNorm = try table.numbers("input_layernorm")
    secondNorm = try table.numbers("post_attention_layernorm")
    add = try table.numbers("add")
    allReduce = table.has("all_reduce") ? try table.numbers("all_reduce") : []
    sendReceive = table.has("send_recv") ? try table.numbers("send_recv") : []
  }
}

/// Times of decode attention by the number of sequences and their mean context.
struct DecodeTable: Sendable {
  private let values: [Double]
  private let width: Int
  private let largest: Int

  /// Reads run-length rows: a value holds from its context to that of the next row of the same batch.
  init(path: String) throws(Problem) {
    let table = try CSVTable(path: path)
    let runs = try RunTable(
      keys: table.numbers("batch_size"), froms: table.numbers("kv_from"),
      values: table.numbers("ms"), path: path)
    let froms = runs.froms
    guard froms.allSatisfy({ $0 % 64 == 0 }), let last = froms.max(), last < 1 << 24 else {
      throw Problem("\(path): every kv_from must be a multiple of 64 below 2^24")
    }
    guard runs.keys == Array(1...runs.keys.count) else {
      throw Problem("\(path): batch sizes must be 1, 2, 3, …")
    }
    width = last / 64 + 1
    largest = runs.keys.count
    var values: [Double] = []
    values.reserveCapacity(width * largest)
    for key in 0..<largest {
      for column in 0..<width { values.append(runs.value(row: key, at: column * 64)) }
    }
    self.values = values
  }

  /// A value beyond the table is the one at its edge.
  func milliseconds(batch: Int, context: Int) -> Double {
    let column = min((context + 63) >> 6, width - 1)
    return values[(min(batch, largest) - 1) * width + column]
  }
}

/// Times of prefill attention by context and chunk.
struct PrefillTable: Sendable {
  private let runs: RunTable

  /// Reads run-length rows: a value holds from its chunk to that of the next row of the same context.
  init(path: String) throws(Problem) {
    let table = try CSVTable(path: path)
    runs = try RunTable(
      keys: table.numbers("kv"), froms: table.numbers("chunk_from"), values: table.numbers("ms"),
      path: path)
    for (index, key) in runs.keys.enumerated() where key != index * 64 {
      throw Problem("\(path): contexts must be 0, 64, 128, …, got \(key)")
    }
  }

  func milliseconds(context: Int, chunk: Int) -> Double {
    runs.value(row: min(context / 64, runs.keys.count - 1), at: chunk)
  }
}

/// Values that hold over ranges, row by row.
struct RunTable: Sendable {
  /// The keys of the rows.
  let keys: [Int]
  /// Where each run begins, row after row.
  let froms: [Int]
  private let starts: [Int]
  private let values: [Double]

  init(keys all: [Double], froms: [Double], values: [Double], path: String) throws(Problem) {
    var (keys, starts): ([Int], [Int]) = ([], [])
    var whole: [Int] = []
    whole.reserveCapacity(froms.count)
    for index in all.indices {
      guard let key = Int(exactly: all[index]), let from = Int(exactly: froms[index]), from >= 0
      else { throw Problem("\(path): row \(index + 1) has keys that are not whole") }
      if keys.last != key {
        if let last = keys.last, last > key {
          throw Problem("\(path): row \(index + 1): keys must ascend")
        }
        keys.append(key)
        starts.append(index)
      } else if let last = whole.last, last >= from {
        throw Problem("\(path): row \(index + 1): runs must ascend")
      }
      whole.append(from)
    }
    guard !keys.isEmpty else { throw Problem("\(path) has no rows") }
    self.keys = keys
    self.froms = whole
    self.starts = starts + [all.count]
    self.values = values
  }

  /// The value at a place; before the first run it is the first.
  func value(row: Int, at place: Int) -> Double {
    var (low, high) = (starts[row], starts[row + 1])
    while high - low > 1 {
      let middle = (low + high) / 2
      if froms[middle] <= place { low = middle } else { high = middle }
    }
    return values[low]
  }
}
