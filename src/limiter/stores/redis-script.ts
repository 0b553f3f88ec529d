import type { Take, Verdict } from '../rule.ts';
import { windowAt, windowVerdict } from '../sliding-window.ts';
import { bucketVerdict } from '../token-bucket.ts';

/** Numbers of one take. */
const NUMBERS = 6;

/**
 * token-bucket.ts and sliding-window.ts for Redis: any number of takes in one call, in their order. All their numbers come in
 * one text, and one text goes back with 1 or 0 and the state for each: many small values cost a client more than the
 * work itself. Lua's numbers are doubles like ours, but its tostring() keeps 14 digits only.
 */
export const SCRIPT = `
local function bucket(key, now, cost, capacity)
  local full = math.min(math.max(tonumber(redis.call('GET', key) or '0'), now), now + capacity)
  local ok = cost <= 0 or full + cost - now <= capacity
  if ok then full = math.max(now, full + cost) end
  local state = string.format('%.0f', full)
  redis.call('SET', key, state, 'PX', math.ceil((full - now) / 1000) + 1000)
  return ok, state
end
local function window(key, number, elapsed, period, cost, limit)
  local current, previous = 0, 0
  local w, c, p = string.match(redis.call('GET', key) or '', '^(%d+):(%d+):(%d+)$')
  w = tonumber(w)
  if w == number then current, previous = tonumber(c), tonumber(p)
  elseif w == number + 1 then number, elapsed, current, previous = w, 0, tonumber(c), tonumber(p)
  elseif w == number - 1 then previous = tonumber(c) end
  local ok = cost <= 0 or previous * (period - elapsed) + (current + cost) * period <= limit * period
  if ok then current = math.max(0, current + cost) end
  local state = string.format('%.0f:%.0f:%.0f', number, current, previous)
  redis.call('SET', key, state, 'PX', 2 * period)
  return ok, state
end
local numbers, answers = {}, {}
for number in string.gmatch(ARGV[1], '%S+') do numbers[#numbers + 1] = tonumber(number) end
for i = 1, #KEYS do
  local at, n = (i - 1) * ${NUMBERS}, {}
  for j = 1, ${NUMBERS} do n[j] = numbers[at + j] end
  local ok, state
  if n[1] == 0 then ok, state = bucket(KEYS[i], n[2], n[3], n[4])
  else ok, state = window(KEYS[i], n[2], n[3], n[4], n[5], n[6]) end
  answers[i] = (ok and '1 ' or '0 ') .. state
end
return table.concat(answers, ' ')`;

/** What the script reads of a take; always as many. */
export const numbersOf = ({ rule, cost, now_us }: Take): string => {
  if (rule.kind === 'bucket') {
    return `0 ${now_us} ${cost * rule.interval_us} ${rule.capacity_us} 0 0`;
  }
  const { window, elapsed_ms } = windowAt(rule, now_us);
  return `1 ${window} ${elapsed_ms} ${rule.period_ms} ${cost} ${rule.limit}`;
};

/** What the caller is told, from the answer to one take. */
export const verdictOf = ({ rule, cost, now_us }: Take, allowed: boolean, state: string): Verdict => {
  if (rule.kind === 'bucket') return bucketVerdict(rule, Number(state), allowed, cost, now_us);
  const [window = 0, current = 0, previous = 0] = state.split(':').map(Number);
  return windowVerdict(rule, { window, current, previous }, allowed, cost, now_us);
};
