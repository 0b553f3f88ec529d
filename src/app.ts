import { type Admin, createAdmin } from './admin/admin.ts';
import { type Audit, createAudit } from './audit/audit.ts';
import { createCommand } from './audit/command.ts';
import { createRecordRead } from './audit/record-read.ts';
import { sealKey } from './audit/seal-key.ts';
import { createSealer } from './audit/sealer.ts';
import { type Config, ConfigError } from './config.ts';
import type { Controls } from './controls/controls.ts';
import { openDatabase } from './database/database.ts';
import { startDatabase } from './database/start.ts';
import { readRegisteredDocuments } from './graphql/registered-documents.ts';
import { schema } from './graphql/schema.ts';
import { createGraphql } from './graphql/server.ts';
import { type Circuits, createCircuits } from './guard/circuits.ts';
import { createGuards } from './guard/guards.ts';
import { createCircuitStore } from './guard/store.ts';
import { createHttpServer } from './http/server.ts';
import { openCheckBreached } from './identity/breached.ts';
import { demoUsers } from './identity/demo.ts';
import { createIdentity, type Identity } from './identity/identity.ts';
import { createPasswords } from './identity/password.ts';
import type { Clock } from './kernel/clock.ts';
import { createIds } from './kernel/ids.ts';
import { giveDemoMoney } from './ledger/demo.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createLedgerMetrics } from './ledger/metrics.ts';
import { createLimiter } from './limiter/limiter.ts';
import { openMail } from './mail/open.ts';
import type { Market } from './market/market.ts';
import type { Orders } from './orders/orders.ts';
import { createProfile, type ProfileService } from './profile/profile.ts';
import { portsOf, readFaces } from './rest/faces.ts';
import { createFacePages } from './rest/pages.ts';
import { createRest } from './rest/rest.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { Trades } from './trades/trades.ts';
import { createTrading } from './trading.ts';
import type { VenueOptions } from './venues/http/connect.ts';

/** The use cases that resolvers call. */
export interface Services {
  identity: Identity;
  profile: ProfileService;
  admin: Admin;
  audit: Audit;
  market: Market;
  ledger: Ledger;
  orders: Orders;
  controls: Controls;
  circuits: Circuits;
  trades: Trades;
}

export interface App {
  listen(): Promise<{ url: string; port: number }>;
  /** Finishes what was begun, then stops the market, the lane and the database, in that order. */
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  clock: Clock;
  log?: Log;
  /** Told what happens while the database starts. */
  progress?: (line: string) => void;
}

/** Its client of HTTP is loaded where there is such a venue only: it is a twentieth of the memory of a server at rest. */
const openExternalVenue = async ({ venue, ...rest }: Omit<VenueOptions, 'config'> & Pick<Config, 'venue'>) =>
  venue && (await import('./venues/http/connect.ts')).connectVenue({ config: venue, ...rest });

/** Production on a database that was tried out in development. */
const refuseDemoUsers = (open: readonly string[]): void => {
  if (open.length === 0) return;
  const problem = `the database has demo users whose passwords are published (${open.join(', ')})`;
  throw new ConfigError(
    'DATABASE_URL',
    `${problem}: change those or delete the users with ENVIRONMENT=development, or take a new database (ENVIRONMENT=production)`,
  );
};

