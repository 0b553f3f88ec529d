interface Tab {
  query: string;
  headers?: string;
}

const signedIn = JSON.stringify({ Authorization: 'Bearer PASTE-THE-ACCESS-TOKEN-HERE' }, null, 2);

const signUp: Tab = {
  query: `# 1. A new user. Copy the "accessToken" of the answer:
#    the next tabs take it in "Headers", below.
mutation SignUp {
  register(
    input: {
      username: "ada"
      email: "ada@example.com"
      password: "a long walk by the sea"
    }
  ) {
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
};

const deposit: Tab = {
  query: `# 2. Paper money. Amounts are strings, because a JSON
#    number would lose digits. Sent twice with the same
#    idempotency key, it is deposited once.
mutation Deposit {
  deposit(
    input: {
      amount: "10000.00"
      idempotencyKey: "first-deposit"
    }
  ) {
    transfer { id amount asset createdAt }
    userErrors { code message field }
  }
}
`,
  headers: signedIn,
};

const buy: Tab = {
  query: `# 3. An order at the market. It fills within a moment;
#    the next tab shows it.
mutation Buy {
  placeOrder(
    input: {
      symbol: "AAPL"
      side: BUY
      type: MARKET
      qty: "3"
      clientOrderId: "my-first-order"
    }
  ) {
    order { id clientOrderId status qty leavesQty }
    userErrors { code message field }
  }
}
`,
  headers: signedIn,
};

const portfolio: Tab = {
  query: `# 4. What became of it.
query Portfolio {
  orders(first: 10) {
    edges {
      node {
        clientOrderId
        symbol
        side
        type
        status
        qty
        filledQty
        filledAvgPrice
        fees
        fills { qty price fee createdAt }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
  positions {
    symbol
    qty
    averageEntryPrice
    marketValue
    unrealizedPnl
  }
  accounts {
    number
    buyingPower
    equity
    balances { asset posted held available }
  }
}
`,
  headers: signedIn,
};

const cancel: Tab = {
  query: `# 5. An order far from the market waits until it is
#    cancelled. The button asks which of the two to run.
mutation Wait {
  placeOrder(
    input: {
      symbol: "AAPL"
      side: BUY
      type: LIMIT
      qty: "1"
      limitPrice: "1.00"
      clientOrderId: "patient"
    }
  ) {
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
  headers: signedIn,
};

const administration: Tab = {
  query: `# 6. The demo administrator signs in; with the new access
#    token in "Headers", the other operation lists users.
mutation AdminSignIn {
  login(
    input: { email: "admin@example.com", password: "admin123" }
  ) {
    session { accessToken }
    userErrors { code message }
  }
}

query Users {
  users(first: 20) {
    edges {
      node { id number username roles isActive createdAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  headers: signedIn,
};

/** GraphiQL's tabs on a first visit: a new user's first minutes, in order. */
export const exampleTabs: Tab[] = [signUp, deposit, buy, portfolio, cancel, administration];
