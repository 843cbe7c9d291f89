describe("a device under MIG", function()
  it("creates instances where the driver would and numbers them so", function()
    local m = gpu("A100-40GB").mig
    local ids, starts = {}, {}
    for _, profile in ipairs({ "3g.20gb", "1g.5gb", "14", "1g.5gb" }) do
      local made = m:create(profile)
      ids[#ids + 1], starts[#starts + 1] = made.id, made.start
    end
    expect(ids):equals({ 2, 7, 4, 8 })
    expect(starts):equals({ 4, 0, 2, 1 })
    expect(#m:list()):equals(4)
    expect(m.free_memory_slices):equals(0)
  end)

  it("keeps its slices with the device and shows them", function()
    local d = gpu("H100")
    expect(rawequal(d.mig, d.mig)):is_true()
    d.mig:create("3g.40gb")
    expect(tostring(d)):contains("GI 2")
    expect(gpu("H100").mig.free_memory_slices):equals(8)
  end)

  it("refuses in nvidia-smi's words and says what would work", function()
    local m = gpu("A100-40GB").mig
    for _, profile in ipairs({ "1g.5gb", "1g.5gb", "2g.10gb" }) do m:create(profile) end
    expect(function() m:create("3g.20gb") end):raises("using profile 9: Insufficient Resources")
    local why = m:why("3g.20gb")
    expect(why.code):equals(23)
    expect(why.destroy[1]):equals(3)
    m:reset()
    for _, name in ipairs(why.order) do m:create(name) end
    expect(#m:list()):equals(4)
    expect(function() m:create("3g.20gb", { start = 1 }) end):raises("Invalid Argument")
    expect(m:why("1g.5gb").is_possible):is_false()
  end)

  it("destroys only what is empty", function()
    local m = gpu("A30").mig
    local a = m:create("2g.12gb")
    local first = a:create_compute("1c.2g.12gb")
    expect(a:create_compute("1c.2g.12gb")):equals(1)
    expect(function() m:destroy(a) end):raises("In use by another client")
    a:destroy_compute(first)
    a:destroy_compute(1)
    m:destroy(a)
    expect(a.is_alive):is_false()
    expect(function() return a.start end):raises("there is no GPU instance")
    expect(function() m:destroy(7) end):raises("Not Found")
    m:disable()
    expect(m.is_enabled):is_false()
    expect(function() m:create("1g.6gb") end):raises("No MIG-enabled devices found")
    m:enable()
  end)

  it("gives slices that are devices", function()
    local d = gpu("A100-40GB")
    local a = d.mig:create("3g.20gb", { compute = { "1c.3g.20gb" } })
    expect(a.device.multiprocessors):equals(42)
    expect(a.device.memory_bytes_per_second):equals(d.memory_bytes_per_second / 2)
    expect(a:compute_device(0).multiprocessors):equals(14)
    expect(#a:compute_instances()):equals(1)
    expect(function() return a.device.mig end):raises("has no MIG")
    expect(gpu.compare({ a, d }) ~= nil):is_true()
    expect(a.memory_bytes < d.memory_bytes / 2):is_true()
    expect(a.device.multiprocessors):equals(a.multiprocessors)
    expect({ a.profile, a.size, a.slices, a.multiprocessors }):equals({ "3g.20gb", 4, 3, 42 })
  end)

  it("counts what is left and all ways to cut", function()
    local m = gpu("A100-40GB").mig
    expect(#m:geometries()):equals(14)
    expect(#m:geometries({ layouts = true })):equals(19)
    expect(#m:geometries({ layouts = true, all = true })):equals(297)
    expect(#m:geometries({ layouts = true, all = true, extra = true })):equals(722)
    m:create("4g.20gb")
    expect(m:remaining()["1g.5gb"]):equals(3)
    expect(m:remaining()[1].profile):equals("1g.5gb")
    expect(m:profiles()[1].free):equals(3)
    expect(m.free_compute_slices):equals(3)
  end)

  it("packs requests onto the fewest devices", function()
    local m = gpu("A100-40GB").mig
    local large = { memory_gib = 15, multiprocessors = 50 }
    local plan = m:pack({ "3g.20gb", "3g.20gb", large, gpus = 2 })
    expect(plan.gpus):equals(2)
    expect(#plan.unplaced):equals(0)
    expect(#m:pack({ "7g.40gb", "1g.5gb", gpus = 1 }).unplaced):equals(1)
    expect(function() m:pack({ { memory = 3 } }) end):raises("memory_gib")
  end)

  it("exchanges files with mig-parted and checks their geometry", function()
    local m = gpu("A100-40GB").mig
    m:create("3g.20gb")
    m:create("1g.5gb")
    local text = m:export("mine")
    local other = gpu("A100-40GB").mig
    other:import(text, "mine")
    expect(#other:list()):equals(2)
    local bad = text:gsub('"1g.5gb": 1', '"3g.20gb": 2')
    expect(function() m:import(bad, "mine") end):raises("twice")
    local full = text:gsub('"3g.20gb": 1', '"3g.20gb": 2')
    expect(m:check(full)[1]):contains("9 of 8 memory slices")
    expect(#m:check(text)):equals(0)
    expect(function() m:import("a: [", "x") end):raises("line")
  end)

  it("draws its slices", function()
    local m = gpu("A30").mig
    m:create("2g.12gb")
    expect(m:figure():svg()):contains("2g.12gb")
    expect(m:figure("Mine").title):equals("Mine")
    expect(m:profiles():figure():text({ width = 100, colors = "none" })):contains("4g.24gb")
  end)
end)
