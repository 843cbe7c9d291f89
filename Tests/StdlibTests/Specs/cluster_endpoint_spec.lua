-- Endpoints at which nobody listens, and cost models fitted to measurements.

describe("an endpoint", function()
  local nobody = cluster.endpoint("http://127.0.0.1:9/v1", { model = "none" })

  it("says where it is and what is asked for", function()
    expect(nobody.url):contains("127.0.0.1:9/v1")
    expect(nobody.model):equals("none")
    expect(tostring(nobody)):contains("127.0.0.1:9")
    expect(function() nobody:models() end):raises("127.0.0.1:9")
  end)

  it("counts what failed, under the names of a simulation's result", function()
    local measured = nobody:replay(cluster.workload { rate = 200, count = 3 })
    expect({ measured.arrived, measured.finished, measured.failed }):equals({ 3, 0, 3 })
    expect(measured.name):contains("none")
    for _, name in ipairs { "ttft_seconds", "tpot_seconds", "itl_seconds", "e2e_seconds" } do
      expect(measured[name].count):equals(0)
    end
    for _, name in ipairs { "throughput", "output_throughput", "total_throughput" } do
      expect(measured[name]):is_near(0, 0)
    end
    expect(measured.makespan_seconds):is_a("number")
    expect(measured:requests()[2].status):contains("onnect")
  end)
end)

describe("a cost model fitted to measurements", function()
  it("finds the numbers that made them", function()
    local list = {}
    for _, tokens in ipairs { 10, 100, 400, 1000 } do
      list[#list + 1] = { prefill_tokens = tokens, prefill_pairs = tokens * (tokens + 1) / 2,
        seconds = 0.01 + 1e-4 * tokens + 1e-8 * tokens * (tokens + 1) / 2 }
    end
    for _, users in ipairs { 1, 4, 16 } do
      for _, context in ipairs { 50, 800 } do
        list[#list + 1] = { decodes = users, decode_context_tokens = users * context,
          seconds = 0.01 + 1e-3 * users + 1e-7 * users * context }
      end
    end
    local fitted = cluster.fit_cost(list)
    expect(fitted.mean_error < 0.02):is_true()
    expect(fitted.base_seconds):is_near(0.01, 0.002)
    expect(fitted.held_out_error < 0.02):is_true()
    expect(fitted.token_seconds):is_near(1e-4, 2e-5)
    expect(fitted.prefill_pair_seconds):is_near(1e-8, 1e-8)
    expect(fitted.decode_sequence_seconds):is_near(9e-4, 2e-4)
    expect(fitted.context_token_seconds):is_near(1e-7, 1e-7)
    expect(fitted.request_seconds):is_near(0, 0.01)
    expect(fitted.prompt_seconds):is_near(0, 0.01)
    expect(fitted.warnings):equals({})
    expect(fitted:tokens()[1].from_tokens):equals(0)
    local rows = fitted:measurements()
    expect(#rows):equals(#list)
    expect(rows[1].spread):is_near(0, 0)
    expect(rows[1].held_out_error):is_near(0, 0.02)
    expect(tostring(fitted)):contains("held out")
    expect(fitted.cost.name):equals("fitted")
    local service = cluster.service { cost = fitted.cost, name = "fitted" }
    expect({ service.name, service.scheduler, service.cost.name })
      :equals({ "fitted", "vllm-v1", "fitted" })
    expect(cluster.workload({ name = "mine", count = 3 }).name):equals("mine")
  end)
end)
