import type { FaceStatus, RestAnswer, RestRequest } from '../dialect.ts';
import { type JsonSchema, objectOf } from '../openapi/json-schema.ts';

interface Circuit {
  service?: string;
  name?: string;
  state?: string;
  failures?: number;
  success_count?: number;
  calls?: { outcome: string; count: number }[];
}

/** A state is a word in small letters there, and a client asks whether a service can be called. */
const stateOf = ({ state }: Circuit) => {
  const said = String(state).toLowerCase();
  return { said, available: said !== 'open' };
};

const circuitOf = (circuit: Circuit): object => {
  const { said, available } = stateOf(circuit);
  return { service: circuit.service, state: said, failures: circuit.failures, available };
};

/** Where a service is reached is nothing for an answer; a client wants a text there. */
const serviceOf = (circuit: Circuit): object => {
  const { said, available } = stateOf(circuit);
  return { name: circuit.name, url: `internal:${circuit.name}`, circuit_state: said, available };
};

/** What that gateway would have answered, by how the call to its upstream ended. */
const statuses: Readonly<Record<string, number>> = { OK: 200, OTHER: 200, DEADLINE: 504, CONNECTION: 503, GONE: 499 };
const FAILED = 502;
const REFUSED = 503;
const statusOf = (outcome: string): number =>
  outcome === 'REFUSED' || outcome === 'FULL' ? REFUSED : (statuses[outcome] ?? FAILED);

const figures = (circuits: readonly Circuit[]): object => {
  const counters: Record<string, number> = {};
  for (const { service, calls = [] } of circuits)
    for (const { outcome, count } of calls) {
      const key = `requests_total:service=${service},status=${statusOf(outcome)}`;
      counters[key] = (counters[key] ?? 0) + count;
    }
  const states = circuits.map((circuit) => {
    const { said, available } = stateOf(circuit);
    const { service = '', failures, success_count } = circuit;
    return [service, { state: said, failures, success_count, available }] as const;
  });
  return { counters, circuits: Object.fromEntries(states) };
};

const latency = (body: { service: string; samples?: number }): object =>
  body.samples === undefined ? { ...body, samples: 0, message: 'No latency data available' } : body;

/** Answers of operations in the form of the gateway. */
export const answers003 = (answer: RestAnswer, { operation }: RestRequest): RestAnswer => {
  const { body } = answer;
  switch (operation?.name) {
    case 'RelayCircuits':
      return { ...answer, body: (body as Circuit[]).map(circuitOf) };
    case 'RelayServices':
      return { ...answer, body: { services: (body as { services: Circuit[] }).services.map(serviceOf) } };
    case 'RelayMetrics':
      return { ...answer, body: figures((body as { circuits: Circuit[] }).circuits) };
    case 'RelayLatency':
      return { ...answer, body: latency(body as { service: string }) };
    default:
      return answer;
  }
};

/** For everybody: what kind of thing is down, as readiness tells too, not whose it is, which a name such as "venue:acme" does. */
export const publicCircuits = (circuits: ReturnType<FaceStatus['circuits']>): object =>
  Object.fromEntries(
    circuits.map((circuit) => {
      const { said, available } = stateOf(circuit);
      return [circuit.name.replace(/:.*/, ''), { state: said, failures: circuit.failures, available }];
    }),
  );

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const number = { type: 'number', minimum: 0 } as const;

const mapOf = (values: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: values });

const state = { type: 'string', enum: ['closed', 'half_open', 'open'] } as const;
const seen = { state, failures: count, available: { type: 'boolean' } } as const;

/** Objects whose keys are names of services, and one answer of two forms. */
export const schemas003: Readonly<Record<string, JsonSchema>> = {
  '/health/detailed': objectOf({
    status: { type: 'string', enum: ['degraded', 'healthy'] },
    redis: { type: 'string', enum: ['healthy', 'unhealthy'] },
    version: text,
    circuits: mapOf(objectOf(seen)),
  }),
  RelayMetrics: objectOf({ counters: mapOf(count), circuits: mapOf(objectOf({ ...seen, success_count: count })) }),
  RelayLatency: {
    anyOf: [
      objectOf({
        service: text,
        samples: count,
        avg_ms: number,
        p50_ms: number,
        p95_ms: number,
        p99_ms: number,
        min_ms: number,
        max_ms: number,
      }),
      objectOf({ service: text, samples: count, message: text }),
    ],
  },
};
