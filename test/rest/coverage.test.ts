import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { readOperations } from '../../src/rest/operation.ts';
import { leftOut } from './coverage.ts';

/* A field or an input that GraphQL gets and the native face does not is here, with the reason, or it was forgotten. */

const users = 'Register Login Refresh ChangePassword ResetPassword Me UpdateLogin';
const lists = 'ListCircuits ResetCircuit IsolateCircuit';
const auditLog = 'ListAuditLog';

const onPurpose: Readonly<Record<string, string>> = {
  // A page has the cursors of its two ends; nobody goes on from the middle of one.
  'AuditEntryEdge.cursor': auditLog,
  'InstrumentEdge.cursor': 'ListInstruments',
  'JournalEntryEdge.cursor': 'GetStatement ListJournal',
  'OrderConnection.totalCount': 'ListOrders',
  'OrderEdge.cursor': 'ListOrders',
  'UserEdge.cursor': 'ListUsers',
  // For older faces, whose pages are numbered.
  'Query.users.skip': 'ListUsers',
  'UserConnection.totalCount': 'ListUsers',
  // The path names it in one way.
  'BustTradeInput.executionId': 'BustTrade',
  'CorrectTradeInput.executionId': 'CorrectTrade',
  'CancelOrderInput.accountId': 'CancelOrder',
  'CancelOrderInput.clientOrderId': 'CancelOrder',
  'ReplaceOrderInput.clientOrderId': 'ReplaceOrder',
  'Query.order.clientOrderId': 'GetOrder',
  'Query.order.id': 'GetOrderByClientOrderId',
  'Query.positions.accountId': 'ListOwnPositions',
  // DELETE has no body: a key is in its header, and a reason in an address would be in the logs of proxies.
  'CancelOrderInput.idempotencyKey': 'CancelOrder',
  'CloseUserInput.reason': 'CloseUser',
  // Has a route of its own, or a list below a list, which one order, one circuit or GraphQL shows.
  'Circuit.calls': lists,
  'Circuit.failures': lists,
  'Circuit.latency': lists,
  'Circuit.probesSucceeded': lists,
  'Instrument.quote': 'ListInstruments GetInstrument HaltInstrument ResumeInstrument',
  'Order.fills': 'ListOrders PlaceOrder CancelOrder ReplaceOrder PlaceOrders PlaceOrderList',
  'Position.lots': 'ListPositions ListOwnPositions',
  // The viewer, whom /me shows; what administrators see of a user is theirs.
  'LogoutPayload.user': 'Logout LogoutEverywhere',
  'Profile.user': 'GetProfile UpdateProfile',
  'User.displayName': `${users} ${auditLog}`,
  'User.lastSignInAt': `${users} ${auditLog}`,
  'User.secondFactor': `${users} ${auditLog}`,
  'User.updatedAt': `${users} ${auditLog}`,
  // Who acted is named; the rest of the user is at /users.
  'User.createdAt': auditLog,
  'User.email': auditLog,
  'User.isActive': auditLog,
  'User.isAdmin': auditLog,
  'User.number': auditLog,
  'User.roles': auditLog,
  'User.status': auditLog,
};

test('the native face has every field and every input that GraphQL has, but for those left out on purpose', () => {
  const operations = readOperations('native', schema);
  const gaps = Map.groupBy(
    operations.flatMap((operation) => leftOut(schema, operation).map((gap) => ({ gap, name: operation.name }))),
    ({ gap }) => gap,
  );
  const written = (names: readonly string[]): string => [...names].sort().join(' ');
  const found = [...gaps].map(([gap, of]) => [gap, written(of.map(({ name }) => name))]);
  const meant = Object.entries(onPurpose).map(([gap, names]) => [gap, written(names.split(' '))]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(meant));
});
