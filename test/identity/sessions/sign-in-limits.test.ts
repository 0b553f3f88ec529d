import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { limits } from '../../../src/limits.ts';
import { anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

/* Budgets are counted where a password is looked at, so these call the use cases as any transport does. */

let world: People;
const start = async (rateLimit: Parameters<typeof people>[0]): Promise<void> => {
  world = await people(rateLimit);
};
afterEach(() => world.close());

const HERE = '192.0.2.1';
const stranger = (number: number): string => `198.51.100.${number}`;
const guess = (name: string, address: string) =>
  world.identity.login(anyone(address), { username: name, password: `wrong ${randomUUID()}` });
const signIn = (name: string, address: string) =>
  world.identity.login(anyone(address), { username: name, password: PASSWORD });

/** The codes of what was refused outright, and how many were let through to the password. */
const tally = async (attempts: Promise<unknown>[]) => {
  const outcomes = await Promise.allSettled(attempts);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
  for (const reason of refused) expect(reason).toBeInstanceOf(RefusedError);
  return { refused: refused as RefusedError[], let: outcomes.length - refused.length };
};

describe('sign-ins', () => {
  it('of a burst on one name are refused before any password is looked at', async () => {
    await start({ loginsPerMinute: 5 });
    const { username } = await world.person();
    const before = world.counts.verify;
    const burst = Array.from({ length: 30 }, () => guess(username, stranger(1)));
    const { refused, let: through } = await tally(burst);
    expect(through).toBe(5);
    expect(world.counts.verify - before).toBe(5);
    for (const { code, retryAfter_s, details } of refused) {
      expect(code).toBe('RATE_LIMITED');
      expect(retryAfter_s).toBeGreaterThan(0);
      expect(details).toMatchObject({ policy: 'sign-in-address', limit: 5, remaining: 0, window: 60 });
    }
  });

  it('on one name from many addresses share the budget of the name', async () => {
    await start({ loginsPerMinute: 5 });
    const { username } = await world.person();
    const { refused, let: through } = await tally(
      Array.from({ length: 20 }, (_, number) => guess(username.toUpperCase(), stranger(number))),
    );
    expect(through).toBe(5);
    expect(new Set(refused.map(({ details }) => details.policy))).toEqual(new Set(['sign-in-name']));
  });

  it('on one user under any of the names, with blanks or without, share one budget', async () => {
    await start({ loginsPerMinute: 5 });
    const { username, email } = await world.person();
    const blanks = ['', ' ', '\t', '\u00a0', '\ufeff', '\u2003\n'];
    const forms = [username, email].flatMap((name) => blanks.flatMap((blank) => [blank + name, name + blank]));
    const before = world.counts.verify;
    const { refused, let: through } = await tally(forms.map((name, number) => guess(name, stranger(number))));
    expect(through).toBe(5);
    expect(world.counts.verify - before).toBe(5);
    expect(new Set(refused.map(({ details }) => details.policy))).toEqual(new Set(['sign-in-name']));
  });

  it('on a name that nobody has share its budget, with blanks or without', async () => {
    await start({ loginsPerMinute: 5 });
    const forms = Array.from({ length: 12 }, (_, number) => `${' '.repeat(number)}nobody-at-all\u00a0`);
    const { let: through } = await tally(forms.map((name, number) => guess(name, stranger(number))));
    expect(through).toBe(5);
  });

  it('on many names from one address share the budget of the address', async () => {
    await start({ loginsPerMinute: 5 });
    const { let: through } = await tally(Array.from({ length: 20 }, (_, n) => guess(`nobody-${n}`, HERE)));
    expect(through).toBe(5);
  });

  it('tell nothing of who exists: nobody is limited like somebody', async () => {
    await start({ loginsPerMinute: 3 });
    const { username } = await world.person();
    const outcomes = async (name: string, from: number): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let at = 0; at < 5; at += 1)
        seen.push(
          await guess(name, stranger(from + at)).then(codesOf, ({ code, message, details }) => [
            code,
            message,
            details,
          ]),
        );
      return seen;
    };
    expect(await outcomes('nobody-at-all', 10)).toEqual(await outcomes(username, 20));
  });

  it('go on from where the user has signed in before, whatever goes on elsewhere', async () => {
    await start({ loginsPerMinute: 5 });
    const { username } = await world.person();
    must(await signIn(username, '192.0.2.77'));
    await tally(Array.from({ length: 20 }, (_, number) => guess(username, stranger(number))));
    await expect(signIn(username, stranger(99))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    // Where it signed up, and where it signed in since.
    for (const known of [HERE, '192.0.2.77']) must(await signIn(username, known));
    world.clock.advance(121_000);
    must(await signIn(username, stranger(99)));
  });

  it('leave sessions and their refresh alone while the name is hammered', async () => {
    await start({ loginsPerMinute: 2 });
    const { username, session, viewer } = await world.person();
    await tally(Array.from({ length: 20 }, () => guess(username, HERE)));
    const next = must(await world.identity.refresh(anyone(HERE), { refreshToken: session.refreshToken }));
    expect((await world.viewerOf(next)).id).toBe(viewer.id);
  });

  it('from a known address are limited there too, by a budget of that user', async () => {
    await start({ loginsPerMinute: 3 });
    const [one, other] = [await world.person(), await world.person()];
    const { refused, let: through } = await tally(Array.from({ length: 10 }, () => guess(one.username, HERE)));
    expect(through).toBe(3);
    expect(refused[0]?.details.policy).toBe('sign-in-device');
    must(await signIn(other.username, HERE));
  });

  it('cost nothing when they succeed', async () => {
    await start({ loginsPerMinute: 2 });
    const { username } = await world.person();
    for (let at = 0; at < 6; at += 1) must(await signIn(username, stranger(1)));
    for (let at = 0; at < 6; at += 1) must(await signIn(username, HERE));
  });

  it('by strangers fail a hundred times a day at most, however slowly', async () => {
    await start({ loginsPerMinute: 1_000 });
    const { username } = await world.person();
    const { refused, let: through } = await tally(
      Array.from({ length: limits.signIn.failuresPerDay + 5 }, (_, number) => guess(username, stranger(number % 200))),
    );
    expect(through).toBe(limits.signIn.failuresPerDay);
    expect(refused[0]?.details).toMatchObject({ policy: 'sign-in-failures' });
    must(await signIn(username, HERE));
  });

  it('remember a bounded number of addresses, and those that were used last', async () => {
    await start({});
    const { username, id } = await world.person();
    for (let number = 0; number < limits.signIn.knownAddresses + 5; number += 1) {
      world.clock.advance(1_000);
      must(await signIn(username, stranger(number)));
    }
    const rows = await world.database.prisma.knownAddress.findMany({ where: { userId: id } });
    expect(rows).toHaveLength(limits.signIn.knownAddresses);
    expect(Math.min(...rows.map(({ seenAt }) => seenAt.getTime()))).toBeGreaterThan(
      world.clock.now().getTime() - 20_000,
    );
  });

  it('forget an address with the user, and after a season', async () => {
    await start({ loginsPerMinute: 1 });
    const gone = await world.person();
    must(await world.identity.deleteAccount(gone.by, gone.viewer, { password: PASSWORD }));
    expect(await world.database.prisma.knownAddress.count({ where: { userId: gone.id } })).toBe(0);
    const { username } = await world.person();
    world.clock.advance(91 * 86_400_000);
    codesOf(await guess(username, HERE));
    await expect(guess(username, HERE)).rejects.toMatchObject({ details: { policy: 'sign-in-address' } });
  });
});

