import { z } from 'zod';

/** How the simulator misbehaves, until it is told otherwise. */
const shape = z.strictObject({
  /** Every request waits so long before it is done. */
  delay_ms: z.int().min(0).max(600_000).default(0),
  /** Every request is answered with this status, and nothing is done. */
  fail: z.union([z.literal(false), z.int().min(400).max(599)]).default(false),
  /** Requests are never answered, and nothing is done. */
  hang: z.boolean().default(false),
  /** Requests are done, and the connection is cut instead of an answer. */
  loseAnswers: z.boolean().default(false),
  /** Every page of reports begins with the ten before it again. */
  repeatReports: z.boolean().default(false),
  /** Every group of reports is left out of the first page that it should be on. */
  loseReports: z.boolean().default(false),
  /** Only requests whose path begins so; all but /admin when absent. */
  path: z.string().default('/v1'),
});

export type Faults = z.infer<typeof shape>;

export const noFaults: Faults = shape.parse({});
export const readFaults = (value: unknown) => shape.safeParse(value);
