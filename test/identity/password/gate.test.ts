import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/identity/password/gate.ts';

/** A task that ends when it is told to. */
const held = () => {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { task: () => ended, end: () => end() };
};

describe('the gate of the passwords', () => {
  it('runs so many at once, lets so many wait, and refuses the next', async () => {
    const gate = createGate({ concurrent: 2, queue: 1, urgentInARow: 3 });
    const [one, two] = [held(), held()];
    const started: number[] = [];
    const running = [one, two].map(({ task }, at) =>
      gate(async () => {
        started.push(at);
        await task();
      }),
    );
    const waiting = gate(async () => started.push(2));
    await expect(gate(async () => started.push(3))).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfter_s: 1,
      message: 'Too many passwords are being checked; try again shortly.',
    });
    expect(started).toEqual([0, 1]);
    one.end();
    await waiting;
    expect(started).toEqual([0, 1, 2]);
    two.end();
    await Promise.all(running);
  });

  it('hands a place on in order, the urgent line first, and each line has its own bound', async () => {
    const gate = createGate({ concurrent: 1, queue: 2, urgentInARow: 3 });
    const first = held();
    const order: string[] = [];
    const note = (name: string) => async (): Promise<void> => void order.push(name);
    const all = [
      gate(first.task),
      gate(note('stranger 1')),
      gate(note('stranger 2'), false),
      gate(note('known 1'), true),
      gate(note('known 2'), true),
    ];
    await expect(gate(note('stranger 3'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(gate(note('known 3'), true)).rejects.toMatchObject({ code: 'OVERLOADED' });
    first.end();
    await Promise.all(all);
    expect(order).toEqual(['known 1', 'known 2', 'stranger 1', 'stranger 2']);
  });

  it('lets one of the others go after some urgent ones, so that nobody waits for ever', async () => {
    const gate = createGate({ concurrent: 1, queue: 10, urgentInARow: 2 });
    const first = held();
    const order: string[] = [];
    const note = (name: string) => async (): Promise<void> => void order.push(name);
    const all = [gate(first.task), gate(note('a')), gate(note('b'))];
    for (const name of ['1', '2', '3', '4', '5', '6', '7']) all.push(gate(note(name), true));
    first.end();
    await Promise.all(all);
    expect(order).toEqual(['1', '2', 'a', '3', '4', 'b', '5', '6', '7']);
  });

  it('gives back what the task answers, and its place also when the task fails', async () => {
    const gate = createGate({ concurrent: 1, queue: 0, urgentInARow: 3 });
    expect(await gate(async () => 7)).toBe(7);
    const bug = new Error('a bug');
    await expect(gate(() => Promise.reject(bug))).rejects.toBe(bug);
    expect(await gate(async () => 8)).toBe(8);
  });

  it('lets as many in after a quiet time as before, and no more', async () => {
    const gate = createGate({ concurrent: 1, queue: 0, urgentInARow: 3 });
    for (let time = 0; time < 3; time += 1) await gate(async () => {});
    const running = held();
    const first = gate(running.task);
    await expect(gate(async () => {})).rejects.toMatchObject({ code: 'OVERLOADED' });
    running.end();
    await first;
  });
});
