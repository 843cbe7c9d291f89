--- Which GPUs, and how many, keep a promise: deployments of a model, the cheapest first.
---
--- ```lua
--- local planning = require("orrery.planning")
--- print(planning.deployments{ model = "llama-3.1-8b", devices = { "A100-80GB", "H100" },
---   tp = { 1, 2 }, trace = cluster.workload{ rate = 8, count = 200 }, ttft_seconds = 1 })
--- ```
local M = {}

---@class planning.Options
---@field model any what is served, as for cluster.service
---@field devices any[] the GPUs to try, as for cluster.service
---@field trace cluster.Trace what comes
---@field tp? integer[] GPUs of a replica to try, default { 1, 2, 4, 8 }
---@field weights? string[] number formats of weights to try, default { "bf16" }
---@field prices? table<string, number> dollars of a GPU an hour, in place of the catalogue's
---@field service? table other options of cluster.service, the same for all
---@field ttft_seconds? number the latest first token
---@field tpot_seconds? number the most time per token, on average over an answer
---@field e2e_seconds? number the latest last token
---@field share? number of all requests, that keep these limits, default 0.99
---@field most? integer the most replicas that are tried, default 256

---@class planning.Deployment
---@field device string the GPU
---@field tp integer GPUs of a replica
---@field weights string the number format of weights
---@field replicas? integer the fewest that keep the promise; nil when none do
---@field gpus? integer all of them
---@field usd_per_hour? number what they cost, where a price is known
---@field million_tokens_usd? number what a million tokens of prompts and answers cost
---@field joules_per_token? number energy per token of answers
---@field ttft_p99_seconds? number of the run with so many replicas
---@field tpot_p99_seconds? number likewise
---@field share? number of requests that kept the promise
---@field fault? string why it does not serve

local known = {
  model = true, devices = true, trace = true, tp = true, weights = true, service = true,
  prices = true, ttft_seconds = true, tpot_seconds = true, e2e_seconds = true, share = true,
  most = true,
}

local function check(options)
  for name in pairs(options) do
    if not known[name] then error(("planning: unknown option %q"):format(name), 3) end
  end
  for _, name in ipairs { "model", "devices", "trace" } do
    if not options[name] then error("planning: give " .. name, 3) end
  end
end

--- Without the position that an error of Lua begins with.
local function reason(message)
  return (tostring(message):gsub("^[%w_%-./ ]+:%d+: ", ""):gsub("^service: ", ""))
end

local function service(options, device, tp, weights)
  local settings = { router = "least-outstanding" }
  for name, value in pairs(options.service or {}) do settings[name] = value end
  settings.model, settings.device, settings.tp = options.model, device, tp
  settings.weights = weights
  return cluster.service(settings)
end

--- Fills in what the run with the fewest replicas came to.
local function note(row, found, price)
  row.replicas, row.gpus, row.share = found.replicas, found.gpus, found.share
  row.usd_per_hour = price and price * row.gpus
  for _, point in ipairs(found:points():rows()) do
    if point.replicas == found.replicas then
      row.ttft_p99_seconds, row.tpot_p99_seconds = point.ttft_p99_seconds, point.tpot_p99_seconds
      row.million_tokens_usd = point.million_tokens_usd
      local tokens = point.output_tokens_per_second * point.makespan_seconds
      row.joules_per_token = point.energy_joules and point.energy_joules / tokens
    end
  end
end

local function try(options, device, tp, weights)
  local row = { device = gpu(device).name, tp = tp, weights = weights }
  local price = options.prices and (options.prices[device] or options.prices[row.device])
    or gpu(device).price_usd_per_hour
  local good, made = pcall(service, options, device, tp, weights)
  if not good then
    row.fault = reason(made)
    return row
  end
  local settings = options.service or {}
  local gpus = tp * (settings.pp or 1) * (settings.attention_ranks or 1)
  local found = cluster.capacity {
    service = made, trace = options.trace, ttft_seconds = options.ttft_seconds,
    tpot_seconds = options.tpot_seconds, e2e_seconds = options.e2e_seconds,
    share = options.share or 0.99, most = options.most or 256, progress = false,
    device = device, gpus = gpus, gpu_usd_per_hour = price,
  }
  if found.replicas then
    note(row, found, price)
  else
    row.fault = tostring(found):match("\n(with [^\n]+)") or "no number of replicas keeps it"
  end
  return row
end

--- Sorts by dollars, or by GPUs where a price is missing; what does not serve comes last.
local function before(a, b)
  if (a.replicas ~= nil) ~= (b.replicas ~= nil) then return a.replicas ~= nil end
  if a.replicas then
    local x, y = a.usd_per_hour, b.usd_per_hour
    if x and y and x ~= y then return x < y end
    if (x ~= nil) ~= (y ~= nil) then return x ~= nil end
    if a.gpus ~= b.gpus then return a.gpus < b.gpus end
  end
  if a.device ~= b.device then return a.device < b.device end
  if a.tp ~= b.tp then return a.tp < b.tp end
  return a.weights < b.weights
end

local Plan = {}

--- The deployments as a picture.
function Plan.figure(rows)
  local cells, faults = {}, 0
  for _, r in ipairs(rows) do
    if r.replicas then
      cells[#cells + 1] = { r.device, r.tp, r.weights, r.replicas, r.gpus, r.usd_per_hour,
        r.million_tokens_usd, r.ttft_p99_seconds * 1e3,
        r.tpot_p99_seconds and r.tpot_p99_seconds * 1e3 }
    else
      faults = faults + 1
    end
  end
  return plot.table(cells, { title = "Deployments that keep the promise, the cheapest first",
    subtitle = faults > 0 and faults .. " others do not" or nil,
    columns = {
      { name = "GPU" }, { name = "tp", decimals = 0 }, { name = "weights" },
      { name = "replicas", decimals = 0 }, { name = "GPUs", decimals = 0 },
      { name = "$/h", decimals = 2 }, { name = "$/M tok", decimals = 3 },
      { name = "TTFT ms", decimals = 0 }, { name = "TPOT ms", decimals = 1 },
    } })
end

function Plan.__tostring(rows)
  local lines = { tostring(Plan.figure(rows)) }
  for _, r in ipairs(rows) do
    if r.fault then
      lines[#lines + 1] = ("%d %s %s: %s"):format(r.tp, r.device, r.weights, r.fault)
    end
  end
  return table.concat(lines, "\n")
end

Plan.__index = Plan

--- Finds the fewest replicas of every deployment that keep the promise.
---
--- ```lua
--- local plan = planning.deployments(options)
--- print(plan[1].device, plan[1].gpus, plan[1].usd_per_hour)
--- ```
---@param options planning.Options
---@return planning.Deployment[] # the cheapest first; prints as a table, :figure() is a picture
function M.deployments(options)
  check(options)
  local rows = {}
  for _, device in ipairs(options.devices) do
    for _, tp in ipairs(options.tp or { 1, 2, 4, 8 }) do
      for _, weights in ipairs(options.weights or { "bf16" }) do
        rows[#rows + 1] = try(options, device, tp, weights)
      end
    end
  end
  table.sort(rows, before)
  return setmetatable(rows, Plan)
end

return M
