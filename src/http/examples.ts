interface Tab {
  query: string;
  variables?: string;
  headers?: string;
}

const signedIn = JSON.stringify({ Authorization: 'Bearer PASTE-THE-ACCESS-TOKEN-HERE' }, null, 2);
const variables = (value: object): string => JSON.stringify(value, null, 2);

const signUp: Tab = {
  query: `# 1. A new user. Copy "accessToken" from the answer: the following tabs take it in their
#    "Headers" tab below, as  { "Authorization": "Bearer <accessToken>" }
mutation SignUp($input: RegisterInput!) {
  register(input: $input) {
    session {
      accessToken
      refreshToken
      expiresIn
      user { id username }
    }
    userErrors { code message field }
  }
}
`,
  variables: variables({ input: { username: 'ada', email: 'ada@example.com', password: 'a long walk by the sea' } }),
};

const deposit: Tab = {
  query: `# 2. Paper money. Amounts are strings: a JSON number would lose digits. With an idempotency
#    key, sending it twice deposits once.
mutation Deposit($input: DepositInput!) {
  deposit(input: $input) {
    transfer { id amount asset createdAt }
    userErrors { code message field }
  }
}
`,
  variables: variables({ input: { amount: '10000.00', idempotencyKey: 'first-deposit' } }),
  headers: signedIn,
};

const buy: Tab = {
  query: `# 3. An order at the market. It fills within a moment; tab 4 shows it.
mutation Buy($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { id clientOrderId status qty leavesQty }
    userErrors { code message field }
  }
}
`,
  variables: variables({
    input: { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '3', clientOrderId: 'my-first-order' },
  }),
  headers: signedIn,
};

const portfolio: Tab = {
  query: `# 4. What became of it: orders with their fills, positions, balances.
query Portfolio {
  orders(first: 10) {
    edges {
      node {
        clientOrderId symbol side type status qty filledQty filledAvgPrice fees
        fills { qty price fee createdAt }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
  positions { symbol qty averageEntryPrice marketValue unrealizedPnl }
  accounts { number buyingPower equity balances { asset posted held available } }
}
`,
  headers: signedIn,
};

const cancel: Tab = {
  query: `# 5. An order far from the market waits in the book, until it is cancelled.
#    The button above lets you choose which of the two to run.
mutation Wait($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { id status }
    userErrors { code message field }
  }
}

mutation Cancel {
  cancelOrder(input: { clientOrderId: "patient" }) {
    order { status filledQty }
    userErrors { code message field }
  }
}
`,
  variables: variables({
    input: { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '1.00', clientOrderId: 'patient' },
  }),
  headers: signedIn,
};

const administration: Tab = {
  query: `# 6. The demo administrator signs in and, with the new access token in "Headers", lists users.
mutation AdminSignIn {
  login(input: { email: "admin@example.com", password: "admin123" }) {
    session { accessToken }
    userErrors { code message }
  }
}

query Users {
  users(first: 20) {
    edges { node { id number username roles isActive createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  headers: signedIn,
};

/** GraphiQL's tabs on a first visit: a new user's first minutes, in order. */
export const exampleTabs: Tab[] = [signUp, deposit, buy, portfolio, cancel, administration];
