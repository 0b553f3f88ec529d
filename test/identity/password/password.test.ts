import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { createGate } from '../../../src/identity/password/gate.ts';
import { createPasswords, unusableHash } from '../../../src/identity/password/password.ts';

describe('passwords', () => {
  const passwords = createPasswords();

  test('are kept as argon2id of the stated cost and recognised', async () => {
    const hash = await passwords.hash('quiet river');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$|^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(hash, 'quiet river')).toBe(true);
    expect(await passwords.verify(hash, 'quiet River')).toBe(false);
  });

  test('are the same however a keyboard composes their letters', async () => {
    const hash = await passwords.hash('Zo\u00eb ＡＢＣ');
    expect(await passwords.verify(hash, 'Zoe\u0308 ABC')).toBe(true);
  });

  test('of nobody are checked like others and never right', async () => {
    const hash = unusableHash();
    const cost = (text: string) => text.split('$').slice(1, 4).join('$');
    expect(cost(hash)).toBe(cost(await passwords.hash('anything')));
    expect(hash.length).toBe((await passwords.hash('anything')).length);
    expect(await passwords.verify(hash, 'anything')).toBe(false);
    expect(await passwords.verify(undefined, 'anything')).toBe(false);
  });

  test('that would wait beyond the queue are refused at once, the others all done', async () => {
    const few = createPasswords({ concurrent: 1, queue: 3, urgentInARow: 3 });
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => few.hash('quiet river')));
    const refusals = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason);
    expect(refusals).toHaveLength(2);
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(RefusedError);
      expect(refusal).toMatchObject({ code: 'OVERLOADED', retryAfter_s: 1 });
    }
    expect(await few.hash('quiet river')).toContain('argon2id');
  });
});

describe('the gate', () => {
  test('never lets more in than it may, also when tasks fail, and keeps the order', async () => {
    const gate = createGate({ concurrent: 2, queue: 100, urgentInARow: 3 });
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const task = (number: number) => async () => {
      inside += 1;
      most = Math.max(most, inside);
      order.push(number);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (number % 3 === 0) throw new Error('failed');
    };
    const numbers = Array.from({ length: 50 }, (_, number) => number);
    await Promise.allSettled(numbers.map((number) => gate(task(number))));
    expect(most).toBe(2);
    expect(inside).toBe(0);
    expect(order).toEqual(numbers);
  });
});
