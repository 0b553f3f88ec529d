import type pg from 'pg';
import type { Database } from '../../src/database/database.ts';
import type { MarketHours } from '../../src/market/calendar.ts';
import { createRandom, type Random } from '../../src/venues/paper/random.ts';
import type { OrderName, TradeReport, VenueStatus } from '../../src/venues/venue.ts';
import { addCustomer } from '../support/trading.ts';
import { type Answer, beginnings, type Command, type Person, pick } from './commands.ts';
import { createFarVenue } from './far-venue.ts';
import { DIED, type Process, startProcess, untilGone } from './process.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { seededIds } from './seeded-ids.ts';
import { together } from './together.ts';

/** Where the venue is: in the server's process, whose memory dies with it, or far away, where it forgets nothing. */
const places = ['here', 'far', 'far and forgetful of ids'] as const;
export type Place = (typeof places)[number];

/** A command that was sent at least once. */
export interface Sent {
  command: Command;
  answer: Answer | undefined;
}

export interface World {
  seed: number;
  random: Random;
  place: Place;
  /** Whether the venue says how much of an order that it closes was executed; else fills may come late. */
  counts: boolean;
  schedule: Schedule;
  database: Database;
  people: Person[];
  operator: Person['by'];
  sent: Sent[];
  /** Orders that were acknowledged. */
  orders: { id: string; who: Person }[];
  /** What a venue far away has executed. */
  executed: TradeReport[];
  lines: string[];
  /** What went wrong, in words. */
  wrong: string[];
  say(line: string): void;
  server(): Process;
  /** Does something on the server; starts a new one when that killed it. */
  run<Value>(work: (server: Process) => Promise<Value>): Promise<Value | typeof DIED>;
  /** Sends a command, for the first time or again, and compares the answers. */
  send(sent: Sent): Promise<void>;
  /** Sends several at once, so that they form one batch. */
  sendTogether(batch: readonly Sent[]): Promise<void>;
  /** What the venue far away would say, were it asked without a network. */
  exchangeStatus(order: OrderName): Promise<VenueStatus>;
  restart(): Promise<void>;
  heal(): void;
  stop(): Promise<void>;
}

interface Shown {
  id?: string;
  status?: string;
}

const answerText = (answer: Answer): string => {
  if (!answer.ok) return 'failures' in answer ? answer.failures.map(({ code }) => code).join(' ') : 'refused';
  const { value } = answer as { value?: Shown & { orders?: Shown[]; refused?: string[] } };
  const shown = (value?.orders ?? [value]).map((each) => `${each?.id} ${each?.status ?? ''}`.trim());
  return [...shown, ...(value?.refused ?? []).flatMap((codes, at) => (codes === '' ? [] : [`${at}: ${codes}`]))].join(
    ', ',
  );
};

/** Refusals that the server does not keep: whoever sends the command again may get another answer. */
const notKept = /\b(NOT_FOUND|INVALID_|UNKNOWN_SYMBOL|NOT_SUPPORTED)/;

/** What must be answered again to the same command; of several orders, what was answered to each of them. */
const keptOf = (answer: Answer): (string | undefined)[] => {
  const { refused } = answer.ok ? ((answer as { value?: { refused?: string[] } }).value ?? {}) : {};
  if (refused === undefined) {
    const text = answerText(answer);
    return [answer.ok || !('failures' in answer) || !notKept.test(text) ? text : undefined];
  }
  const accepted = (answer as unknown as { value: { orders: Shown[] } }).value.orders.values();
  return refused.map((codes) => {
    if (codes !== '') return notKept.test(codes) ? undefined : codes;
    const order = accepted.next().value;
    return `${order?.id} ${order?.status}`;
  });
};

const isOther = (before: Answer, answer: Answer): boolean => {
  const now = keptOf(answer);
  return keptOf(before).some((kept, at) => kept !== undefined && kept !== now[at]);
};

