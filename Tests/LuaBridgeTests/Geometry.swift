import Base
import LuaBridge

/// A class, a value type and a module as a binding declares them; the tests share them.
final class Rectangle: CustomStringConvertible {
  let width: Double
  var height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  var description: String { "\(width) by \(height)" }
}

extension Rectangle: LuaExported {
  static let luaName = "geometry.Rectangle"
  static let exported = Exported<Rectangle>("A rectangle.", example: "geometry.rectangle(1, 2)") {
    property("width", "Length of the horizontal side.", unit: .pixels) { $0.width }
    property(
      "height", "Length of the vertical side.", get: { $0.height },
      set: {
        guard $1 >= 0 else { throw Problem("a side cannot be negative, got \($1)") }
        $0.height = $1
      })
    method("scaled", "A copy with both sides multiplied.", .number("factor", range: 0...)) {
      Rectangle(width: $0.width * $1, height: $0.height * $1)
    }
    method(
      "split", "Cuts in two.", .number("share", "width of the left part", range: 0...1),
      .optional(.string("label"))
    ) { rectangle, share, label in
      Several(
        Rectangle(width: rectangle.width * share, height: rectangle.height),
        Rectangle(width: rectangle.width * (1 - share), height: rectangle.height), label)
    }
    method("flatten", "Sets the height to nothing.") { $0.height = 0 }
    method("each_side", "Calls a function with every side.", .function("visit")) {
      rectangle, visit in
      try visit.call([.number(rectangle.width)])
      try visit.call([.number(rectangle.height)])
    }
    method("sides", "Walks over the sides.") { rectangle in
      var rest = [rectangle.width, rectangle.height]
      return LuaIterator { rest.isEmpty ? nil : rest.removeFirst() }
    }
    metamethod(.length, "Number of corners.") { _ in 4 }
    metamethod(.call, "Area times a factor.", .number("factor", default: 1)) {
      $0.width * $0.height * $1
    }
    metamethod(
      .add, "Sum of widths.", left: .value("a", of: Either<Rectangle, Double>.self),
      right: .value("b", of: Either<Rectangle, Double>.self)
    ) { a, b in widthOf(a) + widthOf(b) }
    metamethod(.less, "Compares areas.", left: .value("a"), right: .value("b")) {
      (a: Rectangle, b: Rectangle) in a.width * a.height < b.width * b.height
    }
    rawMethod("wait", "Yields the width.") { rectangle, frame in
      frame.push(rectangle.width)
      return .yield(1)
    }
  }
}

private func widthOf(_ operand: Either<Rectangle, Double>) -> Double {
  switch operand {
  case .first(let rectangle): rectangle.width
  case .second(let number): number
  }
}

/// A value type with any key.
struct Palette: LuaExported {
  var colours: [String: Int] = [:]

  static let luaName = "geometry.Palette"
  static let exported = Exported<Palette>("Named colours.") {
    property("count", "Number of colours.") { $0.colours.count }
    metamethod(.index, "The colour of a name.", .string("name")) { $0.colours[$1] }
    metamethod(.newIndex, "Sets a colour.", .string("name"), .integer("colour")) {
      (palette: Palette, name: String, colour: Int) in
      throw Problem("palettes are mixed elsewhere, not by \(name) = \(colour)")
    }
  }
}

enum Shade: String, LuaChoice { case light, dark, medium }

enum Geometry: LuaDeclarations {
  static let module = LuaModule("geometry", "Shapes in the plane.") {
    constant("tau", "A full turn in radians.", 2 * Double.pi)
    function("rectangle", "Makes a rectangle.", .number("width"), .number("height")) {
      Rectangle(width: $0, height: $1)
    }
    function("palette", "Makes a palette.") { Palette(colours: ["red": 0xff0000]) }
    function(
      "area", "Area of a rectangle.",
      .named(
        .number("width", "one side", range: 0...), .number("height", "the other", default: 1),
        .optional(.string("label")))
    ) { sides in
      let (width, height, _) = sides.values
      return width * height
    }
    function("sum", "Adds numbers.", .rest("numbers", "what to add", of: Double.self)) {
      $0.values.reduce(0, +)
    }
    function("add", "Adds two numbers.", .number("a"), .number("b")) { $0 + $1 }
    function("half", "Half of an even integer.", .integer("n")) { n in
      n % 2 == 0 ? Fallible.success(n / 2) : .failure("\(n) is odd")
    }
    function("shade", "Names a shade.", .choice("shade", of: Shade.self)) { $0.rawValue.count }
    function("mode", "Names a mode.", .choice("mode", among: ["fast", "slow"], default: "fast")) {
      $0
    }
    function("used", "Memory of the state.", .state, .integer("factor", default: 1)) {
      $0.memoryUsed.count * $1
    }
    function("widths", "Widths of rectangles.", .value("rectangles", of: [Rectangle].self)) {
      $0.map(\.width)
    }
    function("fail", "Fails as told.", .string("message")) { message in
      throw Problem(message, fix: "do not call it", kind: .missing)
    }
    function("apply", "Calls a function.", .function("f"), .any("x")) { f, x in
      Spread(try f.call([x]))
    }
    function(
      "seven", "Adds seven integers.", .integer("a"), .integer("b"), .integer("c"), .integer("d"),
      .integer("e"), .integer("f"), .integer("g", default: 7),
      body: { $0 + $1 + $2 + $3 + $4 + $5 + $6 })
    function("echo", "Gives bytes back.", .bytes("bytes")) { $0 }
    callable("Makes a square.", .number("side")) { Rectangle(width: $0, height: $0) }
    Rectangle.exported
    Palette.exported
  }
}
