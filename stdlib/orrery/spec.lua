--- Says what code must do, and checks it: `describe`, `it` and `expect` for spec files.
---
--- ```lua
--- local spec = require("orrery.spec")
--- spec.describe("a list", function()
---   spec.it("knows its length", function() spec.expect(#{ 1, 2 }):equals(2) end)
--- end)
--- print(spec.report(spec.run()))
--- ```
local M = {}

---@class spec.Case
---@field name string the sentence, with the names of what it stands in
---@field body function raises when the sentence is false
local cases, path = {}, {}

local SKIP = {}

--- Groups cases under a name; groups may nest.
---@param name string
---@param body function declares the cases
function M.describe(name, body)
  path[#path + 1] = name
  body()
  path[#path] = nil
end

--- Declares a case: a sentence that is true when the body does not raise.
---@param sentence string
---@param body function
function M.it(sentence, body)
  cases[#cases + 1] = { name = table.concat(path, " ") .. ": " .. sentence, body = body }
end

--- Leaves the running case and reports it as skipped.
---@param reason string
function M.skip(reason)
  error(setmetatable({ reason = reason }, SKIP), 0)
end

local function show(value, depth)
  if type(value) == "string" then return string.format("%q", value) end
  if type(value) ~= "table" then return tostring(value) end
  if (getmetatable(value) or {}).__tostring then return tostring(value) end
  if (depth or 0) > 3 then return "{…}" end
  local parts, count = {}, 0
  for key, item in pairs(value) do
    count = count + 1
    if count > 20 then parts[#parts + 1] = "…" break end
    local name = math.type(key) == "integer" and "" or show(key, 9) .. " = "
    parts[#parts + 1] = name .. show(item, (depth or 0) + 1)
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local function same(a, b)
  if math.type(a) ~= math.type(b) then return false end
  if rawequal(a, b) or (a ~= a and b ~= b) then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local Expectation = {}
Expectation.__index = Expectation

local function check(holds, message, ...)
  if not holds then error(string.format(message, ...), 3) end
end

--- Holds when the value equals another: tables by content, integers and floats apart.
function Expectation:equals(other)
  check(same(self.value, other), "expected %s, got %s", show(other), show(self.value))
end

--- Holds when the value does not equal another.
function Expectation:differs_from(other)
  check(not same(self.value, other), "expected anything but %s", show(other))
end

--- Holds when the number, or every number of the sequence, lies within a tolerance (default 1e-6).
function Expectation:is_near(other, tolerance)
  tolerance = tolerance or 1e-6
  local function near(a, b)
    if type(b) == "table" then
      if #a ~= #b then return false end
      for i = 1, #b do
        if not near(a[i], b[i]) then return false end
      end
      return true
    end
    return type(a) == "number" and (a == b or math.abs(a - b) <= tolerance)
  end
  check(near(self.value, other), "expected %s within %g, got %s", show(other), tolerance,
    show(self.value))
end

--- Holds when the value is neither nil nor false.
function Expectation:is_true()
  check(self.value, "expected a true value, got %s", show(self.value))
end

--- Holds when the value is nil or false.
function Expectation:is_false()
  check(not self.value, "expected false, got %s", show(self.value))
end

--- Holds when the value is nil.
function Expectation:is_nil()
  check(self.value == nil, "expected nil, got %s", show(self.value))
end

--- Holds when `type(value)`, or `math.type(value)` for a number, is this.
function Expectation:is_a(kind)
  local value = self.value
  check(type(value) == kind or math.type(value) == kind, "expected a %s, got %s", kind, show(value))
end

--- Holds when the text contains this text, or the sequence this value.
function Expectation:contains(part)
  local value, found = self.value, false
  if type(value) == "table" and not (getmetatable(value) or {}).__tostring then
    for _, item in ipairs(value) do found = found or same(item, part) end
  else
    found = tostring(value):find(part, 1, true) ~= nil
  end
  check(found, "expected %s within %s", show(part), show(value))
end

--- Holds when the text matches a Lua pattern.
function Expectation:matches(pattern)
  check(tostring(self.value):find(pattern), "expected a match of %s, got %s", show(pattern),
    show(self.value))
end

--- Holds when the number is below another.
function Expectation:is_below(other)
  check(self.value < other, "expected less than %s, got %s", show(other), show(self.value))
end

--- Holds when the number is above another.
function Expectation:is_above(other)
  check(self.value > other, "expected more than %s, got %s", show(other), show(self.value))
end

--- Holds when calling the value raises an error whose text contains `part`.
function Expectation:raises(part)
  local ok, message = pcall(self.value)
  check(not ok, "expected an error%s, none came", part and " with " .. show(part) or "")
  check(not part or tostring(message):find(part, 1, true), "expected an error with %s, got %s",
    show(part), show(tostring(message)))
end

--- Takes a value to say something about.
---@param value any
---@return table expectation with methods equals, is_near, is_true, is_a, contains, raises, …
function M.expect(value) return setmetatable({ value = value }, Expectation) end

---@class spec.Outcome
---@field name string
---@field status "passed"|"failed"|"skipped"
---@field message? string what failed, with the traceback, or why it was skipped

--- Runs all declared cases in order and forgets them.
---@return spec.Outcome[]
function M.run()
  local outcomes, declared = {}, cases
  cases = {}
  for index, case in ipairs(declared) do
    local ok, fault = xpcall(case.body, function(message)
      if getmetatable(message) == SKIP then return message end
      return debug and debug.traceback(tostring(message), 2) or tostring(message)
    end)
    local skipped = not ok and getmetatable(fault) == SKIP
    outcomes[index] = {
      name = case.name,
      status = ok and "passed" or skipped and "skipped" or "failed",
      message = skipped and fault.reason or fault,
    }
  end
  return outcomes
end

--- Turns outcomes into lines to print: the failures, the skips and the counts.
---@param outcomes spec.Outcome[]
---@return string
function M.report(outcomes)
  local counts, lines = { passed = 0, failed = 0, skipped = 0 }, {}
  for _, outcome in ipairs(outcomes) do
    counts[outcome.status] = counts[outcome.status] + 1
    if outcome.status ~= "passed" then
      lines[#lines + 1] = outcome.status .. ": " .. outcome.name .. "\n  " .. outcome.message
    end
  end
  lines[#lines + 1] = string.format("%d passed, %d failed, %d skipped", counts.passed,
    counts.failed, counts.skipped)
  return table.concat(lines, "\n")
end

return M
