-- The switch's purchase in Redis: checks, moves the money and keeps the register entry with its
-- answer, under the same three keys (a repeated message, the original of a reversal, the RRN), in
-- one step.
--   KEYS: card, merchant      ARGV: amount, transmission key (24 digits)
local amount, sent = tonumber(ARGV[1]), ARGV[2]
local first = redis.call('GET', 'duplicate:' .. sent)
if first then
  return string.match(redis.call('GET', 'transaction:' .. first), '^[^|]*')
end
local card = redis.call('HMGET', KEYS[1], 'state', 'balance', 'spent')
local answer, moved = '00', amount
if card[1] ~= '2' then
  answer, moved = '78', 0
elseif tonumber(card[2]) < amount or tonumber(card[3]) + amount > 3000000 then
  answer, moved = '51', 0
else
  redis.call('HSET', KEYS[1], 'balance', card[2] - amount, 'spent', card[3] + amount)
  redis.call('INCRBY', KEYS[2], amount)
end
local sequence = redis.call('INCR', 'sequence')
redis.call('SET', 'transaction:' .. sequence,
           answer .. '|' .. moved .. '|' .. KEYS[1] .. '|' .. KEYS[2] .. '|' .. sent .. '|' ..
           sequence % 1000000 .. '|' .. ((card[2] or 0) - moved))
redis.call('SET', 'duplicate:' .. sent, sequence)
redis.call('SET', 'original:' .. sent, sequence)
redis.call('SET', 'reference:' .. sent, sequence)
return answer