export const createWorld = async (
  seed: number,
  database: Database,
  owner: pg.Client,
  heard: (line: string) => void,
): Promise<World> => {
  const random = createRandom(seed, 'simulation');
  const place = pick(random, places);
  const counts = place === 'here' || random(2n) === 0n;
  const hours: MarketHours = place === 'here' && random(2n) === 0n ? 'SESSIONS' : 'ALWAYS_OPEN';
  // A Monday, an hour after stocks began to trade in New York.
  const schedule = createSchedule(new Date('2026-03-02T15:30:00Z'));
  const ids = seededIds(schedule, createRandom(seed, 'ids'));
  const lines: string[] = [];
  const wrong: string[] = [];
  const executed: TradeReport[] = [];
  const say = (line: string): void => {
    lines.push(`${schedule.clock.now().toISOString()} ${line}`);
    heard(lines.at(-1) ?? '');
  };
  let server: Process | undefined;
  const now = (): Process => {
    if (server === undefined) throw new Error('no server runs');
    return server;
  };
  const far =
    place === 'here'
      ? undefined
      : createFarVenue({
          schedule,
          seed,
          ids: seededIds(schedule, createRandom(seed, 'exchange')),
          idempotent: place === 'far',
          counts,
          say,
          accuse: (crime) => void wrong.push(crime),
          executed,
          idle: async () => server?.idle(),
        });

  const start = async (): Promise<void> => {
    server = await startProcess({
      database,
      schedule,
      ids,
      seed,
      hours,
      complained: (line) => {
        say(line.trim());
        wrong.push(`the server logged an error: ${line.trim()}`);
      },
      ...(far && { makeVenue: far.make }),
    });
    await server.idle();
  };
  const restart = async (): Promise<void> => {
    now().kill();
    far?.disconnect();
    await untilGone(owner);
    say('a new server starts');
    await start();
  };
  const run: World['run'] = async (work) => {
    const answer = await now().run(() => work(now()));
    if (now().isDead()) {
      say('the server has died');
      await restart();
    }
    return answer;
  };

  say(`seed ${seed}: the venue is ${place}${counts ? '' : ' and does not count'}, ${hours}`);
  await start();
  const operator = await addCustomer(database, ids, schedule.clock);
  await database.prisma.user.update({ where: { id: operator.userId }, data: { roles: ['ADMIN'] } });
  const world: World = {
    seed,
    random,
    place,
    counts,
    schedule,
    database,
    people: [],
    operator: operator.by,
    sent: [],
    orders: [],
    executed,
    lines,
    wrong,
    say,
    server: now,
    run,
    restart,
    heal: () => {
      say('everything heals');
      now().wire.arm(undefined);
      far?.heal();
    },
    send: async (sent) => {
      say(`${sent.answer === undefined ? '' : 'again '}${sent.command.text}`);
      const answer = await run((process) => sent.command.send(process.trading));
      if (answer !== DIED) take(sent, answer);
    },
    sendTogether: async (batch) => {
      for (const { command } of batch) say(`together ${command.text}`);
      const answers = await run(({ trading }) => together(trading, batch));
      if (answers === DIED) return;
      for (const [at, sent] of batch.entries()) take(sent, answers[at] as Answer);
    },
    exchangeStatus: async (order) => (await far?.status(order)) ?? { state: 'UNKNOWN' },
    stop: async () => {
      now().kill();
      far?.disconnect();
      await untilGone(owner);
    },
  };
  const take = (sent: Sent, answer: Answer): void => {
    const { command, answer: before } = sent;
    say(`→ ${answerText(answer)}`);
    if (before !== undefined && isOther(before, answer)) {
      wrong.push(`another answer to ${command.text}: ${answerText(before)} became ${answerText(answer)}`);
    }
    sent.answer ??= answer;
    if (answer.ok && 'value' in answer) {
      const { id, orders } = answer.value as { id: string; orders?: { id: string }[] };
      for (const found of orders?.map((order) => order.id) ?? (command.kind === 'place' ? [id] : [])) {
        if (!world.orders.some((each) => each.id === found)) world.orders.push({ id: found, who: command.who });
      }
    }
  };
  for (const name of ['ann', 'bob', 'cleo']) {
    const { accountId, by } = await addCustomer(database, ids, schedule.clock);
    world.people.push({ name, accountId, by });
  }
  for (const command of beginnings(seed, world.people)) {
    const sent: Sent = { command, answer: undefined };
    world.sent.push(sent);
    await world.send(sent);
  }
  return world;
};
