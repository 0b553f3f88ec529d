import {
  type Cases,
  type Made,
  NOBODYS,
  order,
  withEnrolment,
  withFactor,
  withOrder,
  withPerson,
  withSession,
  withTrade,
} from './case.ts';
import { PASSWORD, type Twin, type World } from './world.ts';

const period = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
const lately = () => ({ from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() });
const reason = 'Because the parity test says so';
const byId = (_: Twin, { id }: Made) => ({ id });
const nobodysId =
  (more: object = {}) =>
  () => [{ id: NOBODYS, ...more }];
const reset = ({ must }: World) =>
  must('mutation { resetCircuit(input: { name: "quotes" }) { circuit { name } userErrors { code } } }');
const resetMail = ({ must }: World) =>
  must('mutation { resetCircuit(input: { name: "mail" }) { circuit { name } userErrors { code } } }');
const isolateMail = ({ must }: World) =>
  must('mutation { isolateCircuit(input: { name: "mail", reason: "so" }) { circuit { name } userErrors { code } } }');
const release = ({ must }: World, { accountId }: Twin) => {
  const input = { scope: 'ACCOUNT', accountId, engaged: false, reason };
  const mutation = 'mutation ($input: SetKillSwitchInput!) { setKillSwitch(input: $input) { userErrors { message } } }';
  return must(mutation, { input });
};
const resume = ({ must }: World) =>
  must('mutation { resumeInstrument(input: { symbol: "MSFT" }) { instrument { symbol } userErrors { code } } }');

const deposited = async ({ token }: Twin, { must }: World) => ({
  id: (await must('mutation { deposit(input: { amount: "7" }) { transfer { id } } }', {}, token)).deposit.transfer.id,
});

