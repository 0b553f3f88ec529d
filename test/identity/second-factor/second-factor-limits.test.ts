import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { enrolled } from '../../support/authenticator.ts';
import { anyone, codesOf, must, PASSWORD, type People, people } from '../../support/people.ts';

/* Somebody has the password of another, and guesses the code. */

let world: People;
const start = async (loginsPerMinute: number) => {
  world = await people({ loginsPerMinute });
  const person = await world.person();
  return { ...person, ...(await enrolled(world, person)) };
};
afterEach(() => world.close());

const HERE = '192.0.2.1';
const stranger = (number: number): string => `198.51.${number >> 8}.${number & 255}`;

const login = (username: string, address: string, code?: string) =>
  world.identity.login(anyone(address), { username, password: PASSWORD, code });
const outcome = (attempt: ReturnType<typeof login>) =>
  attempt.then(
    (result) => (result.ok ? 'OK' : codesOf(result).join()),
    ({ code, details }) => `${code} ${details.policy}`,
  );

describe('wrong codes', () => {
  it('are counted for their user, by whatever name and from wherever, and leave alone where the user is known', async () => {
    const { email, username, recoveryCodes } = await start(4);
    const guess = (name: string, from: number) => outcome(login(name, stranger(from), '000000'));
    const wrong = 'INVALID_CREDENTIALS';
    const seen = [];
    for (let at = 0; at < 4; at += 1) seen.push(await guess(at % 2 === 0 ? email : username, at));
    expect(seen).toEqual([wrong, wrong, wrong, wrong]);
    for (const name of [email, username]) expect(await guess(name, 5)).toBe('RATE_LIMITED sign-in-name');
    // No time has gone by that could have filled them up.
    must(await login(email, HERE, recoveryCodes[0]));
  });

  it('count against the budgets of the sign-in as well', async () => {
    const { email } = await start(3);
    const seen = [];
    for (let at = 0; at < 5; at += 1) seen.push(await outcome(login(email, stranger(1), '000000')));
    expect(seen).toEqual([...Array(3).fill('INVALID_CREDENTIALS'), ...Array(2).fill('RATE_LIMITED sign-in-address')]);
  });

  it('end a hundred times a day, however slowly they come and whatever else succeeds', async () => {
    const { email } = await start(1_000);
    const guess = (from: number) => outcome(login(email, stranger(from), '000000'));
    expect(await guess(1)).toBe('INVALID_CREDENTIALS');
    // As if the others had come before: each takes a password's time.
    const sql = "UPDATE sign_in_failures SET points = $1 WHERE key LIKE '%:code %'";
    const { rowCount } = await world.database.pool.query(sql, [limits.signIn.failuresPerDay - 2]);
    expect(rowCount).toBe(1);
    const seen: string[] = [];
    for (let at = 2; at < 6; at += 1) {
      seen.push(await guess(at));
      // Begins the count of failed passwords anew, as every right one does.
      expect(await outcome(login(email, stranger(at)))).toBe('SECOND_FACTOR_REQUIRED');
    }
    const over = 'RATE_LIMITED sign-in-failures';
    expect(seen).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', over, over]);
  });

  it('of a user who is signed in are counted together, in every way there is and whatever session a changed password opens', async () => {
    const { by, viewer, email, recoveryCodes } = await start(2);
    // Enrolling was one of the checks of the password, which have a budget of their own.
    world.clock.advance(121_000);
    const renew = (as: typeof viewer, code = '000000') => world.identity.renewRecoveryCodes(by, as, { code });
    for (let at = 0; at < 2; at += 1) expect(codesOf(await renew(viewer))).toEqual(['INVALID_CREDENTIALS']);
    const newPassword = 'another-Kettle-of-fish';
    const input = { currentPassword: PASSWORD, newPassword };
    const fresh = await world.viewerOf(must(await world.identity.changePassword(by, viewer, input)));
    const code = recoveryCodes[0]!;
    const over = { code: 'RATE_LIMITED', details: { policy: 'second-factor' } };
    await expect(renew(fresh, code)).rejects.toMatchObject(over);
    await expect(world.identity.confirmSecondFactor(by, fresh, { code })).rejects.toMatchObject(over);
    const remove = world.identity.removeSecondFactor(by, fresh, { password: newPassword, code });
    await expect(remove).rejects.toMatchObject(over);
    must(await world.identity.login(anyone(HERE), { email, password: newPassword, code }));
  });

  it('of strangers leave alone a user who is signed in', async () => {
    const { by, viewer, username, recoveryCodes } = await start(2);
    for (let at = 0; at < 2; at += 1) await outcome(login(username, stranger(at), '000000'));
    expect(await outcome(login(username, stranger(2), '000000'))).toBe('RATE_LIMITED sign-in-name');
    must(await world.identity.renewRecoveryCodes(by, viewer, { code: recoveryCodes[0]! }));
  });
});

describe('right codes', () => {
  it('cost nothing', async () => {
    const { email, recoveryCodes } = await start(3);
    for (const code of recoveryCodes.slice(0, 7)) must(await login(email, HERE, code));
  });
});
