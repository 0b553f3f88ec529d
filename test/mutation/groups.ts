/** What mutation testing changes, group by group, and the tests that have to notice: none of them needs a database. */
export interface Group {
  mutate: readonly string[];
  tests: readonly string[];
}

export const groups: Readonly<Record<string, Group>> = {
  identity: {
    mutate: ['src/identity/sessions/{tokens,refresh-token}.ts', 'src/identity/password/gate.ts'],
    tests: ['test/identity/sessions/{access-token,refresh-token}.test.ts', 'test/identity/password/gate.test.ts'],
  },
  passwords: {
    mutate: ['src/identity/password/password-rules.ts', 'src/identity/users/names.ts'],
    tests: ['test/identity/password/password-rules.test.ts', 'test/identity/users/names.test.ts'],
  },
  access: {
    mutate: [
      'src/graphql/rules.ts',
      'src/identity/viewer/permissions.ts',
      'src/identity/viewer/unauthenticated.ts',
      'src/http/who.ts',
      'src/kernel/address.ts',
    ],
    tests: [
      'test/graphql/rules.test.ts',
      'test/identity/viewer/permissions.test.ts',
      'test/http/who.test.ts',
      'test/kernel/address.test.ts',
    ],
  },
  limiter: {
    mutate: [
      'src/limiter/{token-bucket,sliding-window,rule,budget,lease,refusal,request-limits}.ts',
      'src/limiter/stores/{fail-fast,memory,slots}.ts',
      'src/kernel/lru.ts',
    ],
    tests: ['test/limiter/{rules,budget,lease,fail-fast,request-limits,memory}.test.ts', 'test/kernel/lru.test.ts'],
  },
  ledger: {
    mutate: [
      'src/ledger/{entries,lots,position,holding,valuation,decide-transfer,decide-reversal}.ts',
      'src/lane/{books,hand,book-entry,changes,lots,needs,pick,sift}.ts',
      'src/ledger/{shortfall,books/replay}.ts',
      'src/kernel/decimal.ts',
      'src/market/average.ts',
    ],
    tests: [
      'test/ledger/{lots,decide,holding,replay}.test.ts',
      'test/lane/{books,lots,needs,pick,sift}.test.ts',
      'test/kernel/decimal.test.ts',
    ],
  },
  engine: {
    mutate: [
      'src/venues/paper/{book,desk,engine,floor,foresee,groups,ladder,recent,replace,stops}.ts',
      'src/venues/trail.ts',
    ],
    tests: ['test/venues/paper/{book,desk,desk-invariants,engine,ladder,paper,priority,recent,stops}.test.ts'],
  },
  orders: {
    mutate: [
      'src/orders/{order,risk,terms,list}.ts',
      'src/orders/place/{check-limits,check-session,check-trading,decide-place,decide-list}.ts',
      'src/orders/change/decide-cancel.ts',
      'src/orders/settle/{stop-order,decide-reconcile,decide-settle,decide-trade,decide-fit,decide-late}.ts',
      'src/orders/venue/decide-session.ts',
    ],
    tests: [
      'test/orders/{order,risk,terms}.test.ts',
      'test/orders/place/{decide,decide-place}.test.ts',
      'test/orders/settle/{decide-settle,decide-exits,decide-fit}.test.ts',
    ],
  },
};
