-- Asks the requests of a file in turn, as written there: a line with the length, then that many bytes, again and again.
-- Prints one line that the bench reads: requests, microseconds, latencies in microseconds, failures, bytes.
-- Arguments: the file, the number of connections.
local requests, at, thread = {}, 0, nil

-- wrk calls this and done in one state of Lua, what is between in that of the thread.
function setup(started)
  thread = started
end

function init(args)
  connections = tonumber(args[2]) -- not local: done asks the thread's state for it
  local file = assert(io.open(args[1], "rb"))
  for length in function() return file:read("*n") end do
    file:read(1)
    requests[#requests + 1] = file:read(length)
  end
  file:close()
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- The latencies of the requests that were made. After a run wrk adds requests that a client with a fixed rate would have
-- made while it waited: for each that took t, one of t - e, t - 2e and so on, while more than e, where e is the mean time
-- between two of a connection. Nobody made those here: a connection asks again when it has its answer. So the count at
-- each t above e is that of the requests themselves and the count at t + e; the difference is what was made.
local function made(summary, latency, connections)
  local expected = math.floor(summary.duration / math.floor(summary.requests / connections))
  local counted, found, total = {}, {}, 0
  for i = 1, #latency do
    local microseconds, count = latency(i)
    counted[microseconds] = count
  end
  for i = 1, #latency do
    local microseconds, count = latency(i)
    if microseconds > expected then count = count - (counted[microseconds + expected] or 0) end
    found[i], total = { microseconds, count }, total + count
  end
  assert(total == summary.requests - summary.errors.timeout, total .. " latencies of " .. summary.requests .. " requests")
  return found, total
end

local function percentiles(latencies, total, ...)
  local found, sum, i = {}, 0, 0
  for _, percent in ipairs({ ... }) do
    while sum < total * percent / 100 do
      i = i + 1
      sum = sum + latencies[i][2]
    end
    found[#found + 1] = i > 0 and latencies[i][1] or 0
  end
  return unpack(found)
end

function done(summary, latency)
  local errors, connections = summary.errors, thread:get("connections")
  local p50, p95, p99 = 0, 0, 0
  if summary.requests >= connections then
    local all, total = made(summary, latency, connections)
    p50, p95, p99 = percentiles(all, total, 50, 95, 99)
  end
  io.write(string.format("RESULT %d %d %d %d %d %d %d\n", summary.requests, summary.duration, p50, p95, p99,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status, summary.bytes))
end
