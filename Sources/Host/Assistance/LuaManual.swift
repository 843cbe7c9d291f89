import Base
import LuaBridge

/// Short help on Lua's own functions and words, after the Lua 5.4 reference manual.
enum LuaManual {
  /// Help on a function by the way it prints, as in "<function string.rep, built in>".
  static func text(ofFunction shown: String) -> String? {
    let name = shown.dropFirst("<function ".count).prefix { $0 != "," }
    return line(for: String(name)).map { "\($0.signature)\n\($0.summary)" }
  }

  /// Help on a library: all its functions.
  static func text(of library: String) -> String? {
    let own = entries.filter { $0.name.hasPrefix(library + ".") }
    guard !own.isEmpty else { return nil }
    let width = min(40, own.map(\.signature.count).max() ?? 0)
    let lines = own.map { "  \($0.signature.padded(toWidth: width))  \($0.summary)" }
    return (["\(library): a library of Lua"] + lines).joined(separator: "\n")
  }

  /// Help on a keyword.
  static func keyword(_ word: String) -> String? { keywords[word].map { "\(word)\n\($0)" } }

  /// The signature and the summary of a function by its full name.
  static func line(for name: String) -> (signature: String, summary: String)? {
    entries.first { $0.name == name }.map { ($0.signature, $0.summary) }
  }

  /// The name of a library's table, when it is one of Lua's.
  static func library(_ table: LuaTable, _ lua: LuaState) -> String? {
    let names = ["string", "table", "math", "io", "os", "coroutine", "utf8", "debug"]
    return names.first { lua.globals[.text($0)].table == table }
  }

  private struct Entry {
    let signature: String
    let summary: String
    var name: String { String(signature.prefix { $0 != "(" }) }
  }

  private static let entries: [Entry] = text.split(separator: "\n").compactMap { line in
    guard let mark = line.firstRange(of: " -- ") else { return nil }
    return Entry(
      signature: String(line.prefix(upTo: mark.lowerBound)),
      summary: String(line.suffix(from: mark.upperBound)))
  }

