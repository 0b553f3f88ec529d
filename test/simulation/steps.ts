import { formatDecimal } from '../../src/kernel/decimal.ts';
import { drawCommand, type Person, pick, symbols } from './commands.ts';
import { newOrders } from './many.ts';
import { sendForeseen } from './preview.ts';
import { DIED } from './process.ts';
import { runAway } from './run-away.ts';
import { mishaps } from './wire.ts';
import type { Sent, World } from './world.ts';

/** One step of the world, drawn by its seed. */

const someone = ({ random, people }: World): Person => pick(random, people);

const command = async (world: World): Promise<void> => {
  const { random, schedule, orders, sent, seed } = world;
  const key = `${seed}-${sent.length}`;
  const drawn = drawCommand(random, world.server().trading, someone(world), orders, key, schedule.clock.now());
  const next: Sent = { command: drawn, answer: undefined };
  sent.push(next);
  if (drawn.order === undefined || random(2n) === 0n) return world.send(next);
  await sendForeseen(world, next, drawn.who.by, drawn.order);
};

const many = async (world: World): Promise<void> => {
  const { random, schedule, sent, seed } = world;
  const key = `${seed}-${sent.length}`;
  const command = newOrders(random, world.server().trading, someone(world), key, schedule.clock.now());
  const next: Sent = { command, answer: undefined };
  sent.push(next);
  await world.send(next);
};

const again = async (world: World): Promise<void> => {
  if (world.sent.length > 0) await world.send(pick(world.random, world.sent));
};

const cancelAll = async (world: World): Promise<void> => {
  const { by, name } = someone(world);
  world.say(`${name} cancels all`);
  await world.run(({ trading }) => trading.services.orders.cancelAll(by, {}));
};

const deadMan = async (world: World): Promise<void> => {
  const { by, name } = someone(world);
  const seconds = Number(world.random(30n));
  world.say(`${name} cancels all after ${seconds} s`);
  await world.run(({ trading }) => trading.services.orders.cancelAllAfter(by, { seconds }));
};

const halt = async (world: World): Promise<void> => {
  const symbol = pick(world.random, symbols);
  const action = world.random(2n) === 0n ? 'haltInstrument' : 'resumeInstrument';
  world.say(`${action} ${symbol}`);
  await world.run(({ trading }) => trading.services.controls[action](world.operator, { symbol, reason: 'a test' }));
};

const killSwitch = async (world: World): Promise<void> => {
  const { random, operator } = world;
  const scope = pick(random, [
    { scope: 'VENUE' },
    { scope: 'INSTRUMENT', symbol: pick(random, symbols) },
    { scope: 'ACCOUNT', accountId: someone(world).accountId },
  ] as const);
  // Released more often than engaged, so that something goes on.
  const engaged = random(4n) === 0n;
  const input = { ...scope, engaged, cancelOpenOrders: random(2n) === 0n, reason: 'a test' };
  world.say(`kill switch ${JSON.stringify(input)}`);
  await world.run(({ trading }) => trading.services.controls.setKillSwitch(operator, input));
};

/** An operator takes a trade back, or says what it was in truth: at a slightly other price, or of half as much. */
const amend = async (world: World): Promise<void> => {
  const { random, operator, database, say } = world;
  // Often of the entry of a list, whose exits are in the market by then.
  const only = random(2n) === 0n ? "AND order_id IN (SELECT id FROM orders WHERE leg = 'ENTRY')" : '';
  const { rows } = await database.pool.query<{ id: string; qty: bigint; price: bigint; symbol: string }>(
    `SELECT id, qty, price, symbol FROM executions WHERE kind = 'TRADE' ${only} ORDER BY id DESC LIMIT 6`,
  );
  if (rows.length === 0) return;
  const { id, qty, price, symbol } = pick(random, rows);
  const instrument = world.server().trading.services.market.find(symbol);
  if (instrument === undefined) throw new Error('no such instrument');
  const half = formatDecimal(qty / 2n, instrument.baseScale);
  const other = formatDecimal(price + instrument.tickSize, instrument.priceScale);
  const terms = pick(random, [null, { qty: half }, { price: other }]);
  say(`an operator amends ${id} ${JSON.stringify(terms)}`);
  const name = { executionId: id, reason: 'a test', idempotencyKey: `amend-${world.lines.length}` };
  const answer = await world.run(({ trading: { services } }) =>
    terms === null ? services.trades.bust(operator, name) : services.trades.correct(operator, { ...name, ...terms }),
  );
  if (answer !== DIED) say(`→ ${answer.ok ? 'amended' : answer.failures.map(({ code }) => code).join(' ')}`);
};

const tick = async (world: World): Promise<void> => {
  const times = 1 + Number(world.random(5n));
  world.say(`the market moves ${times} times`);
  await world.run(async ({ trading, idle }) => {
    for (let time = 0; time < times; time += 1) {
      trading.venue.tick();
      await idle();
    }
  });
};

/** Time passes: mostly little, now and then so much that deadlines and sessions end. */
const wait = async (world: World): Promise<void> => {
  const { random, schedule } = world;
  const roll = random(40n);
  const time_ms = roll === 0n ? random(30_000_000n) : roll < 6n ? random(60_000n) : random(4_000n);
  await world.run(() => schedule.pass(Number(time_ms)));
};

const mishap = async (world: World): Promise<void> => {
  const { wire } = world.server();
  const next = pick(world.random, mishaps);
  world.say(`the next commit meets: ${next}`);
  wire.arm(next);
};

const crash = async (world: World): Promise<void> => {
  world.say('the server is killed');
  await world.restart();
};

/** Several commands at once: they form one batch, in the order in which they were sent. */
const burst = async (world: World): Promise<void> => {
  const { random, schedule, orders, sent, seed } = world;
  const batch = Array.from({ length: 2 + Number(random(4n)) }, (): Sent => {
    const key = `${seed}-${sent.length}`;
    const drawn = drawCommand(random, world.server().trading, someone(world), orders, key, schedule.clock.now());
    const next: Sent = { command: drawn, answer: undefined };
    sent.push(next);
    return next;
  });
  await world.sendTogether(batch);
};

const steps: readonly (readonly [weight: number, step: (world: World) => Promise<void>])[] = [
  [40, command],
  [30, wait],
  [12, tick],
  [8, burst],
  [5, again],
  [4, mishap],
  [2, crash],
  [3, many],
  [2, cancelAll],
  [3, amend],
  [2, halt],
  [1, killSwitch],
  [1, deadMan],
];
const total = steps.reduce((sum, [weight]) => sum + weight, 0);

export const takeStep = async (world: World): Promise<void> => {
  if (!world.counts && world.random(4n) === 0n) return runAway(world);
  let roll = Number(world.random(BigInt(total)));
  for (const [weight, step] of steps) {
    if (roll < weight) return step(world);
    roll -= weight;
  }
};
