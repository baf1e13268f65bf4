-- The check of the books, a part at a time: the won of the cards, or those that the transactions
-- moved, with the numbers from ARGV[2] to ARGV[3]. One that is missing is an error.
local sum = 0
for number = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  if ARGV[1] == 'cards' then
    sum = sum + redis.call('HGET', string.format('card:%012d', number), 'balance')
  else
    sum = sum + string.match(redis.call('GET', 'transaction:' .. number), '|(%d+)|')
  end
end
return sum
