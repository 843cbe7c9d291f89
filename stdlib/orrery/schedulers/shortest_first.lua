--- Continuous batching that admits the shortest prompts first.
---
--- Short questions do not wait behind long documents, which wait for as long as short ones come.
---
--- ```lua
--- local shortest_first = require("orrery.schedulers.shortest_first")
--- print(cluster.service{ cost = {}, scheduler = shortest_first })
--- ```
local M = { name = "shortest-first", most_waiting = 64 }

--- Runs who runs, preempts while blocks are lacking, and admits by what is left to compute.
---@param state cluster.State
---@param _ table
---@param plan cluster.Plan
function M:plan(state, _, plan)
  local lacking = plan:run_all()
  while lacking do
    plan:preempt(plan:youngest())
    lacking = plan:run_all()
  end
  if plan.preempted_count > 0 or plan.tokens_left == 0 or state.waiting_count == 0 then return end
  local order, pending = {}, {}
  for sequence in state:waiting() do
    order[#order + 1], pending[sequence] = sequence, state:pending_tokens(sequence)
    if #order == self.most_waiting then break end
  end
  table.sort(order, function(a, b)
    if pending[a] ~= pending[b] then return pending[a] < pending[b] end
    return state:request(a) < state:request(b)
  end)
  for _, sequence in ipairs(order) do
    if not plan:admit(sequence) then break end
  end
end

return M
