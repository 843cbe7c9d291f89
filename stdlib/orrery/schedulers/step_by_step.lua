--- The same decisions as `orrery.schedulers.continuous`, each sequence planned by itself.
---
--- Slower, since every sequence of every step passes through Lua, and a place to change anything.
---
--- ```lua
--- local step_by_step = require("orrery.schedulers.step_by_step")
--- print(cluster.service{ cost = {}, scheduler = step_by_step })
--- ```
local M = { name = "step-by-step" }

--- Makes room for a running sequence; false when it had to go itself, or waits for those in flight.
local function make_room(state, plan, sequence, tokens)
  while not plan:fits(sequence, tokens) do
    local youngest = plan:youngest()
    if youngest == sequence and state.in_flight_count > 0 then return false end
    plan:preempt(youngest)
    if youngest == sequence then return false end
  end
  return true
end

--- Plans running sequences one by one, then admits.
---@param state cluster.State
---@param budget table tokens, sequences, admitted, adapters, draft_tokens
---@param plan cluster.Plan
function M.plan(_, state, budget, plan)
  for sequence in state:running() do
    local tokens = plan:tokens_for(sequence)
    if tokens == 0 or plan.count == budget.sequences or plan:is_preempted(sequence) then break end
    if not make_room(state, plan, sequence, tokens) then return end
    if state:is_decoding(sequence) then
      plan:decode(sequence)
    else
      plan:prefill(sequence, tokens)
    end
  end
  if plan.preempted_count > 0 then return end
  for sequence in state:waiting() do
    if not plan:admit(sequence) then break end
  end
end

return M