/** The only place where parts are joined. */
export const createApp = async ({
  config,
  clock,
  log = createLog(config),
  progress = () => {},
}: AppOptions): Promise<App> => {
  // What was started is stopped in the opposite order, also when a later part fails to start.
  const stops: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  };
  try {
    const ids = createIds(clock);
    const metrics = createMetrics();
    const started = await startDatabase(config, progress);
    stops.push(started.stop);
    for (const warning of started.warnings) log.warn(warning);
    const database = await openDatabase(started.url, {
      onIdleError: (error) => log.warn({ err: error }, 'a database connection was lost'),
    });
    stops.push(database.close);

    const guards = await createGuards({
      store: createCircuitStore(database),
      breaker: config.breaker,
      clock,
      now_ms: () => performance.now(),
      processId: ids.next(),
      metrics,
      log,
    });
    stops.push(async () => guards.stop());
    const limiter = await createLimiter({ config, connection: database.connection, clock, metrics, log, guards });
    stops.push(limiter.close);

    const key = sealKey(config);
    if (key === undefined) log.warn('AUDIT_SEALS is false: the audit log is not sealed');
    else {
      const { sealFolder: folder, sealEvery_s } = config.audit;
      const sealer = createSealer({ database, clock, ids, log, folder, key, every_ms: sealEvery_s * 1000 });
      await sealer.start();
      stops.push(sealer.stop);
    }

    const venueGuard = guards.define(config.venue === undefined ? 'venue:paper' : `venue:${config.venue.name}`);
    const quotesGuard = guards.define('quotes');
    const external = await openExternalVenue({ venue: config.venue, database, venueGuard, quotesGuard });
    if (external !== undefined) stops.push(external.close);
    const trading = await createTrading({
      config,
      database,
      clock,
      ids,
      log,
      orderBudget: limiter.budgets.orders,
      makeVenue: external?.makeVenue,
    });
    stops.push(trading.stop);
    const passwords = createPasswords();
    const breached = await openCheckBreached({ url: config.breachedPasswordsUrl, guards, clock, metrics, log });
    stops.push(breached.close);
    const { checkBreached } = breached;
    const { budgets } = limiter;
    const identity = createIdentity({ database, clock, ids, config, budgets, passwords, checkBreached });
    const mail = await openMail({ config, database, guards, clock, log, compose: identity.composeMail });
    mail.start();
    stops.push(mail.stop);
    const services: Services = {
      identity,
      profile: createProfile({ database, clock, ids }),
      admin: createAdmin({
        database,
        clock,
        ids,
        forgetUser: identity.forgetUser,
        tellUser: identity.tellUser,
        passwords,
        checkBreached,
        config,
      }),
      audit: createAudit({ database, recordRead: createRecordRead(createCommand({ database, clock, ids })) }),
      circuits: createCircuits({
        guards,
        command: createCommand({ database, clock, ids }),
        dependencies: {
          venue: { guard: venueGuard, isStale: () => false },
          quotes: { guard: quotesGuard, isStale: trading.quotesAreStale },
        },
      }),
      ...trading.services,
    };
    createLedgerMetrics(metrics, services.ledger, log);
    if (config.production) refuseDemoUsers(await identity.openDemoUsers());
    await trading.start();
    if (config.demoData) {
      await identity.createDemoUsers();
      const userIds = demoUsers.map(({ id }) => id);
      await giveDemoMoney(services.ledger, ids, userIds);
    }

    const { file } = config.persistedDocuments;
    const documents = file === undefined ? new Map<string, string>() : readRegisteredDocuments(file, schema);
    const graphql = createGraphql({
      schema,
      services,
      log,
      clock,
      debugErrors: config.debugErrors,
      introspection: config.introspection,
      registered: documents,
      registeredOnly: config.persistedDocuments.only,
    });
    const checks = {
      database: () => database.pool.query('SELECT 1'),
      venue: async () => {
        if (!trading.ready()) throw new Error('the venue runs in no process');
      },
    };
    const pages = createFacePages({
      clock,
      checks,
      // Without Redis limits go on, each process by itself.
      optional: config.redisUrl === undefined ? {} : { redis: limiter.ping },
      circuits: services.circuits.list,
    });
    const faces = readFaces(config.restFaces);
    const rest = createRest({ graphql, schema, faces, clock, pages });
    const http = createHttpServer({
      rest,
      facePorts: portsOf(faces),
      config,
      log,
      clock,
      ids,
      graphql,
      authenticate: identity.authenticate,
      limits: limiter.requests,
      checks,
      metrics,
      exports: services.ledger,
    });
    return {
      listen: async () => {
        const { host, port } = await http.listen();
        stops.push(http.close);
        const name = host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host;
        return { url: `http://${name.includes(':') ? `[${name}]` : name}:${port}`, port };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
