import { type Cases, type Made, NOBODYS, withOrder, withSession } from './case.ts';
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
    given: ({ name }) => ({ ...newcomer(name, 'f'), username: `${name}-f-0a1b2c` }),
    sent: only('email', 'password'),
    refused: ({ name }) => [{ ...newcomer(name, 'f'), email: `${name}@example.com`, username: `${name}-f-0a1b2d` }],
  },
  FrameworkLogin: byEmail,
  FrameworkRefresh: refreshing,
  FrameworkLogout: { before: withSession },
  FrameworkMe: {},
  FrameworkUsers: { as: 'admin', given: () => ({ first: 3 }), sent: () => ({ page: 1, page_size: 3 }) },
  FrameworkUserById: { as: 'admin', given: ({ id }) => ({ id }), refused: () => [{ id: NOBODYS }] },

  ApiRegister: {
    as: 'nobody',
    given: ({ name }) => newcomer(name, 'a'),
    refused: ({ name }) => [{ ...newcomer(name, 'b'), username: name }],
  },
  ApiLogin: byName,
  ApiMe: {},

  RelayRegister: {
    as: 'nobody',
    given: ({ name }) => ({ ...newcomer(name, 'y'), email: `${name}-y@users.invalid` }),
    sent: only('username', 'password'),
    refused: ({ name }) => [{ ...newcomer(name, 'z'), username: name }],
  },
  RelayLogin: byName,
  RelayServices: { as: 'admin' },
  RelayCircuits: { as: 'admin' },
  RelayReset: { as: 'admin', given: () => ({ service: 'quotes' }), refused: () => [{ service: 'none' }] },

  EnvelopeRegister: {
    as: 'nobody',
    given: ({ name }) => ({ ...newcomer(name, 'v'), email: `${name}-v@users.invalid` }),
    sent: only('username', 'password'),
    refused: ({ name }) => [{ ...newcomer(name, 'w'), username: name }],
  },
  EnvelopeLogin: byName,
};
