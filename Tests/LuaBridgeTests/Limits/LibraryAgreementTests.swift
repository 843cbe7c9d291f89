import Base
import CLua
import CLuaSupport
import LuaBridge
import Testing

/// Our functions against Lua's own on random arguments: same results, same messages.
@Suite struct LibraryAgreementTests {
  let lua = LuaState()

  init() throws {
    try lua.openStock("stock_string", luaopen_string)
    try lua.openStock("stock_table", luaopen_table)
    try lua.run(Self.support)
  }

  /// `same(ours, stock, ...)` compares two calls; what differs goes into `differences`.
  static let support = """
    differences = {}
    local function outcome(f, ...)
      local t = table.pack(pcall(f, ...))
      for i = 1, t.n do t[i] = (math.type(t[i]) or type(t[i])) .. ":" .. tostring(t[i]) end
      return table.concat(t, "|")
    end
    function same(name, ours, stock, ...)
      local a, b = outcome(ours, ...), outcome(stock, ...):gsub("stock_", "")
      -- Lua 5.4.4 itself calls the second argument of table.remove the first.
      b = b:gsub("#1 (to '[^']+' %(position out)", "#2 %1")
      if a ~= b and #differences < 5 then
        local t = table.pack(...)
        for i = 1, t.n do
          t[i] = type(t[i]) == "string" and ("%q"):format(t[i]) or tostring(t[i])
        end
        differences[#differences + 1] =
          ("%s(%s)\\nours  %q\\nstock %q"):format(name, table.concat(t, ", "), a, b)
      end
    end
    """

  @Test("patterns agree with Lua's own", arguments: 1...4)
  func patterns(seed: Int) throws {
    lua.globals["seed"] = .integer(seed)
    try lua.run(
      """
      math.randomseed(seed)
      local random = math.random
      local atoms = { "a", "b", "x", ".", "%a", "%d", "%s", "%w", "%p", "%u", "%l", "%c", "%x",
        "%g", "%A", "%W", "%S", "[ab]", "[^a]", "[a-c]", "[%a_]", "[^%s]", "[]]", "[^]]", "[a-]",
        "[-a]", "[%]]", "[]-a]", "%%", "%.", "\\0", "é", "%z", "%b()", "%bxx", "%f[%w]", "%f[^a]",
        "%f[%W]", "^", "$", "(", ")", "()", "%1", "%2", "%0", "%", "[", "[a", "[^", "[%", "%b",
        "%f", "*", "+", "-", "?" }
      local well_formed = 33
      local repeats = { "", "", "", "*", "+", "-", "?" }
      local letters = { "a", "b", "x", "c", "1", "2", " ", "_", "(", ")", ".", "%", "\\0", "é",
        "]", "-", "A", "Z", "\\n" }
      local function pattern()
        local t, open = {}, 0
        if random(8) == 1 then t[1] = "^" end
        for _ = 1, random(0, 6) do
          local kind = random(10)
          if kind == 1 and open < 3 then
            t[#t + 1], open = "(", open + 1
          elseif kind == 2 and open > 0 then
            t[#t + 1], open = ")", open - 1
          elseif kind == 3 then
            t[#t + 1] = "%" .. random(1, 3)
          else
            local atom = atoms[random(random(3) == 1 and #atoms or well_formed)]
            t[#t + 1] = atom .. repeats[random(#repeats)]
          end
        end
        if random(8) > 1 then t[#t + 1] = (")"):rep(open) end
        if random(8) == 1 then t[#t + 1] = "$" end
        return table.concat(t)
      end
      local function subject()
        local t = {}
        for i = 1, random(0, 14) do t[i] = letters[random(random(2) == 1 and 6 or #letters)] end
        return table.concat(t)
      end
      local function iterate(library)
        return function(...)
          local t = {}
          for a, b, c in library.gmatch(...) do
            t[#t + 1] = ("%s,%s,%s"):format(a, b, c)
            if #t > 50 then break end
          end
          return table.concat(t, ";")
        end
      end
      local ours, stock = string, stock_string
      local ours_iterate, stock_iterate = iterate(ours), iterate(stock)
      local templates = { "<%0>", "%1", "%2-%1", "%%", "x", "", "%", "%a" }
      local answers = { a = "A", b = false, ab = 1.5, x = {}, [1] = "one" }
      local function answer(a, b)
        if a == "a" then return nil elseif a == "b" then return 7 end
        return tostring(a) .. tostring(b)
      end
      for _ = 1, 1200 do
        local s, p = subject(), pattern()
        local init = ({ 1, 2, -3, 5, 20, -50 })[random(9)]
        local template = templates[random(#templates)]
        same("find", ours.find, stock.find, s, p, init, random(6) == 1)
        same("match", ours.match, stock.match, s, p, init)
        same("gmatch", ours_iterate, stock_iterate, s, p, init)
        same("gsub", ours.gsub, stock.gsub, s, p, template)
        same("gsub", ours.gsub, stock.gsub, s, p, template, random(0, 3))
        same("gsub", ours.gsub, stock.gsub, s, p, answers)
        same("gsub", ours.gsub, stock.gsub, s, p, answer)
      end
      """)
    let found = try differences()
    #expect(found == [])
  }

