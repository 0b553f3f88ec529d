import type { ErrorCode, RefusedError } from '../errors.ts';
import type { Authenticate } from '../identity/viewer/viewer.ts';
import { overLimit } from '../limiter/refusal.ts';
import type { Meter, RequestLimits } from '../limiter/request-limits.ts';
import type { Verdict } from '../limiter/rule.ts';
import { type Exchange, type HttpAnswer, refusal } from './answer.ts';
import { createClientAddress } from './client-address.ts';
import type { Admit } from './routes.ts';
import { createWho } from './who.ts';

const refuse = (exchange: Exchange, { rule }: Meter, verdict: Verdict): HttpAnswer => {
  const { code, message, details, retryAfter_s } = overLimit(rule, verdict) as RefusedError & { code: ErrorCode };
  const retryAfter = retryAfter_s ?? 1;
  return refusal(exchange, code, message, { 'Retry-After': `${retryAfter}` }, { ...details, retryAfter });
};

/**
 * Who asks, and whether they may: before anything of the request is read. Without a viewer every request counts against its
 * address. A viewer's requests count by what they cost, which is known later; here only a viewer with nothing left is
 * turned away.
 */
export const createAdmission = ({
  authenticate,
  limits,
  trustedProxies,
}: {
  authenticate: Authenticate;
  limits: RequestLimits;
  trustedProxies: readonly string[];
}): { admit: Admit; settle(exchange: Exchange): unknown } => {
  const whoAsks = createWho(authenticate);
  const addressOf = createClientAddress(trustedProxies);
  return {
    admit: async (exchange) => {
      exchange.address = addressOf(exchange.request);
      exchange.who = await whoAsks(exchange.request);
      const { viewer, enrolling } = exchange.who;
      if (enrolling !== undefined) exchange.note.viewerId = enrolling.id;
      if (viewer === null) {
        const meter = limits.ofAddress(exchange.address);
        exchange.meter = meter;
        const verdict = meter.spent() ?? (await meter.take(1));
        return verdict.allowed ? undefined : refuse(exchange, meter, verdict);
      }
      exchange.note.viewerId = viewer.id;
      exchange.meter = limits.ofViewer(viewer);
      const spent = exchange.meter.spent();
      return spent && refuse(exchange, exchange.meter, spent);
    },
    /** Nothing is free: what was refused before its cost was known costs one. */
    settle: ({ meter }) => (meter !== undefined && meter.latest === undefined ? meter.take(1) : undefined),
  };
};
