--- Looks at two replicas drawn by lot and takes the one with less to do.
---
--- Nearly as even as looking at all of them, and the cost does not grow with their number
--- (Mitzenmacher, The power of two choices in randomized load balancing, 2001).
---
--- ```lua
--- local two_choices = require("orrery.routers.two_choices")
--- print(cluster.service{ cost = {}, replicas = 64, router = two_choices.new(1) })
--- ```
local M = {}

local Router = { name = "two-choices" }
Router.__index = Router

--- Makes a router whose draws follow from a seed.
---@param seed integer
---@return table
function M.new(seed) return setmetatable({ state = seed & 0x7fffffff }, Router) end

--- Makes another one in the same state, for a copy of the simulation.
function Router:copy() return setmetatable({ state = self.state }, Router) end

--- Draws a number from 1 to n (Park and Miller's generator, so that a copy goes on by itself).
function Router:draw(n)
  self.state = self.state * 48271 % 0x7fffffff
  if self.state == 0 then self.state = 1 end
  return self.state % n + 1
end

--- Gives the place of the replica in the list.
---@param _ cluster.Request
---@param replicas cluster.Replicas
---@return integer
function Router:pick(_, replicas)
  local a, b = self:draw(#replicas), self:draw(#replicas)
  return replicas:outstanding_tokens(b) < replicas:outstanding_tokens(a) and b or a
end

return M
