--- Continuous batching as in vLLM: one token budget, chunked prefill, the youngest makes room.
---
--- ```lua
--- local continuous = require("orrery.schedulers.continuous")
--- print(cluster.service{ cost = {}, scheduler = continuous })
--- ```
local M = { name = "continuous" }

--- Runs who runs, preempts while blocks are lacking, and admits in order when nobody had to go.
---@param state cluster.State
---@param _ table the budget, which `plan` keeps
---@param plan cluster.Plan
function M.plan(_, state, _, plan)
  local lacking = plan:run_all()
  while lacking do
    plan:preempt(plan:youngest())
    lacking = plan:run_all()
  end
  if plan.preempted_count > 0 then return end
  for sequence in state:waiting() do
    local is_in, reason = plan:admit(sequence)
    if not is_in and reason ~= "adapters" then break end
  end
end

return M
