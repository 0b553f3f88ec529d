import { describe, expect, it } from 'vitest';
import { decideReversal, shortOf } from '../../src/ledger/decide-reversal.ts';
import { decideTransfer, type TransferFacts } from '../../src/ledger/decide-transfer.ts';
import { reversed, tradeLines, transferLines } from '../../src/ledger/entries.ts';
import { house } from '../../src/ledger/house.ts';
import { limits } from '../../src/limits.ts';
import { account, at, balance, booksOf } from '../support/books.ts';

const MAX = 9_223_372_036_854_775_807n;
const facts = (more: Partial<TransferFacts> = {}): TransferFacts => ({
  id: 'transfer',
  entryId: 'entry',
  repaymentId: 'repayment',
  userId: 'user of a',
  accountId: 'a',
  kind: 'DEPOSIT',
  asset: 'USD',
  scale: 2,
  amount: 500n,
  ...more,
});
const codeOf = (answer: { ok: boolean; failures?: readonly { code: string }[] }) =>
  answer.failures?.map(({ code }) => code);

describe('a transfer', () => {
  it('brings money in from the world, in one entry with one event', () => {
    const books = booksOf();
    const transfer = { id: 'transfer', accountId: 'a', kind: 'DEPOSIT', asset: 'USD', amount: 500n, createdAt: at };
    expect(decideTransfer(books, at, facts())).toEqual({ ok: true, value: transfer });
    const { entries, postings, transfers, events } = books.changes();
    expect(entries).toEqual([{ id: 'entry', kind: 'DEPOSIT', reference: 'transfer', createdAt: at }]);
    expect(postings.map(({ accountId, amount }) => [accountId, amount])).toEqual([
      [house.world, -500n],
      ['a', 500n],
    ]);
    expect(transfers).toEqual([transfer]);
    expect(events).toMatchObject([
      { accountId: 'a', type: 'DEPOSIT', payload: '{"transferId":"transfer","asset":"USD","amount":"500"}' },
    ]);
  });

  it('takes out what is available to the last unit, and never what orders hold', () => {
    const withdraw = (amount: bigint) => {
      const books = booksOf({ balances: [balance('a', 'USD', 1_000n, 300n)] });
      return { books, answer: decideTransfer(books, at, facts({ kind: 'WITHDRAWAL', amount })) };
    };
    const all = withdraw(700n);
    expect(all.answer.ok).toBe(true);
    expect(all.books.changes().postings.map(({ amount }) => amount)).toEqual([700n, -700n]);
    expect(withdraw(701n).answer).toEqual({
      ok: false,
      failures: [
        {
          code: 'INSUFFICIENT_FUNDS',
          message: 'The withdrawal needs 7.01 USD; 7 USD is available.',
          field: ['amount'],
        },
      ],
    });
    expect(withdraw(701n).books.changes().entries).toEqual([]);
  });

  it('takes out of a balance as large as it can be', () => {
    const books = booksOf({
      balances: [balance('a', 'USD', MAX), { ...balance(house.world, 'USD', 1n - MAX), mayOwe: true }],
    });
    expect(decideTransfer(books, at, facts({ kind: 'WITHDRAWAL', amount: 2n })).ok).toBe(true);
  });

  it('brings an account to the largest paper balance and not a cent further', () => {
    const most = limits.money.paperBalance * 100n;
    const deposit = (amount: bigint) => {
      const books = booksOf({ balances: [balance('a', 'USD', most - 500n, 300n)] });
      return decideTransfer(books, at, facts({ amount }));
    };
    expect(deposit(500n).ok).toBe(true);
    expect(deposit(501n)).toMatchObject({ ok: false, failures: [{ code: 'INVALID_AMOUNT', field: ['amount'] }] });
  });

  it('asks nothing of what is there when it is a deposit', () => {
    const books = booksOf({ balances: [balance('a', 'USD', 0n)] });
    expect(decideTransfer(books, at, facts({ amount: 9_999n })).ok).toBe(true);
  });

  it('is refused where the balance of the world would leave the numbers', () => {
    const refusal = {
      ok: false,
      failures: [
        { code: 'INVALID_AMOUNT', message: 'The balance would be out of range.', field: ['amount'], byState: true },
      ],
    };
    const owing = (amount: bigint) =>
      decideTransfer(
        booksOf({ balances: [{ ...balance(house.world, 'USD', 500n - MAX), mayOwe: true }] }),
        at,
        facts({ amount }),
      );
    expect(owing(501n)).toEqual(refusal);
    expect(owing(500n).ok).toBe(true);
  });

  describe('of an account that owes the house', () => {
    const owing = (posted: bigint, owed: bigint) =>
      booksOf({ balances: [balance('a', 'USD', posted, 300n), balance('a', 'USD-OWED', owed)] });
    const withdraw = (posted: bigint, owed: bigint, amount: bigint) =>
      decideTransfer(owing(posted, owed), at, facts({ kind: 'WITHDRAWAL', amount }));
    const refusal = (message: string) => ({
      ok: false,
      failures: [{ code: 'INSUFFICIENT_FUNDS', message, field: ['amount'] }],
    });

    it('pays back first what a deposit brings in, as far as orders do not hold it', () => {
      const books = owing(300n, 700n);
      decideTransfer(books, at, facts({ amount: 500n }));
      const { entries, events } = books.changes();
      expect(entries.map(({ id, kind, reference }) => [id, kind, reference])).toEqual([
        ['entry', 'DEPOSIT', 'transfer'],
        ['repayment', 'REPAYMENT', 'transfer'],
      ]);
      expect(books.balance('a', 'USD')).toMatchObject({ posted: 300n, held: 300n });
      expect(books.balance('a', 'USD-OWED').posted).toBe(200n);
      expect(events.map(({ type }) => type)).toEqual(['DEPOSIT', 'SHORTFALL_REPAID']);
      expect(JSON.parse(events[1]!.payload)).toEqual({
        ...{ entryId: 'repayment', reference: 'transfer', asset: 'USD', amount: '500', owed: '200' },
      });
    });

    it('takes out only what is left beyond that, and says so', () => {
      expect(withdraw(1_000n, 200n, 501n)).toEqual(
        refusal('The withdrawal needs 5.01 USD; 5 USD is available beyond the 2 USD that the account owes.'),
      );
      expect(withdraw(400n, 200n, 1n)).toEqual(
        refusal('The withdrawal needs 0.01 USD; 0 USD is available beyond the 2 USD that the account owes.'),
      );
      const books = owing(1_000n, 200n);
      expect(decideTransfer(books, at, facts({ kind: 'WITHDRAWAL', amount: 500n })).ok).toBe(true);
      // What is left is not taken for the debt: only money that comes in is.
      expect(books.changes().entries.map(({ kind }) => kind)).toEqual(['WITHDRAWAL']);
    });
  });

  it('finds no account that is not its user’s, and none that is closed', () => {
    const absent = [{ code: 'NOT_FOUND', message: 'The account does not exist.', field: ['accountId'] }];
    expect(decideTransfer(booksOf(), at, facts({ userId: 'user of b' }))).toEqual({ ok: false, failures: absent });
    expect(decideTransfer(booksOf(), at, facts({ accountId: 'nowhere' }))).toEqual({ ok: false, failures: absent });
    const closed = booksOf({ accounts: [account('a', { status: 'CLOSED' })] });
    expect(decideTransfer(closed, at, facts())).toEqual({
      ok: false,
      failures: [{ code: 'ACCOUNT_CLOSED', message: 'The account is closed.', field: ['accountId'] }],
    });
  });
});

