import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeSound } from '../support/close-sound.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
let operator: Customer;
beforeAll(async () => {
  trading = await startTrading();
  operator = await trading.customer();
});
afterAll(() => closeSound(trading));

const deposit = async (customer: Customer, amount: string): Promise<string> => {
  const answer = await trading.ledger.deposit(customer.by, { amount });
  if (!answer.ok) throw new Error('refused');
  return answer.value.id;
};
const reverse = (transferId: string, reason = 'wrong account') =>
  trading.ledger.reverseTransfer(operator.by, { transferId, reason });
const cash = async ({ accountId }: Customer): Promise<bigint | undefined> =>
  (await trading.ledger.balancesOf('EVERYTHING', [accountId]))(accountId)[0]?.posted;

test('a reversal posts the exact opposite, says so to the customer and to the log, and happens once', async () => {
  const customer = await trading.customer('10');
  const transferId = await deposit(customer, '5.25');
  const answers = await Promise.all(Array.from({ length: 5 }, () => reverse(transferId)));
  const done = answers.filter(({ ok }) => ok);
  expect(done).toHaveLength(1);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({ failures: [{ code: 'ALREADY_REVERSED' }] });
  expect(await cash(customer)).toBe(1_000_000_000n);
  const [reversal] = done;
  expect(reversal).toMatchObject({ ok: true, value: { kind: 'REVERSAL' } });
  const lines = reversal?.ok === true ? await reversal.value.postings() : [];
  expect(lines).toMatchObject([{ amount: 525_000_000n }, { amount: -525_000_000n }]);
  const { prisma } = trading.database;
  const [event] = await prisma.accountEvent.findMany({
    where: { accountId: customer.accountId, type: 'TRANSFER_REVERSED' },
  });
  expect(event?.payload).toMatchObject({ asset: 'USD', amount: '-525000000', reason: 'wrong account' });
  const audited = await prisma.auditEntry.findMany({ where: { action: 'reverseTransfer', target: transferId } });
  expect(audited.map(({ outcome }) => outcome).sort()).toEqual([...Array(4).fill('ALREADY_REVERSED'), 'OK']);
  expect(audited[0]?.details).toEqual({ reason: 'wrong account' });
});

test('a reversal that is repeated with its key gets the first answer', async () => {
  const transferId = await deposit(await trading.customer(), '5');
  const send = (reason: string) =>
    trading.ledger.reverseTransfer(operator.by, { transferId, reason, idempotencyKey: 'back' });
  const first = await send('twice');
  expect(first).toMatchObject({ ok: true, replayed: false });
  const shown = first.ok ? { ...first.value, postings: expect.any(Function) } : undefined;
  expect(await send('twice')).toEqual({ ok: true, value: shown, replayed: true });
  expect(await send('another')).toMatchObject({ ok: false, failures: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
});

test('a withdrawal can be taken back too', async () => {
  const customer = await trading.customer('10');
  const answer = await trading.ledger.withdraw(customer.by, { amount: '4' });
  expect(await reverse(answer.ok ? answer.value.id : '')).toMatchObject({ ok: true });
  expect(await cash(customer)).toBe(1_000_000_000n);
});

test('what is spent or held is not taken, and nothing changes', async () => {
  const customer = await trading.customer();
  const transferId = await deposit(customer, '100');
  const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '10', limitPrice: '1.00' } as const;
  await trading.orders.place(customer.by, order);
  await trading.settled();
  const before = await trading.database.prisma.posting.count();
  expect(await reverse(transferId)).toMatchObject({ ok: false, failures: [{ code: 'INSUFFICIENT_FUNDS' }] });
  expect(await trading.database.prisma.posting.count()).toBe(before);
  expect(await cash(customer)).toBe(10_000_000_000n);
});

test('an unknown transfer, one that is none, and a missing reason are refused', async () => {
  for (const id of [trading.ids.next(), 'nonsense']) {
    expect(await reverse(id)).toMatchObject({ failures: [{ code: 'NOT_FOUND', field: ['transferId'] }] });
  }
  expect(await reverse(trading.ids.next(), ' ')).toMatchObject({
    failures: [{ code: 'INVALID_INPUT', field: ['reason'] }],
  });
});

test('the log has the transfer by its id, however the operator spelled it', async () => {
  const transferId = await deposit(await trading.customer(), '1');
  expect(await reverse(transferId.toUpperCase())).toMatchObject({ ok: true });
  const lines = await trading.database.prisma.auditEntry.findMany({
    where: { target: transferId },
    orderBy: { id: 'asc' },
  });
  expect(lines).toMatchObject([{ action: 'deposit' }, { action: 'reverseTransfer', outcome: 'OK' }]);
});

test.each(['', 'x'.repeat(257), 'a\nb', '\u0000', '\ud800'])(
  'a reason is on one line, not %j, and a bad one keeps nothing else from its turn',
  async (reason) => {
    const [one, other] = [await trading.customer('10'), await trading.customer('10')];
    const transferId = await deposit(one, '1');
    const [refused, booked] = await Promise.all([reverse(transferId, reason), deposit(other, '2')]);
    expect(refused).toMatchObject({ failures: [{ code: 'INVALID_INPUT', field: ['reason'] }] });
    expect(booked).toEqual(expect.any(String));
    expect(await reverse(transferId)).toMatchObject({ ok: true });
  },
);

test('every kind of account has its line in the chart', async () => {
  const lines = await trading.ledger.chartOfAccounts();
  expect(lines.map(({ kind }) => kind).sort()).toEqual(['COVER', 'CUSTOMER', 'FEES', 'VENUE', 'WORLD']);
  expect(lines.map(({ code }) => code)).toEqual([...new Set(lines.map(({ code }) => code))].sort());
});
