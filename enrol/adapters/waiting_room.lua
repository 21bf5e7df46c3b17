-- One family asks at the door of one intake's waiting room; everything it needs in one step.
--
-- KEYS  line: place -> order (those who came before the opening by their drawn number, below LATE;
--             later ones by the microsecond of arrival, above it)
--       seen: place -> when it last asked        passes: place -> until when it may come in
--       state: tokens at a time and at which rate they come, the last order given, when this line
--              was begun, when it was last swept
-- ARGV  place, tokens a second, most tokens kept, drawn number, opening, since (0: not known),
--       1 when the family is inside already, now (0: the server's clock),
--       patience, time to come when called, length of a pass        (all times in microseconds)
-- Returns {1 inside or 0 waiting, now, position from 1, places in line, since when (0: not new here),
--          1 while the order is still being drawn}
local line, seen, passes, state = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local place, rate, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local drawn, opens, since = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local is_inside, now = ARGV[7] == '1', tonumber(ARGV[8])
local patience, called, lasting = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local LATE, SWEPT, CALLED, DAY, PAUSE = 281474976710656, 100, 500, 86400, 50000

if now == 0 then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
end

local function release(gone)
  redis.call('ZREM', line, gone)
  redis.call('ZREM', seen, gone)
end

local function is_abandoned(who)
  local at = redis.call('ZSCORE', seen, who)
  return not at or tonumber(at) < now - patience
end

local held = redis.call('HMGET', state, 'tokens', 'at', 'rate', 'last', 'born', 'swept')
local tokens, at, old_rate = tonumber(held[1] or most), tonumber(held[2] or now), tonumber(held[3] or rate)
local last, born, swept = tonumber(held[4] or 0), tonumber(held[5] or now), tonumber(held[6] or 0)
local is_changed = not held[1] or old_rate ~= rate
if now > at then
  tokens = tokens + (now - at) * old_rate / 1000000
  at = now
end
tokens = math.min(most, tokens)

-- What nobody asks for any more goes, so memory never outgrows who is here; not at every request,
-- for a crowd asks thousands of times a second.
if now - swept >= PAUSE or now < swept then
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', now - patience, 'LIMIT', 0, SWEPT)) do
    release(gone)
  end
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', passes, '-inf', now, 'LIMIT', 0, SWEPT)) do
    redis.call('ZREM', passes, gone)
  end
  swept, is_changed = now, true
end

local function remember()
  if is_changed then
    redis.call('HSET', state, 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', at),
      'rate', ARGV[2], 'last', string.format('%.0f', last), 'born', string.format('%.0f', born),
      'swept', string.format('%.0f', swept))
    redis.call('EXPIRE', state, DAY)
  end
end

local function let_in(who, time)
  redis.call('ZADD', passes, now + time, who)
  redis.call('EXPIRE', passes, DAY)
end

local pass = redis.call('ZSCORE', passes, place)
if is_inside or (pass and tonumber(pass) > now) then
  let_in(place, lasting)
  release(place)
  remember()
  return {1, now, 0, 0, 0, 0}
end

local looked, arrived = redis.call('ZSCORE', seen, place), 0
if looked and tonumber(looked) < now - patience then
  release(place)
  looked = nil
end
if not looked then
  -- A line that was lost is begun again by who stood in it: the order it had counts, not today's.
  arrived = now
  if since > 0 and since < born then arrived = since end
  local order = drawn
  if arrived >= opens and arrived < now then
    order = LATE + arrived
  elseif arrived >= opens then
    order = math.max(LATE + now, last + 1)
    last, is_changed = order, true
  end
  redis.call('ZADD', line, order, place)
  redis.call('EXPIRE', line, DAY)
  redis.call('EXPIRE', seen, DAY)
end
redis.call('ZADD', seen, now, place)

local calls = 0
while tokens >= 1 and calls < CALLED do
  local first = redis.call('ZPOPMIN', line)
  if #first == 0 then break end
  calls = calls + 1
  if not is_abandoned(first[1]) then
    tokens, is_changed = tokens - 1, true
    let_in(first[1], first[1] == place and lasting or called)
  end
  redis.call('ZREM', seen, first[1])
end
remember()

local rank = redis.call('ZRANK', line, place)
if not rank then return {1, now, 0, 0, 0, 0} end
return {0, now, rank + 1, redis.call('ZCARD', line), arrived, now < opens and 1 or 0}