  private static let text = """
    assert(v, message?) -- Raises an error when v is nil or false, else returns its arguments.
    collectgarbage(what?, argument?) -- Controls the garbage collector; "count" gives kilobytes.
    dofile(name?) -- Runs a file and returns its results.
    error(message, level?) -- Raises an error; level says whose position is put in front.
    getmetatable(object) -- The metatable, or what its __metatable field says.
    ipairs(t) -- Walks elements 1, 2, … up to the first nil, for a for loop.
    load(chunk, name?, mode?, env?) -- Compiles text into a function; nil and a message on failure.
    loadfile(name?, mode?, env?) -- Compiles a file into a function.
    next(t, key?) -- The key and value after a key; nil at the end.
    pairs(t) -- Walks all keys and values, for a for loop.
    pcall(f, ...) -- Calls f; true and its results, or false and the error.
    print(...) -- Writes its arguments as text, with tabs between and a line break.
    rawequal(a, b) -- Compares without metamethods.
    rawget(t, key) -- Reads a field without metamethods.
    rawlen(v) -- The length of a table or string without metamethods.
    rawset(t, key, value) -- Sets a field without metamethods.
    require(name) -- Loads a module once and returns it.
    select(n, ...) -- The arguments from number n on; "#" counts them.
    setmetatable(t, metatable) -- Sets the metatable of a table and returns the table.
    tonumber(v, base?) -- Converts to a number, or nil.
    tostring(v) -- Converts to text.
    type(v) -- The name of the type: "nil", "number", "string", "table", "function", …
    warn(message, ...) -- Writes a warning.
    xpcall(f, handler, ...) -- Calls f like pcall, with a handler for errors.
    coroutine.close(co) -- Ends a coroutine and closes its variables.
    coroutine.create(f) -- Makes a coroutine that will run f.
    coroutine.isyieldable(co?) -- Tells whether the coroutine can yield.
    coroutine.resume(co, ...) -- Runs a coroutine until it yields; true and values, or false and the error.
    coroutine.running() -- The running coroutine, and true when it is the main one.
    coroutine.status(co) -- "suspended", "running", "normal" or "dead".
    coroutine.wrap(f) -- A function that resumes a coroutine at each call.
    coroutine.yield(...) -- Suspends the running coroutine and hands values to its resumer.
    math.abs(x) -- Absolute value.
    math.acos(x) -- Arc cosine in radians.
    math.asin(x) -- Arc sine in radians.
    math.atan2(y, x) -- Arc tangent of y/x, as math.atan(y, x) gives it.
    math.cosh(x) -- Hyperbolic cosine.
    math.frexp(x) -- The fraction m and the exponent e with x = m * 2 ^ e.
    math.ldexp(m, e) -- m * 2 ^ e.
    math.log10(x) -- Logarithm to base 10, as math.log(x, 10) gives it.
    math.pow(x, y) -- x to the power of y, as x ^ y gives it.
    math.sinh(x) -- Hyperbolic sine.
    math.tanh(x) -- Hyperbolic tangent.
    math.atan(y, x?) -- Arc tangent of y/x in radians, in the right quadrant.
    math.ceil(x) -- The least integer that is not below x.
    math.cos(x) -- Cosine of x radians.
    math.deg(x) -- Radians to degrees.
    math.exp(x) -- e to the power of x.
    math.floor(x) -- The greatest integer that is not above x.
    math.fmod(x, y) -- Remainder of x / y that rounds towards zero.
    math.log(x, base?) -- Logarithm, natural by default.
    math.max(x, ...) -- The greatest argument.
    math.min(x, ...) -- The least argument.
    math.modf(x) -- The integral and the fractional part.
    math.rad(x) -- Degrees to radians.
    math.random(m?, n?) -- A random float in [0, 1), or an integer in 1..m or m..n.
    math.randomseed(x?, y?) -- Seeds the random generator.
    math.sin(x) -- Sine of x radians.
    math.sqrt(x) -- Square root.
    math.tan(x) -- Tangent of x radians.
    math.tointeger(x) -- The integer of a float with an integral value, or nil.
    math.type(x) -- "integer", "float", or nil.
    math.ult(m, n) -- Tells whether m is below n as unsigned integers.
    string.byte(s, i?, j?) -- The codes of the bytes from i to j.
    string.char(...) -- The string of some byte codes.
    string.dump(f, strip?) -- A function as binary chunk.
    string.find(s, pattern, init?, plain?) -- Where a pattern first matches: start, end, captures.
    string.format(format, ...) -- Formats values: %d %5.2f %s %q %x.
    string.gmatch(s, pattern, init?) -- Walks all matches, for a for loop.
    string.gsub(s, pattern, replacement, n?) -- Replaces matches; the new string and their number.
    string.len(s) -- Length in bytes.
    string.lower(s) -- Lower case, of ASCII letters.
    string.match(s, pattern, init?) -- The captures of the first match, or nil.
    string.pack(format, ...) -- Values as bytes.
    string.packsize(format) -- How many bytes a format takes.
    string.rep(s, n, separator?) -- The string n times.
    string.reverse(s) -- The bytes in reverse order.
    string.sub(s, i, j?) -- The bytes from i to j; negative positions count from the end.
    string.unpack(format, s, position?) -- Values out of bytes.
    string.upper(s) -- Upper case, of ASCII letters.
    table.concat(list, separator?, i?, j?) -- Joins strings and numbers.
    table.insert(list, position?, value) -- Inserts an element, by default at the end.
    table.move(a, from, to, at, b?) -- Copies elements within a table or to another.
    table.pack(...) -- A table of the arguments with their number n.
    table.remove(list, position?) -- Removes an element, by default the last, and returns it.
    table.sort(list, before?) -- Sorts in place; before(a, b) tells which comes first.
    table.unpack(list, i?, j?) -- The elements as separate values.
    utf8.char(...) -- The UTF-8 of some code points.
    utf8.codepoint(s, i?, j?) -- The code points of the characters that start between i and j.
    utf8.codes(s) -- Walks positions and code points, for a for loop.
    utf8.len(s, i?, j?) -- How many characters; nil and a position where it is not UTF-8.
    utf8.offset(s, n, i?) -- The position in bytes of the n-th character.
    io.close(file?) -- Closes a file, by default the output.
    io.lines(name?, ...) -- Walks the lines of a file, for a for loop.
    io.open(name, mode?) -- Opens a file: "r", "w", "a", "r+", with "b" for bytes.
    io.read(...) -- Reads from the input: "l" a line, "n" a number, "a" all.
    io.write(...) -- Writes strings and numbers to the output.
    os.clock() -- Processor time used so far, in seconds.
    os.date(format?, time?) -- A date as text, or with "*t" as a table.
    os.difftime(later, earlier) -- The difference of two times in seconds.
    os.exit(code?, close?) -- Ends the program.
    os.getenv(name) -- The value of an environment variable, or nil.
    os.remove(name) -- Deletes a file.
    os.rename(old, new) -- Renames a file.
    os.time(table?) -- The time in seconds, now or of a date.
    os.tmpname() -- A name for a temporary file.
    debug.getinfo(f, what?) -- Facts about a function or a call level.
    debug.traceback(message?, level?) -- The call levels as text.
    """

  private static let keywords: [String: String] = [
    "and": "a and b: a when it is nil or false, else b.",
    "break": "Leaves the innermost loop.",
    "do": "do … end: a block with its own local variables.",
    "else": "if c then … else … end: runs when no condition held.",
    "elseif": "if c then … elseif d then … end: another condition.",
    "end": "Ends a block that do, then, function or for … do began.",
    "false": "The false value; only false and nil count as false.",
    "for": "for i = first, last, step do … end, or for key, value in pairs(t) do … end.",
    "function": "function name(a, b, ...) … end; a function is a value like any other.",
    "goto": "goto name: jumps to the label ::name::.",
    "if": "if condition then … elseif … else … end",
    "in": "for key, value in pairs(t) do … end",
    "local": "local name <const> = value: a variable of this block; <close> closes it at the end.",
    "nil": "The absence of a value; a field set to nil is removed.",
    "not": "not a: true when a is nil or false.",
    "or": "a or b: a unless it is nil or false, else b.",
    "repeat": "repeat … until condition: the body runs at least once.",
    "return": "return a, b: ends the function with these results.",
    "then": "if condition then … end",
    "true": "The true value.",
    "until": "repeat … until condition",
    "while": "while condition do … end",
  ]
}