const identity: Cases = {
  Register: {
    as: 'nobody',
    given: ({ name }) => ({ input: { username: `${name}-r`, email: `${name}-r@example.com`, password: PASSWORD } }),
    refused: ({ name }) => [
      { input: { username: name, email: `${name}-s@example.com`, password: PASSWORD } },
      { input: { username: `${name}-s`, email: `${name}@example.com`, password: PASSWORD } },
      { input: { username: `${name}-s`, email: `${name}-s@example.com`, password: 'short' } },
    ],
  },
  Login: {
    as: 'nobody',
    given: ({ name }) => ({ input: { username: name, password: PASSWORD } }),
    refused: ({ name }) => [{ input: { username: name, password: 'not the password' } }],
  },
  Refresh: {
    as: 'nobody',
    before: async (twin, world) => ({ refreshToken: (await withSession(twin, world)).refreshToken! }),
    given: (_, { refreshToken }) => ({ input: { refreshToken } }),
    refused: () => [{ input: { refreshToken: 'none' } }],
  },
  Logout: { before: withSession },
  ChangePassword: {
    before: withPerson('c'),
    given: () => ({ input: { currentPassword: PASSWORD, newPassword: `${PASSWORD}-2` } }),
  },
  LogoutEverywhere: { before: withPerson('e') },
  UpdateLogin: {
    before: withPerson('login'),
    given: (_, { name }) => ({ input: { username: `${name}-2`, currentPassword: PASSWORD } }),
    refused: () => [
      { input: { username: 'admin', currentPassword: PASSWORD } },
      { input: { email: 'nowhere', currentPassword: PASSWORD } },
    ],
  },
  EnrolSecondFactor: {
    before: withPerson('enrol'),
    given: () => ({ password: PASSWORD }),
    refused: () => [{ password: 'not the password' }],
    passing: ['secret', 'uri'],
  },
  ConfirmSecondFactor: {
    before: withEnrolment('confirm'),
    given: (_, { code }) => ({ code }),
    refused: (_, { code }) => [{ code }],
    passing: ['recoveryCodes'],
  },
  RemoveSecondFactor: {
    before: withFactor('remove'),
    given: (_, { code }) => ({ password: PASSWORD, code }),
    refused: (_, { code }) => [
      { password: 'not the password', code },
      { password: PASSWORD, code },
    ],
  },
  RenewRecoveryCodes: {
    before: withFactor('renew'),
    given: (_, { code }) => ({ password: PASSWORD, code }),
    refused: (_, { code }) => [{ password: PASSWORD, code }],
    passing: ['recoveryCodes'],
  },
  ResetSecondFactor: {
    as: 'admin',
    before: withFactor('lost'),
    given: (_, { id }) => ({ id, reason }),
    refused: (_, { id }) => [
      { id: NOBODYS, reason },
      { id, reason },
    ],
  },
  // Of nobody: a mail that is sent writes a line into the audit log, at a time of its own.
  RequestPasswordReset: {
    as: 'nobody',
    given: ({ name }) => ({ input: { email: `${name}-nobody@example.com` } }),
    refused: () => [{ input: { email: 'nowhere' } }],
  },
  ResetPassword: {
    as: 'nobody',
    before: async (twin, world) => {
      await resetMail(world);
      const { name } = await withPerson('forgot')(twin, world);
      const request =
        'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { success } }';
      return { resetToken: await world.mailed(() => world.must(request, { input: { email: `${name}@example.com` } })) };
    },
    given: (_, { resetToken }) => ({ input: { token: resetToken, newPassword: `${PASSWORD}-2` } }),
    refused: (_, { resetToken }) => [{ input: { token: resetToken, newPassword: `${PASSWORD}-3` } }],
  },
  SendPasswordReset: {
    as: 'admin',
    before: async (twin, world) => {
      await isolateMail(world);
      return withPerson('mail')(twin, world);
    },
    given: (_, { id }) => ({ id, reason }),
    refused: nobodysId({ reason }),
    // What was held back until it was compared is sent before the next one is.
    after: async (world) => {
      await world.mailed(() => resetMail(world));
      await isolateMail(world);
    },
  },
  DeleteAccount: { before: withPerson('d'), given: () => ({ password: PASSWORD }) },
  Me: {},
  GetProfile: {},
  UpdateProfile: {
    given: () => ({ input: { displayName: 'A Twin', locale: 'en-GB', timeZone: 'Europe/Paris' } }),
    refused: () => [{ input: { timeZone: 'Nowhere/At-all' } }],
  },
  ListUsers: { as: 'admin', given: () => ({ first: 3, role: 'USER' }), refused: () => [{ first: 3, after: 'none' }] },
  GetUser: { as: 'admin', given: ({ id }) => ({ id }), refused: nobodysId() },
  ListRoles: { as: 'admin' },
  CreateUser: {
    as: 'admin',
    given: ({ name }) => ({
      input: { username: `${name}-m`, email: `${name}-m@example.com`, password: PASSWORD, displayName: 'A Twin' },
    }),
    refused: ({ name }) => [
      { input: { username: name, email: `${name}@example.com`, password: PASSWORD } },
      { input: { username: '?', email: '?', password: '?' } },
    ],
  },
  UpdateUser: {
    as: 'admin',
    before: withPerson('u'),
    given: (_, { id, name }) => ({ id, username: `${name}-n`, displayName: 'A Twin' }),
    refused: ({ name }, { id }) => [
      { id, email: `${name}@example.com` },
      { id: NOBODYS, displayName: 'A Twin' },
    ],
  },
  CloseUser: { as: 'admin', before: withPerson('x'), given: byId, refused: nobodysId() },
  AddUserRole: {
    as: 'admin',
    before: withPerson('k'),
    given: (_, { id }) => ({ id, role: 'SUPPORT' }),
    refused: nobodysId({ role: 'SUPPORT' }),
  },
  RemoveUserRole: {
    as: 'admin',
    before: async (twin, world) => {
      const made = await withPerson('l')(twin, world);
      const mutation =
        'mutation ($id: ID!) { addUserRole(input: { userId: $id, role: SUPPORT }) { user { id } userErrors { code } } }';
      await world.must(mutation, { id: made.id });
      return made;
    },
    given: (_, { id }) => ({ id, role: 'SUPPORT' }),
    refused: (_, { id }) => [
      { id, role: 'SUPPORT' },
      { id, role: 'USER' },
    ],
  },
  SetUserRoles: {
    as: 'admin',
    before: withPerson('o'),
    given: (_, { id }) => ({ id, roles: ['USER', 'SUPPORT'] }),
    refused: nobodysId({ roles: ['USER'] }),
  },
  SuspendUser: {
    as: 'admin',
    before: withPerson('p'),
    given: (_, { id }) => ({ id, reason }),
    refused: nobodysId({ reason }),
  },
  ReinstateUser: {
    as: 'admin',
    before: async (twin, world) => {
      const made = await withPerson('i')(twin, world);
      const mutation = `mutation ($id: ID!) { suspendUser(input: { userId: $id, reason: "so" }) { user { id } } }`;
      await world.must(mutation, { id: made.id });
      return made;
    },
    given: byId,
    refused: nobodysId(),
  },
};

