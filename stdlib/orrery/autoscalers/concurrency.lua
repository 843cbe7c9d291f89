--- As many replicas as open requests need at a target for each, and fewer only after a while.
---
--- ```lua
--- local concurrency = require("orrery.autoscalers.concurrency")
--- local scaler = concurrency.new{ target_requests = 8, hold_seconds = 30 }
--- print(cluster.service{ cost = {}, autoscaler = scaler })
--- ```
local M = {}

local Autoscaler = { name = "concurrency" }
Autoscaler.__index = Autoscaler

--- Makes an autoscaler.
---@param options? table target_requests (20), hold_seconds (120), interval_seconds (10)
---@return table
function M.new(options)
  local made = { target_requests = 20, hold_seconds = 120, interval_seconds = 10, recent = {} }
  for name, value in pairs(options or {}) do made[name] = value end
  return setmetatable(made, Autoscaler)
end

--- Makes another one that knows the same, for a copy of the simulation.
function Autoscaler:copy()
  local made = M.new(self)
  made.recent = table.move(self.recent, 1, #self.recent, 1, {})
  return made
end

--- Gives the largest number of replicas that was needed lately.
---@param view cluster.View
---@return integer
function Autoscaler:desired(view)
  local now, most, kept = view.now_seconds, 1, {}
  self.recent[#self.recent + 1] = { now, math.ceil(view.open_requests / self.target_requests) }
  for _, entry in ipairs(self.recent) do
    if entry[1] >= now - self.hold_seconds then
      kept[#kept + 1], most = entry, math.max(most, entry[2])
    end
  end
  self.recent = kept
  return most
end

return M
