describe("a process", function()
  it("sleeps in virtual time", function()
    local s = sim.new()
    local times = {}
    s:process(function(p)
      for _ = 1, 3 do
        p:sleep(1.5)
        times[#times + 1] = p.now_seconds
      end
    end)
    expect(s:run()):equals("idle")
    expect(times):equals({ 1.5, 3.0, 4.5 })
  end)

  it("takes turns with others in the order of their causes", function()
    local s, log = sim.new(), {}
    for name in ("abc"):gmatch(".") do
      s:process(function(p)
        for _ = 1, 2 do
          log[#log + 1] = name
          p:sleep(1)
        end
      end)
    end
    s:run()
    expect(table.concat(log)):equals("abcabc")
  end)

  it("has a name, a state, and a result for those who join it", function()
    local s = sim.new()
    local worker = s:process(function(p)
      p:sleep(2)
      return "done"
    end, { name = "worker" })
    local joined
    s:process(function(p) joined = { p:join(worker), p.now_seconds, p:join(worker) } end)
    s:run({ until_seconds = 1 })
    expect(worker.state):equals("sleeping")
    expect(worker.name):equals("worker")
    s:run()
    expect(joined):equals({ "done", 2.0, "done" })
    expect(worker.state):equals("ended")
    expect(worker.is_alive):is_false()
    expect(worker.result):equals("done")
  end)

  it("is the same object wherever it is met", function()
    local s = sim.new()
    local seen
    local p = s:process(function(me)
      seen = me
      me:sleep(1)
    end)
    s:step()
    expect(rawequal(seen, p)):is_true()
    expect(rawequal(s.processes[1], p)):is_true()
  end)

  it("is interrupted where it waits, with the reason and what was left", function()
    local s, caught = sim.new()
    local sleeper = s:process(function(p)
      local ok, why = pcall(p.sleep, p, 10)
      caught = { ok, why.kind, why.reason, why.remaining_seconds, p.now_seconds }
      p:sleep(1)
      return p.now_seconds
    end)
    s:after(4, function() sleeper:interrupt("fire drill") end)
    s:run()
    expect(caught):equals({ false, "interrupted", "fire drill", 6.0, 4.0 })
    expect(sleeper.result):equals(5.0)
  end)

  it("that lets an interrupt through fails the run with its name and time", function()
    local s = sim.new()
    local p = s:process(function(p) p:sleep(10) end, { name = "sleeper" })
    s:after(4, function() p:interrupt("enough") end)
    expect(function() s:run() end):raises("interrupted: enough, 6 s were left")
  end)

  it("is killed with its <close> variables closed", function()
    local s = sim.new()
    local server = s:resource()
    local p = s:process(function(p)
      local _ <close> = p:acquire(server)
      p:sleep(100)
    end)
    s:run({ until_seconds = 1 })
    expect(server.in_use):equals(1)
    expect(p:kill()):is_true()
    expect(p:kill()):is_false()
    expect(server.in_use):equals(0)
    s:run()
    expect(s.now_seconds):is_below(2)
  end)

  it("waits until a condition holds", function()
    local s, level, seen = sim.new(), 0
    s:process(function(p)
      p:wait_until(function() return level >= 3 end)
      seen = p.now_seconds
    end)
    for time = 1, 5 do s:after(time, function() level = level + 1 end) end
    s:run()
    expect(seen):equals(3.0)
  end)

  it("keeps an error's own value when it is no text", function()
    local s, fault = sim.new(), { code = 7 }
    s:process(function() error(fault) end)
    local ok, caught = pcall(s.run, s)
    expect(ok):is_false()
    expect(rawequal(caught, fault)):is_true()
  end)
end)

describe("a resource", function()
  it("serves in order and hands out holds", function()
    local s, log = sim.new(), {}
    local server = s:resource({ name = "server", capacity = 1 })
    for i = 1, 3 do
      s:process(function(p)
        local hold <close> = p:acquire(server)
        log[#log + 1] = { i, p.now_seconds, hold.resource.in_use }
        p:sleep(2)
      end)
    end
    s:run()
    expect(log):equals({ { 1, 0.0, 1 }, { 2, 2.0, 1 }, { 3, 4.0, 1 } })
    expect(server.utilization):equals(1.0)
    expect(server.waits_seconds.mean):equals(2.0)
    expect(server.holds_seconds.count):equals(3)
  end)

  it("is used for a time in one call", function()
    local s, ends = sim.new(), {}
    local server = s:resource({ capacity = 2 })
    for _ = 1, 4 do
      s:process(function(p)
        server:use(p, 3)
        ends[#ends + 1] = p.now_seconds
      end)
    end
    s:run()
    expect(ends):equals({ 3.0, 3.0, 6.0, 6.0 })
    expect(server.in_use):equals(0)
  end)

  it("lets those who wait too long go", function()
    local s, got = sim.new()
    local server = s:resource()
    s:process(function(p) server:use(p, 10) end)
    s:process(function(p) got = table.pack(p:acquire(server, { timeout_seconds = 2 })) end)
    s:run()
    expect(got.n):equals(2)
    expect(got[2]):equals("timeout")
    expect(server.abandoned_count):equals(1)
  end)

  it("gives units of a less urgent holder to a more urgent request", function()
    local s, log = sim.new(), {}
    local server = s:resource({ preemptive = true })
    s:process(function(p)
      local ok, why = pcall(server.use, server, p, 10, { priority = 5 })
      log[#log + 1] = { ok, why.kind, why.by, why.remaining_seconds }
    end, { name = "slow" })
    s:process(function(p)
      p:sleep(3)
      server:use(p, 1, { priority = 1 })
      log[#log + 1] = p.now_seconds
    end, { name = "urgent" })
    s:run()
    expect(log):equals({ { false, "preempted", "urgent", 7.0 }, 4.0 })
    expect(server.preempted_count):equals(1)
    expect(server.in_use):equals(0)
  end)

  it("tells who holds and who waits while it is paused", function()
    local s = sim.new()
    local server = s:resource()
    for _, name in ipairs({ "a", "b", "c" }) do
      s:process(function(p) server:use(p, 5) end, { name = name })
    end
    s:run({ until_seconds = 1 })
    expect(server.holders):equals({ "a" })
    expect(server.waiting):equals({ "b", "c" })
    server.capacity = 2
    expect(server.waiting):equals({ "c" })
    s:run()
    expect(s.now_seconds):equals(10.0)
  end)
end)

describe("a store", function()
  it("hands items over, whatever they are", function()
    local s, got, thing = sim.new(), {}, { 1, 2 }
    local belt = s:store({ capacity = 1 })
    s:process(function(p)
      for _, item in ipairs({ "a", thing, false }) do p:put(belt, item) end
    end)
    s:process(function(p)
      p:sleep(1)
      for i = 1, 3 do got[i] = belt:get() end
    end)
    s:run()
    expect(got[1]):equals("a")
    expect(rawequal(got[2], thing)):is_true()
    expect(got[3]):equals(false)
    expect(belt.taken_count):equals(3)
    expect(#belt):equals(0)
  end)

  it("waits for an item that suits", function()
    local s, got = sim.new()
    local box = s:store()
    s:process(function(p)
      got = { p:get(box, { where = function(item) return item > 5 end }), p.now_seconds }
    end)
    s:after(1, function() box:put(3) end)
    s:after(2, function() box:put(8) end)
    s:run()
    expect(got):equals({ 8, 2.0 })
    expect(box.items):equals({ 3 })
  end)

  it("is used from outside of processes without waiting", function()
    local s = sim.new()
    local box = s:store({ capacity = 1, order = "lifo" })
    expect(box:put("x")):is_true()
    expect(box:put("y")):is_false()
    expect(box:get()):equals("x")
    expect(box:get()):is_nil()
  end)
end)

describe("a level", function()
  it("makes takers wait for enough and givers for room", function()
    local s, log = sim.new(), {}
    local tank = s:level({ capacity = 10, initial = 4 })
    s:process(function(p)
      p:take(tank, 6)
      log[#log + 1] = p.now_seconds
    end)
    s:process(function(p)
      p:sleep(2)
      p:give(tank, 5)
      log[#log + 1] = tank.amount
    end)
    s:run()
    expect(log):equals({ 3.0, 2.0 })
    expect(tank:fill(100)):equals(7.0)
  end)
end)

describe("a signal", function()
  it("wakes everyone who waits with its value", function()
    local s, log = sim.new(), {}
    local bell = s:signal("bell")
    for i = 1, 2 do s:process(function(p) log[i] = { p:wait(bell), p.now_seconds } end) end
    s:after(3, function() log.woken = bell:fire({ "news" }) end)
    s:run()
    expect(log):equals({ { { "news" }, 3.0 }, { { "news" }, 3.0 }, woken = 2 })
  end)

  it("stays when it is latched", function()
    local s, got = sim.new()
    local ready = s:signal()
    ready:latch(5)
    s:process(function(p) got = p:wait(ready) end)
    s:run()
    expect(got):equals(5)
    ready:reset()
    expect(ready.is_latched):is_false()
  end)

  it("may come too late, come first of several, or last of all", function()
    local s, log = sim.new(), {}
    local a, b = s:signal("a"), s:signal("b")
    s:process(function(p) log.late = table.pack(p:wait(a, 0.5)) end)
    s:process(function(p)
      local which, value = p:wait_any({ a, b, s:timer(10) })
      log.first = { which.name, value, p.now_seconds }
    end)
    s:process(function(p) log.all = { p:wait_all({ a, b }), p.now_seconds } end)
    s:after(2, function() b:fire("B") end)
    s:after(4, function() a:fire("A") end)
    s:run()
    expect(log.late[2]):equals("timeout")
    expect(log.first):equals({ "b", "B", 2.0 })
    expect(log.all):equals({ { "A", "B" }, 4.0 })
  end)
end)

describe("a simulation", function()
  it("stops at times, counts, conditions and breakpoints, and goes on", function()
    local s = sim.new()
    for time = 1, 9 do s:after(time, function() if time == 8 then s:pause() end end) end
    expect(s:run({ until_seconds = 1.5 })):equals("time")
    expect(s.now_seconds):equals(1.5)
    expect(s:run({ events = 1 })):equals("count")
    expect(s:run({ until_true = function() return s.now_seconds >= 4 end })):equals("condition")
    local number = s:breakpoint(function() return s.now_seconds == 6 end)
    expect(s:run()):equals("breakpoint")
    expect(s:remove_breakpoint(number)):is_true()
    expect(s:step()):is_true()
    expect(s.now_seconds):equals(7.0)
    expect(s:run()):equals("paused")
    expect(s:run({ for_seconds = 0.5 })):equals("time")
    expect(s.now_seconds):equals(8.5)
    expect(s:run()):equals("idle")
    expect(s:step()):is_false()
  end)

  it("repeats exactly under its seed", function()
    local function trace(seed)
      local s, log = sim.new({ seed = seed }), {}
      s:trace(function(r) log[#log + 1] = r.time_seconds .. r.kind .. r.process .. r.subject end)
      local server, gaps = s:resource({ capacity = 2 }), s:stream("gaps")
      for i = 1, 20 do
        s:process(function(p)
          p:sleep(gaps:exponential(3))
          server:use(p, gaps:uniform(1, 4))
        end, { name = "p" .. i })
      end
      s:run()
      return table.concat(log, "\n")
    end
    expect(trace(1)):equals(trace(1))
    expect(trace(1)):differs_from(trace(2))
  end)

  it("is looked into while it is paused", function()
    local s = sim.new()
    local server = s:resource({ name = "server" })
    for _, name in ipairs({ "a", "b" }) do
      s:process(function(p) server:use(p, 5) end, { name = name })
    end
    s:run({ until_seconds = 2 })
    local seen = s:inspect()
    expect(seen.now_seconds):equals(2.0)
    expect(seen.processes[2]):equals({ name = "b", state = "waiting", waits_at = "server" })
    expect(seen.places[1].status):equals("1/1 in use, 1 waiting")
    expect(tostring(s)):contains("2 processes")
  end)

  it("prints as something worth reading, whatever it is", function()
    local s = sim.new({ seed = 3 })
    local server, box = s:resource({ name = "server" }), s:store({ name = "box", capacity = 2 })
    local process = s:process(function(p)
      local hold = p:acquire(server)
      expect(tostring(hold)):equals('hold of "clerk" on "server"')
      hold:release()
      expect(tostring(hold)):equals('hold of "clerk" on "server": given back')
      p:sleep(5)
    end, { name = "clerk" })
    s:run({ until_seconds = 2 })
    local seen = {
      s, process, server, box, s:level({ name = "fuel", capacity = 9, initial = 4 }),
      s:signal("bell"), s:stream("arrivals"), sim.distribution("exponential", { mean = 2 }),
      sim.statistics({ 1, 3 }),
    }
    local words = {
      "simulation at 2 s: 1 events", 'process "clerk": sleeping', 'resource "server": 0/1 in use',
      'store "box": 0/2 items', 'level "fuel": 4.0 of 9.0', 'signal "bell"',
      'stream "arrivals" of seed 3', "exponential(mean 2.0)", "statistics of 2 numbers: mean 2.0",
    }
    for i, thing in ipairs(seen) do expect(tostring(thing)):contains(words[i]) end
  end)

  it("tells which processes nothing will wake", function()
    local s = sim.new()
    s:process(function(p) p:wait(s:signal("never")) end, { name = "forgotten" })
    s:run()
    expect(s.stuck):equals({ "forgotten" })
    s:close()
    expect(s.process_count):equals(0)
  end)

  it("draws who held what and who waited", function()
    local s = sim.new({ record = true })
    local server = s:resource({ name = "server", capacity = 2 })
    for i = 1, 3 do
      s:process(function(p) server:use(p, i) end, { name = "job " .. i })
    end
    s:run()
    s:mark("end")
    expect(s:timeline():svg()):contains("server 2")
    expect(s:timeline({ by = "process" }):svg()):contains("waits for server")
    expect(s:__mime()["image/svg+xml"]):contains("server 2")
    expect(sim.new():__mime()):is_nil()
    expect(function() sim.new():timeline() end):raises("nothing was recorded")
  end)

  it("stands by as a default that the module's own functions use", function()
    sim.reset({ seed = 3 })
    local at
    sim.process(function(p)
      p:sleep(1.5)
      at = sim.now()
    end)
    expect(sim:run({ until_seconds = 9 })):equals("time")
    expect(at):equals(1.5)
    expect(sim.default().seed):equals(3)
    expect(sim.inspect().now_seconds):equals(9.0)
  end)
end)

describe("random streams and distributions", function()
  it("are independent by name and repeat under a seed", function()
    local a, b = sim.new({ seed = 1 }), sim.new({ seed = 1 })
    for _ = 1, 5 do b:stream("other"):uniform() end
    for _ = 1, 5 do
      expect(a:stream("x"):exponential(2)):equals(b:stream("x"):exponential(2))
    end
    local x = a:stream("x")
    x:restart()
    expect(x:integer(1, 6)):is_above(0)
    expect(x:chance(0)):is_false()
    expect(x:pick({ "only" })):equals("only")
    expect(x:pick({ "a", "b" }, { 0, 1 })):equals("b")
    expect(#x:shuffle({ 1, 2, 3 })):equals(3)
    expect(x:normal(5, 0)):equals(5.0)
  end)

  it("state their moments and draw by them", function()
    local law = sim.distribution("lognormal", { mean = 200, cv = 1.5 })
    expect(law.mean):is_near(200, 1e-9)
    expect(law.standard_deviation):is_near(300, 1e-9)
    expect(law:cumulative(law:quantile(0.99))):is_near(0.99, 1e-9)
    local seen = sim.statistics(law:samples(sim.new({ seed = 5 }):stream("x"), 20000))
    expect(seen.mean):is_near(200, 10)
    expect(sim.stream("s"):draw(sim.distribution("deterministic", { value = 4 }))):equals(4.0)
  end)

  it("all have an example that runs", function()
    for _, family in ipairs(sim.distributions()) do
      expect(load(family.example, family.name, "t")()):is_a("number")
    end
  end)
end)

describe("statistics", function()
  it("keep exact quantiles", function()
    local seen = sim.statistics({ 4, 1 })
    seen:add(3, 2)
    expect({ seen.count, seen.mean, seen.sum }):equals({ 4, 2.5, 10.0 })
    expect({ seen.min, seen.max }):equals({ 1.0, 4.0 })
    expect(seen:p(50)):equals(2.5)
    expect(seen:quantile(1)):equals(4.0)
    expect(seen:share_at_most(2)):equals(0.5)
    expect(seen.standard_deviation):is_near(1.2909944487358)
    expect(#seen:histogram(2)):equals(2)
    expect(seen:interval({ batches = 1 }).mean):equals(2.5)
    expect(sim.statistics().mean):is_nil()
    expect(tostring(seen)):contains("p99 3.97")
    expect(seen:__mime()["image/svg+xml"]):contains("<svg")
    expect(#seen):equals(4)
    seen:reset()
    expect(#seen):equals(0)
  end)
end)

describe("queueing formulas", function()
  it("agree with a simulated queue", function()
    local expected = sim.queueing.mmc({ arrival_rate = 1.5, service_rate = 1, servers = 2 })
    expect(expected.mean_wait_seconds):is_near(9 / 7, 1e-12)
    local s = sim.new({ seed = 2 })
    local server, gaps, sizes = s:resource({ capacity = 2 }), s:stream("gaps"), s:stream("sizes")
    local function customer(p) server:use(p, sizes:exponential(1)) end
    s:process(function(p)
      for _ = 1, 5000 do
        s:process(customer)
        p:sleep(gaps:exponential(1 / 1.5))
      end
    end)
    s:run()
    expect(server.waits_seconds.mean):is_near(expected.mean_wait_seconds, 0.3)
    expect(sim.queueing.erlang_b(2, 3)):is_near(4 / 19, 1e-12)
    expect(sim.queueing.erlang_c(2, 3)):is_near(4 / 9, 1e-12)
    expect(sim.queueing.mg1({ arrival_rate = 0.5, mean_service_seconds = 1 }).mean_wait_seconds)
      :equals(0.5)
  end)
end)

describe("what a model is made of shows its state", function()
  it("as resource, hold and process", function()
    local s = sim.new()
    local server = s:resource({ name = "server", capacity = 3 })
    local p = s:process(function(p)
      local hold = server:acquire({ amount = 2 })
      p:acquire(server)
      p:sleep(1)
      expect(server:release()):is_true()
      expect(p:release(server)):is_true()
      expect(p:release(server)):is_false()
      expect(hold:release()):is_false()
      p:acquire(server, { amount = 3 })
      p:sleep(1)
    end)
    p.name = "first"
    s:process(function(q) server:use(q, 1, { amount = 2 }) end)
    s:run({ until_seconds = 0.5 })
    expect({ server.name, server.capacity, server.free }):equals({ "server", 3, 0 })
    expect({ server.is_preemptive, server.waiting_count }):equals({ false, 1 })
    expect({ server.mean_queue_length, server.max_queue_length }):equals({ 1.0, 1 })
    expect({ p.name, rawequal(p.simulation, s) }):equals({ "first", true })
    expect(s.processes[2].waits_at):equals("server")
    expect({ s.event_count, s.pending_count, s.next_event_seconds }):equals({ 2, 1, 1.0 })
    s:reset_statistics()
    server:reset_statistics()
    expect(server.waits_seconds.count):equals(0)
    s:run()
    expect(server.in_use):equals(0)
  end)

  it("as store and level", function()
    local s = sim.new()
    local box = s:store({ name = "box", capacity = 2, order = "priority" })
    expect({ box.name, box.capacity, box.count, box.max_count }):equals({ "box", 2.0, 0, 0 })
    for _, item in ipairs({ 3, 1, 2 }) do
      s:process(function(p) p:put(box, item, { priority = item }) end)
    end
    s:run({ until_seconds = 2 })
    expect({ box.count, box.putting_count, box.waiting_count, box.put_count })
      :equals({ 2, 1, 0, 2 })
    expect({ box:get(), box:get(), box:get() }):equals({ 1, 2, 3 })
    expect(box.mean_count):is_near(2)
    expect(box.waits_seconds.count):equals(0)
    local tank = s:level({ name = "tank", capacity = 5 })
    s:process(function() tank:take(4) end)
    s:process(function() tank:give(3) end)
    s:process(function() tank:give(3) end)
    s:run({ for_seconds = 1 })
    expect({ tank.name, tank.capacity, tank.amount }):equals({ "tank", 5.0, 3.0 })
    expect({ tank.waiting_count, tank.giving_count, tank.mean_amount }):equals({ 1, 1, 3.0 })
  end)

  it("as signal, stream and distribution", function()
    local s = sim.new()
    local bell = s:signal("bell")
    s:process(function() bell:wait() end)
    s:step()
    expect({ bell.waiting_count, bell.fired_count }):equals({ 1, 0 })
    bell:latch("ding")
    expect({ bell.waiting_count, bell.fired_count, bell.value }):equals({ 0, 1, "ding" })
    local x, law = s:stream("x"), sim.distribution("poisson", { mean = 4 })
    expect({ x.name, law.name, law.is_discrete }):equals({ "x", "poisson", true })
    expect(law.variance):equals(4.0)
    expect(law:sample(x)):is_a("number")
    expect({ sim.statistics({ 1, 3 }).variance, sim.statistics({ 1, 3 }).values[2] })
      :equals({ 2.0, 3.0 })
    local two = { arrival_rate = 1, mean_service_seconds = 0.5 }
    expect(sim.queueing.gg(two).mean_wait_seconds):is_near(0.5, 1e-12)
  end)

  it("until it is closed", function()
    local kept
    do
      local s <close> = sim.new()
      s:record()
      kept = s
      s:process(function(p) p:sleep(1) end)
    end
    expect({ kept.process_count, kept.pending_count }):equals({ 0, 0 })
  end)
end)

describe("the default simulation", function()
  it("is paused from within", function()
    sim.reset { seed = 1 }
    sim.after(1, sim.pause)
    sim.after(2, function() end)
    expect(sim.run()):equals("paused")
    expect(sim.now()):equals(1.0)
  end)
end)

describe("closed formulas", function()
  it("give the queue of one server", function()
    local queue = sim.queueing.mm1 { arrival_rate = 0.5, service_rate = 1 }
    expect(queue.mean_response_seconds):is_near(2)
    expect(queue.utilization):is_near(0.5)
  end)
end)
