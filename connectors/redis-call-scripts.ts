/**
 * The log of one system is one sorted set. A member is `<id>:<calls>`, its score the time in milliseconds from which its
 * calls count as made: the settlement, or, while they are held, the end of the hold. Two members are marks: `run:<id>`
 * says in which run of Redis the log was begun, `forgotten` until when calls of an earlier run may still arrive.
 */
const clock = `
local time = redis.call('time')
local exact_ms = time[1] * 1000 + time[2] / 1000
local now = math.floor(exact_ms)
`;

/** Arguments: id, calls, how long they are held, the longest window, then each limit's calls and length. */
export const holdCalls = `${clock}
local key, id, asked, held_for, longest = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local run = 'run:' .. string.match(redis.call('info', 'server'), 'run_id:(%w+)')
if not redis.call('zscore', key, run) then
  redis.call('del', key)
  redis.call('zadd', key, '+inf', run, now + held_for, 'forgotten')
end
redis.call('zremrangebyscore', key, '-inf', now - longest)
local forgotten = redis.call('zscore', key, 'forgotten')
if forgotten then return { 'forgotten' } end

local rows = redis.call('zrevrangebyscore', key, '(+inf', '-inf', 'withscores')
local retry_after = 0
for limit = 5, #ARGV, 2 do
  local room, length, counted = tonumber(ARGV[limit]) - asked, tonumber(ARGV[limit + 1]), 0
  for row = 1, #rows, 2 do
    counted = counted + tonumber(string.match(rows[row], ':(%d+)$'))
    if counted > room then
      local at = tonumber(rows[row + 1])
      if at > now - length then
        local wait = at > now and math.min(length, 5000) or at + length - now
        retry_after = math.max(retry_after, wait, 200)
      end
      break
    end
  end
end
if retry_after > 0 then return { 'spent', math.ceil(retry_after) } end
redis.call('zadd', key, math.ceil(exact_ms) + held_for, id)
return { 'held' }
`;

/** Arguments: the member as it was held, and as it is now or an empty text. */
export const settleCalls = `${clock}
redis.call('zrem', KEYS[1], ARGV[1])
if ARGV[2] ~= '' then redis.call('zadd', KEYS[1], math.ceil(exact_ms), ARGV[2]) end
`;

/** Arguments: the lengths of the windows. */
export const countedCalls = `${clock}
local run = 'run:' .. string.match(redis.call('info', 'server'), 'run_id:(%w+)')
if not redis.call('zscore', KEYS[1], run) then return { 'forgotten' } end
local forgotten = redis.call('zscore', KEYS[1], 'forgotten')
local answer = { 'counted' }
for index, length in ipairs(ARGV) do
  if forgotten and forgotten + length > now then return { 'forgotten' } end
  local counted = 0
  for _, member in ipairs(redis.call('zrangebyscore', KEYS[1], '(' .. (now - length), '(+inf')) do
    if member ~= 'forgotten' then counted = counted + tonumber(string.match(member, ':(%d+)$')) end
  end
  answer[index + 1] = counted
end
return answer
`;
