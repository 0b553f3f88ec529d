import { type Cases, type Made, NOBODYS, withOrder, withPerson, withSession } from './case.ts';
import { PASSWORD, type Variables } from './world.ts';

const newcomer = (name: string, suffix: string) => ({
  username: `${name}-${suffix}`,
  email: `${name}-${suffix}@example.com`,
  password: PASSWORD,
});

const only =
  (...names: string[]) =>
  (variables: Variables): Variables =>
    Object.fromEntries(names.map((name) => [name, variables[name]]));

const refreshing = {
  as: 'nobody',
  before: async (...needs: Parameters<typeof withSession>) => ({
    refreshToken: (await withSession(...needs)).refreshToken!,
  }),
  given: (_: unknown, { refreshToken }: Made) => ({ refresh_token: refreshToken }),
  refused: () => [{ refresh_token: 'none' }],
} as const;

const byEmail = {
  as: 'nobody',
  given: ({ name }: { name: string }) => ({ email: `${name}@example.com`, password: PASSWORD }),
  refused: ({ name }: { name: string }) => [{ email: `${name}@example.com`, password: 'not the password' }],
} as const;

const byName = {
  as: 'nobody',
  given: ({ name }: { name: string }) => ({ username: name, password: PASSWORD }),
  refused: ({ name }: { name: string }) => [{ username: name, password: 'not the password' }],
} as const;

export const olderCases: Cases = {
  GatewayRegister: {
    as: 'nobody',
    given: ({ name }) => newcomer(name, 'g'),
    refused: ({ name }) => [
      { ...newcomer(name, 'g'), username: `${name}-h` },
      { ...newcomer(name, 'h'), password: 'x' },
    ],
  },
  GatewayLogin: byEmail,
  GatewayRefresh: refreshing,
  GatewayMe: {},
  GatewayLogout: { before: withSession },
  GatewayProfile: {},
  GatewayOrders: { before: withOrder, given: () => ({ first: 1 }), refused: () => [{ first: 101 }] },
  GatewayUsers: { as: 'admin', given: () => ({ first: 2 }) },

  FrameworkRegister: {
    as: 'nobody',
    // Its clients give no name; one is made of the address.
    given: ({ name }) => ({ ...newcomer(name, 'f'), username: `${name}-f-0a1b2c`, display_name: 'A Twin' }),
    sent: only('email', 'password', 'display_name'),
    refused: ({ name }) => [
      { ...newcomer(name, 'f'), email: `${name}@example.com`, username: `${name}-f-0a1b2d`, display_name: 'A Twin' },
      { ...newcomer(name, 'h'), username: `${name}-h-0a1b2d`, display_name: ' ' },
    ],
  },
  FrameworkLogin: byEmail,
  FrameworkRefresh: refreshing,
  FrameworkLogout: { before: withSession },
  FrameworkLogoutAll: { before: withPerson('e') },
  FrameworkMe: {},
  FrameworkUsers: {
    as: 'admin',
    given: () => ({ first: 3, skip: 3 }),
    sent: () => ({ page: 2, page_size: 3 }),
  },
  FrameworkRoles: { as: 'admin' },
  FrameworkCreateUser: {
    as: 'admin',
    given: ({ name }) => ({ ...newcomer(name, 'm'), display_name: 'A Twin' }),
    refused: ({ name }) => [newcomer(name, 'm'), { ...newcomer(name, 'n'), password: 'short' }],
  },
  FrameworkUpdateUser: {
    as: 'admin',
    before: withPerson('u'),
    given: (_, { id }) => ({ id, display_name: 'A Twin' }),
    refused: ({ name }, { id }) => [
      { id, username: name },
      { id: NOBODYS, display_name: 'A Twin' },
    ],
  },
  FrameworkDeleteUser: {
    as: 'admin',
    before: withPerson('x'),
    given: (_, { id }) => ({ id }),
    refused: () => [{ id: NOBODYS }],
  },
  FrameworkAddRole: {
    as: 'admin',
    before: withPerson('k'),
    given: (_, { id }) => ({ id, role_name: 'SUPPORT' }),
    sent: () => ({ role_name: 'support' }),
    refused: () => [{ id: NOBODYS, role_name: 'SUPPORT' }],
  },
  FrameworkRemoveRole: {
    as: 'admin',
    before: async (twin, world) => {
      const made = await withPerson('l')(twin, world);
      const mutation = 'mutation ($id: ID!) { addUserRole(input: { userId: $id, role: SUPPORT }) { user { id } } }';
      await world.must(mutation, { id: made.id });
      return made;
    },
    given: (_, { id }) => ({ id, role: 'SUPPORT' }),
    refused: (_, { id }) => [{ id, role: 'SUPPORT' }],
  },
  FrameworkUserById: { as: 'admin', given: ({ id }) => ({ id }), refused: () => [{ id: NOBODYS }] },

  ApiRegister: {
    as: 'nobody',
    given: ({ name }) => newcomer(name, 'a'),
    refused: ({ name }) => [{ ...newcomer(name, 'b'), username: name }],
  },
  ApiLogin: byName,
  ApiMe: {},
  ApiUpdateMe: {
    before: withPerson('put'),
    given: (_, { name }) => ({ username: `${name}-2`, current_password: PASSWORD }),
    refused: () => [
      { email: 'admin@example.com', current_password: PASSWORD },
      { password: 'short', current_password: PASSWORD },
    ],
  },
  ApiDeleteMe: { before: withPerson('gone') },

  RelayRegister: {
    as: 'nobody',
    given: ({ name }) => ({ ...newcomer(name, 'y'), email: `${name}-y@users.invalid` }),
    sent: only('username', 'password'),
    refused: ({ name }) => [{ ...newcomer(name, 'z'), username: name }],
  },
  RelayLogin: byName,
  RelayOrders: { before: withOrder, given: () => ({ first: 1 }), refused: () => [{ first: 101 }] },
  RelayOrderById: { before: withOrder, given: (_, { id }) => ({ id }), refused: () => [{ id: NOBODYS }] },
  RelayPlaceOrder: {
    given: () => ({ symbol: 'AAPL', side: 'BUY', type: 'LIMIT', quantity: '1', limit_price: '10' }),
    refused: () => [{ symbol: 'NONE', side: 'BUY', type: 'LIMIT', quantity: '1', limit_price: '10' }],
  },
  RelayProducts: { as: 'nobody', given: () => ({ first: 2 }), refused: () => [{ first: 101 }] },
  RelayServices: { as: 'admin' },
  RelayCircuits: { as: 'admin' },
  RelayMetrics: { as: 'admin' },
  RelayLatency: {
    as: 'admin',
    given: () => ({ service: 'quotes' }),
    refused: () => [{ service: 'none' }],
  },
  RelayReset: { as: 'admin', given: () => ({ service: 'quotes' }), refused: () => [{ service: 'none' }] },

  EnvelopeRegister: {
    as: 'nobody',
    given: ({ name }) => ({ ...newcomer(name, 'v'), email: `${name}-v@users.invalid` }),
    sent: only('username', 'password'),
    refused: ({ name }) => [{ ...newcomer(name, 'w'), username: name }],
  },
  EnvelopeLogin: byName,
};
