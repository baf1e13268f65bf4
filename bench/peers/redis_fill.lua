-- Makes the cards from ARGV[1] up to ARGV[2], active, each of ARGV[3] won.
for id = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('HSET', string.format('card:%012d', id), 'state', 2, 'balance', ARGV[3], 'spent', 0)
end
return 'OK'