const money: Cases = {
  Deposit: {
    given: () => ({ input: { amount: '50000.25', idempotencyKey: 'first' } }),
    refused: () => [{ input: { amount: '-1' } }, { input: { amount: '1', idempotencyKey: 'first' } }],
  },
  Withdraw: { given: () => ({ input: { amount: '1.25' } }), refused: () => [{ input: { amount: '99999999' } }] },
  ListAccounts: {},
  GetAccount: { given: ({ accountId: id }) => ({ id }), refused: nobodysId() },
  ListBalances: { given: ({ accountId: id }) => ({ id }), refused: nobodysId() },
  ListPositions: { given: ({ accountId: id }) => ({ id }), refused: nobodysId() },
  ListOwnPositions: {},
  PortfolioHistory: {
    given: ({ accountId: id }) => ({ id, ...period, interval: 'DAY' }),
    refused: nobodysId({ ...period, interval: 'DAY' }),
  },
  GetStatement: {
    before: deposited,
    given: ({ accountId: id }) => ({ id, ...lately(), first: 2 }),
    refused: nobodysId(period),
  },
  SetAccountLimits: {
    as: 'admin',
    given: ({ accountId: id }) => ({ id, maxOpenOrders: 77, reason }),
    refused: nobodysId({ reason }),
  },
  ListJournal: { given: () => ({ first: 2 }), refused: () => [{ after: 'none' }] },
  ReverseTransfer: {
    as: 'admin',
    before: deposited,
    given: (_, { id }) => ({ id, reason }),
    // Of the account that everybody's money comes from, too.
    passing: ['balanceAfter', 'sequence'],
    refused: (_, { id }) => [
      { id, reason },
      { id: NOBODYS, reason },
    ],
  },
  ChartOfAccounts: { as: 'admin' },
  Books: { as: 'admin' },
};