  @Test(
    "odd arguments agree with Lua's own",
    arguments: [
      "find", "find, 1", "find, 'a'", "find, 'a', {}", "find, 12, 2", "find, 'abc', 'b', {}",
      "find, 'abc', 'b', 'x'", "find, 'abc', '', 10", "find, 'abc', '', 4", "find, 'a\\0b', '\\0'",
      "match, {}", "match, 'x', nil", "match, '', '$'", "match, '', '^'", "match, 'abc', '()', 3",
      "gsub, 'abc', 'b'", "gsub, 'abc', 'b', true", "gsub, 'abc', '', '-'", "gsub, 'abc', 'b', 5",
      "gsub, 'abc', '%w', '%1'", "gsub, 'abc', '%w', '%2'", "gsub, 'abc', '^%w', 'x'",
      "gsub, 'abc', 'b', 'x', 'y'", "gsub, 'abc', '(', 'x'", "gsub, 'abc', '(a', 'x'",
      "gsub, 'hello', '', {}", "gsub, 'abc', '.', { a = {} }", "gsub, 'a.b', '%.', '%%'",
      "gmatch, 'a'", "gmatch, nil, 'a'", "rep, 'x'", "rep, 'x', -1", "rep, 'ab', 3, ','",
      "rep, '', 1e9", "rep, 'x', 1 << 62, 'abc'", "rep, 'x', 0", "rep, 'abc', 1, ','",
      "rep, '', 3, '-'",
      "rep, 7, 2, 0", "lower, 'aÄBc\\0D'", "upper, 'aÄBc\\0d'", "reverse, 'abc\\0d'", "reverse, ''",
      "upper", "lower, 12", "reverse, {}", "rep, 'x', 1.5",
    ])
  func oddArguments(call: String) throws {
    let name = call.prefix { $0 != "," }
    try lua.run(
      "same('\(name)', string.\(name), stock_string.\(name)\(call.dropFirst(name.count)))")
    let found = try differences()
    #expect(found == [])
  }

  @Test func `tables agree with Lua's own`() throws {
    try lua.run(
      """
      math.randomseed(11)
      local random = math.random
      local function list(n) local t = {} for i = 1, n do t[i] = random(20) end return t end
      local function shown(t) return table.concat(t, ",") end
      -- Runs an operation on a fresh copy of a list and shows what became of it.
      local function on(f, elements)
        return function(...)
          local t = table.move(elements, 1, #elements, 1, {})
          local results = table.pack(f(t, ...))
          return shown(t), tostring(results[1] ~= t and results[1])
        end
      end
      local ours, stock = table, stock_table
      for _ = 1, 1000 do
        local t = list(random(0, 30))
        local a, b, c = random(-2, 32), random(-2, 32), random(-2, 32)
        same("insert", on(ours.insert, t), on(stock.insert, t), a, "new")
        same("insert", on(ours.insert, t), on(stock.insert, t), "new")
        same("remove", on(ours.remove, t), on(stock.remove, t), a)
        same("remove", on(ours.remove, t), on(stock.remove, t))
        same("move", on(ours.move, t), on(stock.move, t), a, b, c)
        same("concat", ours.concat, stock.concat, t, ":", a, b)
        same("sort", on(ours.sort, t), on(stock.sort, t))
        same("sort", on(ours.sort, t), on(stock.sort, t), function(x, y) return x > y end)
      end
      same("insert", ours.insert, stock.insert, {}, 1, 2, 3)
      same("insert", ours.insert, stock.insert, nil, 1)
      same("remove", ours.remove, stock.remove, {}, 5)
      same("concat", ours.concat, stock.concat, { 1, {}, 3 })
      same("concat", ours.concat, stock.concat, { 1, 2 }, 3)
      same("move", ours.move, stock.move, {}, 1, math.maxinteger, 2)
      same("move", ours.move, stock.move, {}, -1, math.maxinteger, 2)
      same("move", ours.move, stock.move, {}, 1, 2)
      same("sort", ours.sort, stock.sort, { 1, "x", 3 })
      same("sort", ours.sort, stock.sort, { 3, 1 }, 5)
      same("sort", ours.sort, stock.sort, setmetatable({}, { __len = function() return 1e10 end }))
      """)
    let found = try differences()
    #expect(found == [])
  }

  @Test func `equal elements keep their order when a list is sorted`() throws {
    let code = """
      math.randomseed(5)
      local t = {}
      for i = 1, 5000 do t[i] = { key = math.random(50), place = i } end
      table.sort(t, function(a, b) return a.key < b.key end)
      for i = 2, #t do
        local a, b = t[i - 1], t[i]
        if a.key > b.key or (a.key == b.key and a.place > b.place) then return i end
      end
      return "sorted"
      """
    #expect(lua.ending(of: code) == "finished sorted")
  }

  @Test func `an error in a comparator loses no element`() throws {
    let code = """
      math.randomseed(6)
      for round = 1, 200 do
        local t, left = {}, math.random(1, 400)
        for i = 1, 100 do t[i] = i * 37 % 101 end
        pcall(table.sort, t, function(a, b)
          left = left - 1
          if left == 0 then error() end
          return a < b
        end)
        local seen = {}
        for i = 1, 100 do seen[t[i]] = true end
        for i = 1, 100 do if not seen[i] then return round end end
      end
      return "whole"
      """
    #expect(lua.ending(of: code) == "finished whole")
  }

  private func differences() throws -> [String] {
    try lua.run("return table.unpack(differences)").map(\.shown)
  }
}