describe('sign-ups', () => {
  const signUp = (address: string, email = `${randomUUID()}@example.com`) =>
    world.identity.register(anyone(address), { username: `u${randomUUID().slice(0, 20)}`, email, password: PASSWORD });

  it('of one address share an hour’s budget, those for a taken name too, before any hash is made', async () => {
    await start({ registrationsPerHour: 3 });
    const { email } = await world.person();
    expect(codesOf(await signUp(HERE, email))).toEqual(['EMAIL_TAKEN']);
    must(await signUp(HERE));
    const before = world.counts.hash;
    await expect(signUp(HERE)).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { policy: 'registration' } });
    expect(world.counts.hash).toBe(before);
    must(await signUp(stranger(1)));
    world.clock.advance(2 * 3_600_000);
    must(await signUp(HERE));
  });

  it('that break a rule cost nothing', async () => {
    await start({ registrationsPerHour: 1 });
    for (let at = 0; at < 3; at += 1) expect(codesOf(await signUp(HERE, 'no address'))).toEqual(['INVALID_INPUT']);
    must(await signUp(HERE));
  });
});

describe('the current password', () => {
  it('can be tried a few times by one user, in every way there is and whatever sessions are opened; strangers use up none of it', async () => {
    await start({ loginsPerMinute: 3 });
    const { by, viewer, username } = await world.person();
    const other = await world.viewerOf(must(await signIn(username, HERE)));
    for (let at = 0; at < 3; at += 1) codesOf(await guess(username, stranger(at)));
    const newPassword = `new ${randomUUID()}`;
    const change = (as: typeof viewer, currentPassword: string) =>
      world.identity.changePassword(by, as, { currentPassword, newPassword });
    expect(codesOf(await change(other, 'wrong'))).toEqual(['INVALID_CREDENTIALS']);
    expect(codesOf(await world.identity.deleteAccount(by, viewer, { password: 'wrong' }))).toEqual([
      'INVALID_CREDENTIALS',
    ]);
    const fresh = await world.viewerOf(must(await change(viewer, PASSWORD)));
    await expect(change(fresh, newPassword)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { policy: 'password' },
    });
  });

  it('is checked a few times a minute, right or wrong: each check goes before those of strangers', async () => {
    await start({ loginsPerMinute: 3 });
    const { by, viewer } = await world.person();
    const update = (currentPassword?: string) =>
      world.identity.updateLogin({ ...by, address: HERE }, viewer, { newPassword: PASSWORD, currentPassword });
    const before = world.counts.verify + world.counts.hash;
    const { refused, let: through } = await tally(
      Array.from({ length: 12 }, (_, number) => update(number % 2 === 0 ? PASSWORD : undefined)),
    );
    expect(through).toBe(3);
    expect(refused[0]?.details).toMatchObject({ policy: 'password' });
    expect(world.counts.verify + world.counts.hash - before).toBeLessThanOrEqual(6);
  });

  it('can be guessed a hundred times a day by one user who is signed in, however slowly', async () => {
    await start({ loginsPerMinute: 1_000 });
    const { by, viewer } = await world.person();
    const wrong = () => world.identity.deleteAccount(by, viewer, { password: 'wrong' });
    for (let at = 0; at < limits.signIn.failuresPerDay; at += 1)
      expect(codesOf(await wrong())).toEqual(['INVALID_CREDENTIALS']);
    await expect(wrong()).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { policy: 'sign-in-failures' } });
  });
});
