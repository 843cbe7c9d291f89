import Base

/// The pixels of a PNG file, for comparing pictures that two encoders wrote.
///
/// Reads what the format calls non-interlaced images of 8 or 16 bits; other files give nothing, and
/// are compared by their bytes.
struct PNGImage: Equatable {
  private(set) var width = 0
  private(set) var height = 0
  /// Colour type and depth as the file names them.
  private(set) var form: [UInt8] = []
  private var palette: [UInt8] = []
  private(set) var samples: [UInt8] = []

  /// The largest picture that is decoded, in bytes of samples.
  static let sizeLimit = 1 << 28

  init?(decoding bytes: [UInt8]) {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
    var packed: [UInt8] = []
    var position = 8
    while position + 12 <= bytes.count {
      let length = PNGImage.word(bytes, position)
      let body = position + 8
      guard length <= bytes.count - body - 4 else { return nil }
      switch String(decoding: bytes[(position + 4)..<body], as: UTF8.self) {
      case "IHDR" where length == 13: guard takeHeader(bytes, body) else { return nil }
      case "PLTE": palette = Array(bytes[body..<(body + length)])
      case "IDAT": packed += bytes[body..<(body + length)]
      default: break
      }
      position = body + length + 4
    }
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
    guard form.count == 2, let count = channels[Int(form[1])], width > 0, height > 0 else {
      return nil
    }
    let pixelBytes = count * Int(form[0]) / 8
    let rowBytes = width * pixelBytes
    guard width < 1 << 20, height < 1 << 20, (rowBytes + 1) * height <= PNGImage.sizeLimit,
      packed.count > 2,
      let raw = Deflate.unpack(Array(packed), .zlib, limitBytes: (rowBytes + 1) * height),
      raw.count == (rowBytes + 1) * height
    else { return nil }
    guard unfilter(raw, rowBytes: rowBytes, pixelBytes: pixelBytes) else { return nil }
  }

  private mutating func takeHeader(_ bytes: [UInt8], _ at: Int) -> Bool {
    width = PNGImage.word(bytes, at)
    height = PNGImage.word(bytes, at + 4)
    form = [bytes[at + 8], bytes[at + 9]]
    return (form[0] == 8 || form[0] == 16) && bytes[at + 12] == 0
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> Int {
    bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
  }

  /// Undoes the prediction of each row from its neighbours.
  private mutating func unfilter(_ raw: [UInt8], rowBytes: Int, pixelBytes: Int) -> Bool {
    var above = [UInt8](repeating: 0, count: rowBytes)
    samples.reserveCapacity(rowBytes * height)
    for row in 0..<height {
      let start = row * (rowBytes + 1)
      var line = Array(raw[(start + 1)..<(start + 1 + rowBytes)])
      for index in 0..<rowBytes {
        let left = index >= pixelBytes ? line[index - pixelBytes] : 0
        let corner = index >= pixelBytes ? above[index - pixelBytes] : 0
        switch raw[start] {
        case 0: break
        case 1: line[index] &+= left
        case 2: line[index] &+= above[index]
        case 3: line[index] &+= UInt8((Int(left) + Int(above[index])) / 2)
        case 4: line[index] &+= PNGImage.nearest(left, above[index], corner)
        default: return false
        }
      }
      samples += line
      above = line
    }
    return true
  }

  // The Paeth predictor of the PNG specification, section 9.4.
  private static func nearest(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    let estimate = Int(left) + Int(above) - Int(corner)
    let distances = [left, above, corner].map { abs(estimate - Int($0)) }
    if distances[0] <= distances[1], distances[0] <= distances[2] { return left }
    return distances[1] <= distances[2] ? above : corner
  }
}
