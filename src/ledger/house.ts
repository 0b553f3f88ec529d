/** The accounts of the house. Their ids are fixed, so that every process and every database names them alike. */
export const house = {
  /** The paper venue's makers: the other side of a trade that is not a customer. May owe. */
  venue: '00000000-0000-7000-8000-000000000001',
  /** Fees earned. */
  fees: '00000000-0000-7000-8000-000000000002',
  /** The world outside: what customers have put in is what it owes. */
  world: '00000000-0000-7000-8000-000000000003',
  /** What it lends to customers whose cash is short, and the other side of the units that it buys in for them. May owe. */
  cover: '00000000-0000-7000-8000-000000000004',
} as const;
