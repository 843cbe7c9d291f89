describe("the numbers of models", function()
  it("tells a mixture's parts", function()
    local v3 = llm.spec "deepseek-v3"
    expect(v3.experts):equals(256)
    expect(v3.experts_used):equals(8)
    expect(v3.expert_width):equals(2048)
    expect(v3.shared_expert_width):equals(2048)
    expect(v3.dense_layers):equals(3)
    expect(v3.latent_rank):equals(512)
    expect(v3.latent_query_rank):equals(1536)
    expect(v3.active_parameters / v3.parameters):is_near(0.056, 0.001)
    expect(v3.expert_parameters):equals(58 * 256 * 3 * 7168 * 2048)
    expect(v3:published().key_value_bytes):equals(v3:key_value_bytes())
  end)

  it("has nothing of them in a plain model", function()
    local plain = llm.spec "llama-2-7b"
    expect(plain.experts):equals(nil)
    expect(plain.active_parameters):equals(plain.parameters)
    expect(plain.expert_parameters):equals(0)
    expect(plain.window_tokens):equals(nil)
    expect(llm.spec("gemma-3-1b").window_tokens):equals(512)
  end)

  it("computes the work, time and cost of training", function()
    local run = llm.spec("llama-2-7b"):training { tokens = 2e12, devices = 2048 }
    expect(run.flops):is_near(6 * 6738415616 * 2e12, 1e15)
    expect(run.hardware_flops):equals(run.flops)
    expect(run.days):is_near(run.seconds / 86400, 1e-9)
    expect(run.cost_usd):is_near(2 * run.device_hours, 1e-6)
    expect(run.energy_joules):is_near(run.device_hours * 3600 * 1275 * 1.2, 1)
    expect(run.loss_nats):is_near(2.0, 0.2)
  end)

  it("computes what training holds in memory", function()
    local llama = llm.spec "llama-2-7b"
    local one = llama:training_memory()
    local many = llama:training_memory { data_parallel = 64, zero_stage = 3 }
    expect(one.weights_bytes):equals(2 * llama.parameters)
    expect(many.weights_bytes):equals(one.weights_bytes // 64)
    expect(many.gradients_bytes):equals(one.gradients_bytes // 64)
    expect(many.optimizer_bytes):equals(one.optimizer_bytes // 64)
    expect(many.activations_bytes):equals(one.activations_bytes)
    expect(many.devices):equals(64)
    expect(one.total_bytes):equals(
      one.weights_bytes + one.gradients_bytes + one.optimizer_bytes + one.activations_bytes)
  end)

  it("sizes adapters and names the targets", function()
    local llama = llm.spec "llama-2-7b"
    expect(llama:adapter_bytes { rank = 8, targets = { "queries", "values" } }):equals(8388608)
    expect(function() llama:adapter_bytes { targets = { "valuez" } } end):raises("values")
  end)

  it("knows the compute optimum and the widths of formats", function()
    local best = llm.compute_optimum(5.76e23)
    expect(6 * best.parameters * best.tokens):is_near(5.76e23, 1e18)
    local bits = {}
    for _, width in ipairs(llm.number_widths()) do bits[width.name] = width.bits end
    expect(bits.q4_0):equals(4.5)
  end)

  it("reads a config.json", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write [[{"model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008,
      "num_attention_heads": 32, "num_hidden_layers": 32, "vocab_size": 32000}]]
    file:close()
    expect(llm.spec_from_config(path).parameters):equals(llm.spec("llama-2-7b").parameters)
    os.remove(path)
  end)
end)