const trading: Cases = {
  PlaceOrder: {
    given: ({ name }) => ({ input: order({ clientOrderId: name }) }),
    refused: ({ name }) => [
      { input: order({ qty: '-1' }) },
      { input: order({ symbol: 'NONE' }) },
      { input: order({ qty: '2', clientOrderId: name }) },
    ],
  },
  ListOrders: {
    before: withOrder,
    given: () => ({ first: 1, symbol: 'AAPL', status: ['NEW', 'FILLED'] }),
    refused: () => [{ first: 101 }],
  },
  GetOrder: { before: withOrder, given: byId, refused: nobodysId() },
  GetOrderByClientOrderId: {
    before: withOrder,
    given: (_, { clientOrderId }) => ({ clientOrderId }),
    refused: () => [{ clientOrderId: 'none of mine' }],
  },
  ReplaceOrder: {
    before: withOrder,
    given: (_, { id }) => ({ id, qty: '2' }),
    refused: nobodysId({ qty: '2' }),
  },
  CancelOrder: { before: withOrder, given: byId, refused: nobodysId() },
  PlaceOrders: { given: () => ({ input: { orders: [order(), order({ qty: '-1' })] } }) },
  PreviewOrder: { given: () => ({ input: order() }), refused: () => [{ input: order({ qty: '0' }) }] },
  PlaceOrderList: {
    before: withTrade,
    given: () => ({
      input: {
        type: 'OCO',
        orders: [
          { symbol: 'AAPL', side: 'SELL', type: 'LIMIT', qty: '1', limitPrice: '9000' },
          { symbol: 'AAPL', side: 'SELL', type: 'STOP', qty: '1', stopPrice: '10' },
        ],
      },
    }),
    refused: () => [{ input: { type: 'OCO', orders: [] } }],
  },
  CancelAllAfter: {
    given: () => ({ input: { seconds: 60 } }),
    refused: () => [{ input: { seconds: -1 } }],
    after: ({ must }, { token }) =>
      must('mutation { cancelAllAfter(input: { seconds: 0 }) { deadline { now } } }', {}, token),
  },
  CancelAllOrders: { before: withOrder, given: () => ({ input: {} }), refused: () => [{ input: { symbol: 'NONE' } }] },
  BustTrade: {
    as: 'admin',
    before: withTrade,
    given: (_, { id }) => ({ id, reason }),
    refused: (_, { id }) => [
      { id, reason },
      { id: NOBODYS, reason },
    ],
    passing: ['balanceAfter', 'sequence'],
  },
  CorrectTrade: {
    as: 'admin',
    before: withTrade,
    given: (_, { id }) => ({ id, price: '11', reason }),
    refused: nobodysId({ reason, price: '1' }),
    passing: ['balanceAfter', 'sequence'],
  },
};

const operators: Cases = {
  ListInstruments: { as: 'nobody', given: () => ({ first: 2 }) },
  GetInstrument: { as: 'nobody', given: () => ({ symbol: 'AAPL' }), refused: () => [{ symbol: 'NONE' }] },
  GetQuote: { as: 'nobody', given: () => ({ symbol: 'AAPL' }), refused: () => [{ symbol: 'NONE' }] },
  HaltInstrument: {
    as: 'admin',
    given: () => ({ symbol: 'MSFT', reason }),
    refused: () => [{ symbol: 'NONE', reason }],
    after: resume,
  },
  ResumeInstrument: {
    as: 'admin',
    before: async (_, { must }) => {
      await must(`mutation { haltInstrument(input: { symbol: "MSFT", reason: "so" }) { userErrors { message } } }`);
      return {};
    },
    given: () => ({ symbol: 'MSFT' }),
    refused: () => [{ symbol: 'NONE' }],
  },
  GetMarketStatus: { as: 'nobody' },
  SetMarketHours: {
    as: 'admin',
    given: () => ({ input: { mode: 'SESSIONS', reason } }),
    after: ({ must }) => must('mutation { setMarketHours(input: { mode: ALWAYS_OPEN }) { marketStatus { mode } } }'),
  },
  SetKillSwitch: {
    as: 'admin',
    given: ({ accountId }) => ({ input: { scope: 'ACCOUNT', accountId, engaged: true, reason } }),
    refused: () => [{ input: { scope: 'ACCOUNT', accountId: NOBODYS, engaged: true, reason } }],
    after: release,
  },
  ListKillSwitches: { as: 'admin' },
  ListAuditLog: { as: 'admin', given: () => ({ first: 5, action: 'setKillSwitch' }) },
  ListCircuits: { as: 'admin' },
  GetCircuit: { as: 'admin', given: () => ({ name: 'quotes' }), refused: () => [{ name: 'none' }] },
  IsolateCircuit: {
    as: 'admin',
    given: () => ({ name: 'quotes', reason }),
    refused: () => [{ name: 'none' }],
    after: reset,
  },
  ResetCircuit: {
    as: 'admin',
    before: async (_, { must }) => {
      await must(`mutation { isolateCircuit(input: { name: "quotes" }) { userErrors { message } } }`);
      return {};
    },
    given: () => ({ name: 'quotes' }),
    refused: () => [{ name: 'none' }],
  },
  GetRateLimit: { passing: ['remaining', 'resetAt'] },
};

export const nativeCases: Cases = { ...identity, ...money, ...trading, ...operators };
