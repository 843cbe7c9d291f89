public import Base
import CRaster

extension Figure {
  /// The figure as PNG, drawn by librsvg, which is opened at the first picture.
  ///
  /// PNG cannot follow the reader's preference: `.automatic` is drawn light.
  /// - Parameters:
  ///   - theme: the ground to draw for
  ///   - scale: pixels of the picture for each pixel of the figure
  /// - Returns: the bytes of the file
  /// - Throws: a problem that says what to install when librsvg is missing
  public func png(theme: Theme = .light, scale: Double = 2) throws(Problem) -> [UInt8] {
    try Raster.png(fromSVG: svg(theme: theme == .dark ? .dark : .light), scale: scale)
  }
}

/// Pictures of pixels from SVG.
public enum Raster {
  /// Draws any SVG text as PNG; prefers no colour scheme.
  public static func png(fromSVG svg: String, scale: Double = 2) throws(Problem) -> [UInt8] {
    guard scale > 0, scale <= 100 else {
      throw Problem("the scale of a PNG is \(scale)", fix: "take a number from 0.1 to 100")
    }
    var svg = svg
    let collected = Collected()
    var message = [CChar](repeating: 0, count: 512)
    let status = svg.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) { bytes in
        // The sink gets the object unretained: it lives until the call is over.
        orrery_raster_png(
          bytes.baseAddress, bytes.count, scale, collect,
          Unmanaged.passUnretained(collected).toOpaque(), &message, message.count)
      }
    }
    let text = String(
      decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    switch status {
    case orrery_raster_ok: return collected.bytes
    case orrery_raster_no_library:
      throw Problem(
        "PNG needs librsvg, which is not installed (\(text))",
        fix: "apt-get install librsvg2-2 fonts-noto-cjk, or save as .svg", kind: .missing)
    case orrery_raster_bad_svg: throw Problem("librsvg cannot read the SVG (\(text))")
    default: throw Problem("the PNG cannot be drawn (\(text))", fix: "take a smaller scale")
    }
  }

  private final class Collected { var bytes: [UInt8] = [] }

  private static let collect:
    @Sendable @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32
    ) -> Int32 = { context, bytes, count in
      guard let context, let bytes else { return 1 }
      let collected = Unmanaged<Collected>.fromOpaque(context).takeUnretainedValue()
      collected.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
      return 0
    }
}
