-- One family asks at the door of one intake's waiting room; everything it needs in one step.
--
-- KEYS  line: place -> order (those who came before the opening by their drawn number, below LATE;
--             later ones by the microsecond of arrival, above it)
--       seen: place -> when it last asked        passes: place -> until when it may come in
--       state: tokens and their time, the last order given, when this line was begun
-- ARGV  place, tokens a second, most tokens kept, drawn number, opening, since (0: not known),
--       1 when the family is inside already, now (0: the server's clock),
--       patience, time to come when called, length of a pass        (all times in microseconds)
-- Returns {1 inside or 0 waiting, now, position from 1, places in line, waiting since,
--          1 while the order is still being drawn}
local line, seen, passes, state = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local place, rate, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local drawn, opens, since = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local is_inside, now = ARGV[7] == '1', tonumber(ARGV[8])
local patience, called, lasting = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local LATE, SWEPT, CALLED, DAY = 281474976710656, 20, 500, 86400

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

-- What nobody asks for any more goes, a few at a time: memory never outgrows who is here.
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', now - patience, 'LIMIT', 0, SWEPT)) do
  release(gone)
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', passes, '-inf', now, 'LIMIT', 0, SWEPT)) do
  redis.call('ZREM', passes, gone)
end

local held = redis.call('HMGET', state, 'tokens', 'at', 'last', 'born')
local tokens, at = tonumber(held[1] or most), tonumber(held[2] or now)
local last, born = tonumber(held[3] or 0), tonumber(held[4] or now)
if now > at then
  tokens = math.min(most, tokens + (now - at) * rate / 1000000)
  at = now
end
tokens = math.min(most, tokens)

local function remember()
  redis.call('HSET', state, 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', at),
    'last', string.format('%.0f', last), 'born', string.format('%.0f', born))
  redis.call('EXPIRE', state, DAY)
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

local order = redis.call('ZSCORE', line, place)
if order and is_abandoned(place) then
  release(place)
  order = nil
end
if not order then
  -- A line that was lost is begun again by who stood in it: the order it had counts, not today's.
  local arrived = now
  if since > 0 and since < born then arrived = since end
  if arrived < opens then
    order = drawn
  elseif arrived < now then
    order = LATE + arrived
  else
    order = math.max(LATE + now, last + 1)
    last = order
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
  if is_abandoned(first[1]) then
    redis.call('ZREM', seen, first[1])
  else
    redis.call('ZREM', seen, first[1])
    tokens = tokens - 1
    let_in(first[1], first[1] == place and lasting or called)
  end
end
remember()

local rank = redis.call('ZRANK', line, place)
if not rank then return {1, now, 0, 0, 0, 0} end
order = tonumber(order)
local stood = order >= LATE and order - LATE or (since > 0 and since < opens and since) or math.min(now, opens - 1)
return {0, now, rank + 1, redis.call('ZCARD', line), stood, (order < LATE and now < opens) and 1 or 0}
