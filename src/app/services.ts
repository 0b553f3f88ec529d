import type { Admin } from '../admin/admin.ts';
import type { Audit } from '../audit/audit.ts';
import { createCommand } from '../audit/command.ts';
import type { Controls } from '../controls/controls.ts';
import { type Circuits, createCircuits } from '../guard/circuits.ts';
import type { Identity } from '../identity/identity.ts';
import { openCheckBreached } from '../identity/password/breached.ts';
import { createPasswords } from '../identity/password/password.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createLedgerMetrics } from '../ledger/metrics.ts';
import { openMail } from '../mail/open.ts';
import type { Market } from '../market/market.ts';
import type { Orders } from '../orders/orders.ts';
import type { ProfileService } from '../profile/profile.ts';
import type { Trades } from '../trades/trades.ts';
import { createTrading } from '../trading.ts';
import { openVenue } from '../venues/open.ts';
import type { Ground } from './ground.ts';
import { createPeople } from './people.ts';
import type { Stops } from './stops.ts';

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

/** Users, with the mail that is sent to them. */
const openPeople = async (ground: Ground, stops: Stops) => {
  const { config, guards, limiter, metrics, clock, log, passwords = createPasswords() } = ground;
  const url = config.breachedPasswordsUrl;
  const { checkBreached, close } = await openCheckBreached({ url, guards, clock, metrics, log });
  stops.add(close);
  const { budgets } = limiter;
  const people = createPeople({ ...ground, budgets, passwords, checkBreached });
  const mail = await openMail({ ...ground, timers: ground.mailTimers, compose: people.identity.composeMail });
  mail.start();
  stops.add(mail.stop);
  return people;
};

/** Everything that the server can be asked for, and the part of it that has to be started. */
export const openServices = async (ground: Ground, stops: Stops) => {
  const { limiter, metrics, guards, log } = ground;
  const venue = await openVenue(ground);
  stops.add(venue.close);
  const trading = await createTrading({
    ...ground,
    orderBudget: limiter.budgets.orders,
    venueName: venue.name,
    makeVenue: venue.makeVenue,
  });
  stops.add(trading.stop);
  const services: Services = {
    ...(await openPeople(ground, stops)),
    circuits: createCircuits({
      guards,
      command: createCommand(ground),
      dependencies: {
        venue: { guard: venue.venueGuard, isStale: () => false },
        quotes: { guard: venue.quotesGuard, isStale: trading.quotesAreStale },
      },
    }),
    ...trading.services,
  };
  createLedgerMetrics(metrics, services.ledger, log);
  return { services, trading };
};
