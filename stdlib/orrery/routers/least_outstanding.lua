--- Fewest requests that have not ended wins; ties go to the first.
---
--- ```lua
--- local least = require("orrery.routers.least_outstanding")
--- print(cluster.service{ cost = {}, replicas = 4, router = least })
--- ```
local M = { name = "least-outstanding" }

--- Gives the place of the replica in the list.
---@param _ cluster.Request
---@param replicas cluster.Replicas
---@return integer
function M.pick(_, _, replicas)
  local best, least = 1, replicas:outstanding(1)
  for place = 2, #replicas do
    local outstanding = replicas:outstanding(place)
    if outstanding < least then best, least = place, outstanding end
  end
  return best
end

return M
