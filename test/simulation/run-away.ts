import { formatDecimal } from '../../src/kernel/decimal.ts';
import type { Trading } from '../../src/trading.ts';
import { type Command, type Person, pick } from './commands.ts';
import type { World } from './world.ts';

/** More than the best price has, so that the rest is cancelled at once. */
const quantities = { AAPL: '300', 'BTC-USD': '1.5' } as const;
const CENT = 10n ** 6n;

const available = async ({ database }: World, { accountId }: Person, asset: string): Promise<bigint> => {
  const row = await database.prisma.balance.findFirst({ where: { accountId, asset } });
  return row === null ? 0n : row.posted - row.held;
};

const send = async (
  world: World,
  who: Person,
  kind: Command['kind'],
  input: object,
  call: (trading: Trading, input: never) => ReturnType<Command['send']>,
): Promise<void> => {
  const keyed = { ...input, idempotencyKey: `${world.seed}-${world.sent.length}` };
  const text = `${who.name} ${kind} ${JSON.stringify(keyed)}`;
  const sent = {
    command: { who, kind, text, send: (server: Trading) => call(server, keyed as never) },
    answer: undefined,
  };
  world.sent.push(sent);
  await world.send(sent);
};

/**
 * Somebody trades with whoever is best, and as soon as the rest of the order is cancelled takes all the cash out, or sells all
 * the units, whether or not the fills were heard of.
 */
export const runAway = async (world: World): Promise<void> => {
  const { random, schedule, database } = world;
  // Who has little cannot take all that the best price has.
  const who = pick(random, world.people.slice(0, 2));
  const [side, symbol] = pick(random, [
    ['BUY', 'AAPL'],
    ['BUY', 'BTC-USD'],
    ['SELL', 'BTC-USD'],
    ['SELL', 'BTC-USD'],
  ] as const);
  const { market } = world.server().trading.services;
  const [instrument, quote] = [market.find(symbol), market.quote(symbol)];
  const price = side === 'BUY' ? quote?.ask : quote?.bid;
  if (instrument === undefined || price == null) return;
  const units = await available(world, who, instrument.baseAsset);
  const qty = side === 'BUY' ? quantities[symbol] : formatDecimal(units, instrument.baseScale);
  const limitPrice = formatDecimal(price, instrument.priceScale);
  const order = { symbol, side, type: 'LIMIT', timeInForce: 'IOC', qty, limitPrice };
  await send(world, who, 'place', order, ({ services }, input) => services.orders.place(who.by, input));
  await world.run(() => schedule.pass(100));
  if (side === 'BUY') {
    const cents = (await available(world, who, 'USD')) / CENT;
    const amount = { amount: formatDecimal(cents, 2) };
    await send(world, who, 'withdraw', amount, ({ services }, input) => services.ledger.withdraw(who.by, input));
  } else {
    const left = formatDecimal(await available(world, who, instrument.baseAsset), instrument.baseScale);
    const rest = { symbol, side, type: 'MARKET', qty: left };
    await send(world, who, 'place', rest, ({ services }, input) => services.orders.place(who.by, input));
  }
  await world.run(() => schedule.pass(Number(random(9_000n))));
  const { rows } = await database.pool.query<{ kind: string }>(
    "SELECT kind::text FROM journal_entries WHERE kind IN ('COVER', 'REPAYMENT') ORDER BY id",
  );
  world.say(`so far: ${rows.map(({ kind }) => kind).join(' ') || 'nothing'} of the house`);
};