describe('a reversal', () => {
  const entry = { id: 'entry', kind: 'DEPOSIT', reference: 'transfer', createdAt: new Date(0) } as const;
  const lines = transferLines('a', 'USD', 500n);
  const facts = { entry, lines, id: 'reversal', reason: 'a mistake' };

  it('posts the exact opposite once, and tells the customer and not the house', () => {
    const books = booksOf({ balances: [balance('a', 'USD', 500n)] });
    const reversal = { id: 'reversal', kind: 'REVERSAL', reference: 'entry', createdAt: at };
    expect(decideReversal(books, at, facts)).toEqual({ ok: true, value: reversal });
    const { postings, events } = books.changes();
    expect(postings.map(({ accountId, amount }) => [accountId, amount])).toEqual([
      [house.world, 500n],
      ['a', -500n],
    ]);
    expect(events.map(({ accountId, type, payload }) => [accountId, type, JSON.parse(payload)])).toEqual([
      [
        'a',
        'TRANSFER_REVERSED',
        { entryId: 'reversal', reverses: 'entry', asset: 'USD', amount: '-500', reason: 'a mistake' },
      ],
    ]);
    expect(decideReversal(books, at, { ...facts, id: 'again' })).toEqual({
      ok: false,
      failures: [{ code: 'ALREADY_REVERSED', message: 'The entry has been reversed.', field: ['transferId'] }],
    });
  });

  it('takes nothing that the customer no longer has available', () => {
    const books = booksOf({ balances: [balance('a', 'USD', 600n, 101n)] });
    expect(decideReversal(books, at, facts)).toEqual({
      ok: false,
      failures: [
        { code: 'INSUFFICIENT_FUNDS', message: 'Account a no longer has enough USD available.', field: ['transferId'] },
      ],
    });
    expect(books.changes().entries).toEqual([]);
    expect(codeOf(decideReversal(booksOf({ balances: [balance('a', 'USD', 600n, 100n)] }), at, facts))).toBeUndefined();
  });

  it('looks at what all lines of an account take together, and lets the house owe', () => {
    const books = booksOf({ balances: [balance('a', 'USD', 5n), balance('b', 'USD', 5n)] });
    const line = (accountId: string, amount: bigint) => ({ accountId, asset: 'USD', amount });
    expect(shortOf(books, [line('a', -9n), line('a', 4n), line(house.world, -100n)])).toBeUndefined();
    expect(shortOf(books, [line('a', -5n), line('b', -3n), line('b', -3n)])).toEqual(line('b', -6n));
  });
});

describe('the lines of an entry', () => {
  it('of a trade are cash against units and a fee for each side, and sum to nothing', () => {
    const lines = tradeLines({
      buyer: 'a',
      seller: 'b',
      baseAsset: 'AAPL',
      quoteAsset: 'USD',
      qty: 3n,
      value: 900n,
      buyerFee: 2n,
      sellerFee: 1n,
    });
    const sum = (accountId: string, asset: string): bigint =>
      lines
        .filter((line) => line.accountId === accountId && line.asset === asset)
        .reduce((all, line) => all + line.amount, 0n);
    expect(['a', 'b', house.fees].map((id) => [sum(id, 'USD'), sum(id, 'AAPL')])).toEqual([
      [-902n, 3n],
      [899n, -3n],
      [3n, 0n],
    ]);
    // Fees are lines of their own.
    expect(lines.map(({ amount }) => amount)).toEqual([-900n, 900n, -3n, 3n, -2n, 2n, -1n, 1n]);
    expect(reversed(lines).map(({ amount }) => amount)).toEqual([900n, -900n, 3n, -3n, 2n, -2n, 1n, -1n]);
  });
});
