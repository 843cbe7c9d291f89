local function list(t) return t:to_table() end

describe("tensor{ … }", function()
  it("takes nested tables and says what it is", function()
    local t = tensor{ { 1, 2, 3 }, { 4, 5, 6 } }
    expect(t.shape):equals({ 2, 3 })
    expect(t.dtype):equals("f32")
    expect(tensor({ 1, 2 }, "i64").dtype):equals("i64")
    expect(tensor{ true, false }.dtype):equals("bool")
    expect(#t):equals(2)
    expect(tostring(t)):contains("[f32 2x3]")
  end)

  it("names the place where tables do not fit", function()
    expect(function() return tensor{ { 1, 2 }, { 3 } } end):raises("[2] has 1, 2 were expected")
    expect(function() return tensor{ 1, "x" } end):raises("expected at [2], got string")
  end)
end)

describe("an index", function()
  local t = tensor.arange(12):reshape{ 3, 4 }

  it("counts from 1, and from the end with -1", function()
    expect(t[{ 1, 1 }]):equals(1)
    expect(t[{ -1, -1 }]):equals(12)
    expect(list(t[2])):equals({ 5, 6, 7, 8 })
  end)

  it("has ranges with both ends, as a table or a text", function()
    expect(list(t[{ { 1, 2 }, { 2, 3 } }])):equals({ { 2, 3 }, { 6, 7 } })
    expect(list(t["1:2, 2:3"])):equals({ { 2, 3 }, { 6, 7 } })
    expect(list(t[{ { -1, 1, -2 }, 1 }])):equals({ 9, 1 })
    expect(list(t[{ {}, 2 }])):equals({ 2, 6, 10 })
    expect(t["2:1"].shape):equals({ 0, 4 })
  end)

  it("takes masks and lists of places", function()
    expect(list(t[t:gt(10)])):equals({ 11, 12 })
    expect(list(t[tensor({ 3, 1 }, "i64")])):equals({ { 9, 10, 11, 12 }, { 1, 2, 3, 4 } })
  end)

  it("says the shape when it is out of range", function()
    expect(function() return t[4] end):raises("4 is out of range in dimension 1")
    expect(function() return t[{ 1, 2, 3 }] end):raises("3 indices for 2 dimensions")
    expect(function() return t.shapee end):raises('did you mean "shape"')
  end)

  it("gives views that write through", function()
    local z = tensor.zeros{ 2, 3 }
    local row = z[2]
    row:add_(1)
    z[{ {}, 3 }] = tensor{ 8, 9 }
    z["1, 1:2"] = -1
    expect(list(z)):equals({ { -1.0, -1.0, 8.0 }, { 1.0, 1.0, 9.0 } })
  end)
end)

describe("arithmetic", function()
  it("broadcasts and takes numbers on either side", function()
    local t = tensor{ { 1 }, { 2 } }
    expect(list(t * tensor{ 10, 100 })):equals({ { 10.0, 100.0 }, { 20.0, 200.0 } })
    expect(list(1 / tensor{ 2, 4 })):equals({ 0.5, 0.25 })
    expect(list(tensor({ 7, -7 }, "i64") % 3)):equals({ 1, 2 })
    expect(list(2 ^ tensor{ 3, 4 })):equals({ 8.0, 16.0 })
  end)

  it("keeps the dtype beside a number of its kind", function()
    expect((tensor({ 1 }, "i64") + 1).dtype):equals("i64")
    expect((tensor({ 1 }, "i64") / 2).dtype):equals("f32")
    expect((tensor({ 1 }, "f16") + 0.5).dtype):equals("f16")
  end)

  it("changes a tensor only under a name with an underscore", function()
    local t = tensor{ 1, 4, 9 }
    t:sqrt()
    expect(list(t)):equals({ 1.0, 4.0, 9.0 })
    t:sqrt_()
    expect(list(t)):equals({ 1.0, 2.0, 3.0 })
    local out = tensor.zeros{ 3 }
    t:add(1, { out = out })
    expect(list(out)):equals({ 2.0, 3.0, 4.0 })
  end)

  it("refuses an order of many elements, for Lua would make one boolean of it", function()
    expect(function() return tensor{ 1, 2 } < 3 end):raises("a:lt(b) gives a mask")
    expect(tensor{ 1 } < 3):equals(true)
  end)
end)

describe("operations", function()
  it("count dimensions and places from 1", function()
    local t = tensor{ { 3, 1 }, { 2, 5 } }
    expect(list(t:sum(1))):equals({ 5.0, 6.0 })
    expect(list(t:argmax{ dim = 2 })):equals({ 1, 2 })
    local values, places = t:sort{ dim = 2 }
    expect(list(values)):equals({ { 1.0, 3.0 }, { 2.0, 5.0 } })
    expect(list(places)):equals({ { 2, 1 }, { 1, 2 } })
    expect(function() return t:sum(0) end):raises("counts from 1")
    expect(function() return t:sum{ dmi = 1 } end):raises('did you mean "dim"')
  end)

  it("multiply matrices and normalise rows", function()
    local a = tensor{ { 1, 2 }, { 3, 4 } }
    expect(list(a:mm(tensor.eye(2)))):equals({ { 1.0, 2.0 }, { 3.0, 4.0 } })
    expect(list(a:softmax(2):sum(2))):is_near({ 1, 1 }, 1e-6)
    expect(tensor.einsum("ij->", { a }):item()):equals(10.0)
  end)
end)

describe("random numbers", function()
  it("repeat under a seed, and a generator has a stream of its own", function()
    tensor.seed(3)
    local first = list(tensor.randn{ 4 })
    tensor.rand{ 100 }
    tensor.seed(3)
    expect(list(tensor.randn{ 4 })):equals(first)
    expect(list(tensor.generator(3):randn{ 4 })):equals(first)
  end)
end)

describe("memory", function()
  it("of a long loop stays small, and a scope frees at its end", function()
    local before, most = tensor.memory().live_bytes, 0
    for _ = 1, 300 do
      local big = tensor.zeros{ 512, 512 }
      most = math.max(most, tensor.memory().live_bytes - before, #big)
    end
    expect(most < 100e6):equals(true)
    local lost
    do
      local scope <close> = tensor.scope()
      lost = tensor{ 1 }
      expect(scope:keep(tensor{ 2 }):item()):equals(2.0)
    end
    expect(function() return lost:item() end):raises("freed when its scope ended")
  end)
end)

describe("tensor operations", function()
  it("refuse numbers out of range instead of stopping the program", function()
    local x = tensor { { 1, 2, 3 }, { 4, 5, 6 } }
    for _, n in ipairs { math.mininteger, math.maxinteger, 1 << 62 } do
      expect(function() x:sum(n) end):raises("")
      expect(function() x:roll(n) end):raises("out of range")
      expect(function() tensor.randperm(n) end):raises("")
      expect(function() tensor.multinomial(x, n, true) end):raises("multinomial: ")
    end
    expect(function() tensor.zeros(0 / 0) end):raises("whole number")
    expect(function() x:tensordot(x, { 1, 1 }, { 1, 1 }) end):raises("twice")
    local least = tensor({ math.mininteger }, "i64")
    expect(least:lcm(least):item()):is_a("integer")
  end)
end)
