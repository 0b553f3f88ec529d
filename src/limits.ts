import { availableParallelism } from 'node:os';

import { guard } from './limits/guard.ts';
import { limiter } from './limits/limiter.ts';
import { mail, passwordReset } from './limits/mail.ts';
import { breached } from './limits/passwords.ts';
import { signingIn } from './limits/signing-in.ts';
import { venue } from './limits/venue.ts';

/** Every bound in the system, each with its reason. A bound that operators may move is in config.ts instead. */
export const limits = {
  http: {
    /** The largest sensible request, 100 orders with keys, is about 40 kB. */
    bodyBytes: 100_000,
    /** Values of a body's JSON: a hundred orders with every field given have about 2,000. */
    jsonValues: 5_000,
    /** The deepest input lies 6 levels down; reading goes a call deeper for each. */
    jsonNesting: 24,
    /** Items of a list, or members of an object, that a request gives: ten times what any list of the API takes. */
    listItems: 1_000,
    /** Node's own default; a session token and ordinary headers are under 4 kB. */
    headerBytes: 16_384,
    headersCount: 100,
    /** A client that sends slower than this only holds a connection. */
    headersTimeout_ms: 10_000,
    requestTimeout_ms: 10_000,
    /** An answer that its reader has not taken by then, or a stream whose reader takes nothing for so long, is cut. */
    answerTimeout_ms: 10_000,
    /** Longer than the idle timeout of common load balancers (60 s), so that they close first. */
    keepAliveTimeout_ms: 65_000,
    connections: 10_000,
    /** In-flight requests get this long to finish after SIGTERM, below the 30 s that orchestrators grant. */
    drain_ms: 10_000,
    /** Of a tag that stands for a body: 132 bits. */
    etagCharacters: 22,
    /** How often Node looks for connections that exceeded the timeouts above; its own default is 30 s. */
    checkConnections_ms: 1_000,
    /** A readiness check that has not answered by then counts as down. */
    check_ms: 2_000,
  },
  graphql: {
    /** The largest ready example has about 150 tokens. */
    tokens: 2_000,
    /** Brackets within brackets, of any kind: 12 levels of fields, arguments and values. The parser goes a call deeper for each. */
    nesting: 40,
    /** orders → edges → node → account → balances → asset is 6; GraphiQL's introspection is allowed apart. */
    depth: 12,
    /** Breadth by aliases is how one document becomes a thousand. */
    aliases: 30,
    directives: 30,
    /** Fragment spreads, and fields that repeat a name beside them: validation compares each with all others. */
    spreads: 60,
    repeats: 60,
    /** Introspection may cost this many times what GraphiQL's own question costs. */
    introspections: 2,
    /** Root fields of one document: each mutation field is an operation of its own. */
    rootFields: 20,
    /** Cost of a document: one a field, a list's fields times its page size. A page of 100 orders with fills fits. */
    complexity: 5_000,
    /** Of validation errors in one answer; more help nobody. */
    errors: 20,
    /** Of what one error says; the longest of ours has about 300. */
    errorCharacters: 1_000,
    /** Of parsed documents kept, counted by their source; parsed they take up to 200 times as much. */
    documentCacheCharacters: 500_000,
    /** Of documents that clients registered by hash in this process: a thousand screens; a lost one is sent again. */
    persistedCharacters: 2_000_000,
  },
  page: {
    default: 20,
    max: 100,
    /** Rows that a page may lie behind where it is counted, not followed: the database walks over each of them. */
    skip: 100_000,
    /** Orders that are looked at for a total: a tenth of a second. */
    counted: 100_000,
    /** Of numbered pages, so that the last one, at its largest, lies within `skip`. */
    numbered: 1_000,
  },
  text: {
    /** A key of a client's own: long enough for two UUIDs. */
    idempotencyKey: 128,
    clientOrderId: 128,
    search: 64,
    reason: 256,
    /** In the log; names come from the client. */
    operationName: 64,
    /** A hash, or the id that a frontend's build gave to a document. */
    documentId: 128,
    path: 128,
    displayName: 100,
    /** A BCP 47 tag or an IANA zone's name: the longest in use have about 35 characters. */
    tag: 64,
    /** RFC 5321: the longest path that a mail server must take, without its brackets. */
    email: 254,
  },
  password: {
    /**
     * argon2id with 19 MiB keeps a core busy for about 20 ms; two at once leave the thread pool usable. On two cores only one runs,
     * or a flood of sign-ins takes the core that answers everybody else.
     */
    concurrent: Math.min(2, Math.max(1, availableParallelism() - 1)),
    /** At about 20 ms each, the last in the queue waits about 1 s. */
    queue: 100,
    /** Of those who are known, before a stranger goes: strangers have a quarter of the gate at worst. */
    urgentInARow: 3,
  },
  breached,
  mail,
  passwordReset,
  signIn: {
    /**
     * Sign-ins whose user is looked up and whose attempt is counted at a time, about 2 ms each; a crowd that asked at once would hold
     * everybody else's requests up. The last of the queue waits about 0.5 s.
     */
    lookUps: { concurrent: 4, queue: 1_000, urgentInARow: 3 },
    /** NIST SP 800-63B-4, 3.2.2: at most a hundred failures in a row. For one name, from devices that it is not known on. */
    failuresPerDay: 100,
    /** Addresses that a user is known at; the one not seen longest makes room. */
    knownAddresses: 20,
    /** An address says little about a person after a season. */
    knownFor_days: 90,
  },
  ...signingIn,
  lane: {
    /** Rows of one batch's statements; beyond a few hundred the commit is no longer what costs. */
    batch: 256,
    /** Batches in flight at a time: while Postgres writes one, the next is decided. More would wait for the same processor. */
    inFlight: 2,
    /** What a batch must have in it to start beside another one; less shares the next commit instead. */
    beside: 128,
    /** Orders of this process that wait for their acknowledgement and need not be read back for it: some batches of them. */
    freshOrders: 2_000,
    /** Commands that wait; at 3,000 a second the last waits about a second. Beyond it OVERLOADED. */
    queue: 4_000,
    /** Attempts of one batch after a serialization failure or a deadlock. */
    attempts: 5,
    /** How long a caller waits for its answer while the database is away; the command itself is never left undecided. */
    answer_ms: 10_000,
    /** How long a repeat of an idempotency key waits for the answer of the request that is still in flight. */
    idempotencyWait_ms: 2_000,
    /** What such a repeat is told to wait: nearly every command is answered by then. */
    idempotencyRetry_s: 1,
    /** How often waiting callers are looked through for one whose time is up. */
    sweep_ms: 250,
    /** How often a process that lacks the paper venue’s lease asks for it: how long the venue rests after its holder died. */
    lease_ms: 500,
    /** So long its holder may be silent; with the two above the next one has it within five seconds. */
    leaseSilence_ms: 3_000,
    /** Between attempts to rebuild a venue's books while the database is away. */
    rebuildPause_ms: 500,
  },
  market: {
    /** How often a process reads what operators decided in another one, where it did not hear of it: all of them know within a second. */
    refresh_ms: 500,
  },
  venue,
  guard,
  trading: {
    /** One order of an account that an operator has set nothing for, in whole currency: a typing error, not a wish. */
    orderValue: 10_000_000n,
    /** All orders that such an account places on one UTC day, in whole currency; 90 times this still fits BIGINT. */
    dailyNotional: 1_000_000_000n,
  },
  orders: {
    /** One request: its rows fill less than half of the lane's batch. */
    perRequest: 100,
    /** Open orders of one account: bounds the book's memory and the work of a mass cancel. */
    openPerAccount: 1_000,
    /** Orders that a mass cancel reads at once: its commands take a small part of the lane's queue. */
    cancelPage: 500,
    /** Open orders that are read at once when the book is rebuilt: a few megabytes. */
    restorePage: 2_000,
    /** Orders of one account that one decision of a mass cancel asks. */
    cancelsPerCommand: 100,
    /** How often a mass cancel goes after orders that were replaced just before it met them: each time takes a whole replacement. */
    cancelRounds: 20,
    /** Orders that one decision puts aside at the end of a session, or sends at its beginning. */
    sessionPage: 200,
    /** How often a closed market is searched for an order that a late report brought back. */
    sessionLook_ms: 10_000,
    /** The latest moment of a dead-man's switch: a day, as exchanges have it. */
    cancelAllAfter_s: 86_400,
    /** How often the process that runs the venue looks for what is due. */
    sweep_ms: 250,
  },
  ledger: {
    /** Lines of one account in one entry: a trade has three, cash, units and the fee; a bound for reading whole entries. */
    linesOfAccount: 4,
    /** Open lots shown of one position, the oldest: what the next sells take from. */
    lotsShown: 100,
    /** Fills read at a time for the lots of a past instant: most positions are made of fewer. */
    pastLotsPage: 200,
    /** Fills of one position that are gone through for its lots of a past instant: some milliseconds a thousand. */
    pastLotsFills: 10_000,
    /** How often the worth of an instrument that moved is kept. */
    marks_ms: 60_000,
    /** Points of one chart: each is a few look-ups an instrument, and no screen shows more. */
    chartPoints: 400,
    /** Differences that one look through the books lists; more are not read one by one. */
    differencesShown: 100,
    /** Executions fetched at a time while positions are rebuilt: a few megabytes. */
    replayBatch: 5_000,
    /** One check reads a whole table: a minute a hundred million postings is what it may take. */
    booksStatement_ms: 600_000,
  },
  exports: {
    /** Each keeps one of the pool's connections while its client reads; requests must find the rest free. */
    total: 4,
    perOwner: 2,
    retryAfter_s: 10,
    /** Movements read at a time: about 250 kB of text, of which two or three are in memory while a client reads slowly. */
    page: 1_000,
    /** How long its snapshot may live, which keeps vacuum from removing rows: at 10 MB/s the file has gigabytes by then. */
    duration_ms: 600_000,
    /** A client that takes nothing for this long has lost interest. */
    stall_ms: 30_000,
  },
  money: {
    /** One paper deposit or withdrawal, in whole currency: far above any paper account, far below BIGINT. */
    transfer: 100_000_000n,
    /**
     * What a deposit may bring an account's cash to: one of the largest transfers. All deposits together are one BIGINT, that of the world
     * outside, 92 billion at the scale of cash: without a bound, one account could take all of that for itself.
     */
    paperBalance: 100_000_000n,
  },
  limiter,
  database: {
    /** Two cores of Postgres are saturated by about ten busy connections. */
    pool: 10,
    connect_ms: 5_000,
    /** No statement of a request runs longer; a lock that is not granted by then is refused. */
    statement_ms: 10_000,
    lock_ms: 5_000,
    /**
     * How long a transaction may wait for its process before Postgres takes it back, locks and all: a process that is frozen, or whose
     * machine is gone, would keep everybody else from those rows. Far longer than a collection of garbage or a crowd of password hashes
     * keeps an event loop; twice this (one such transaction may wait for another) is over before the venue's next holder needs the rows.
     */
    transactionIdle_ms: 2_000,
    /** When Postgres begins to ask whether the machine of a silent connection is there still, how often, and how many times in vain. */
    keepalive: { idle_s: 10, interval_s: 5, count: 3 },
    /** How long what Postgres has sent may stay unacknowledged before it gives the connection up: no statement waits longer. */
    unacknowledged_ms: 10_000,
    /** Of one transaction that loses against others; the third in a row would need a crowd on the same two rows. */
    attempts: 3,
    /** How often within the time below the embedded Postgres is brought back after it died by itself; more is no accident. */
    restarts: 10,
    restarts_ms: 60_000,
    /** How long a start waits for the data folder of a server that is ending. */
    folder_ms: 3_000,
  },
} as const;
