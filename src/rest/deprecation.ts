import { type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { RestOperation } from './operation.ts';

const day = /\b(\d{4}-\d{2}-\d{2})\b/;

/** Dates that stand in a reason such as "Since 2026-12-01: use …; sunset 2027-06-01". */
const datesIn = (reason: string): { deprecated?: string; sunset?: string } => {
  const [, deprecated] = day.exec(reason) ?? [];
  const [, sunset] = /\bsunset (\d{4}-\d{2}-\d{2})\b/i.exec(reason) ?? [];
  return { ...(deprecated && { deprecated }), ...(sunset && { sunset }) };
};

/** Why the fields that an operation selects should no longer be used; empty where none of them is deprecated. */
const reasonsOf = ({ document }: RestOperation, schema: GraphQLSchema): string[] => {
  const reasons: string[] = [];
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: () => {
        const reason = types.getFieldDef()?.deprecationReason;
        if (reason != null) reasons.push(reason);
      },
    }),
  );
  return reasons;
};

/**
 * RFC 9745 and RFC 8594: since when a route, or a field of it, should no longer be used, and until when it is there. The directive says it, else the
 * reasons of the deprecated fields do; one that says no date stops the start, since the header cannot be without one.
 */
export const deprecationHeaders = (operation: RestOperation, schema: GraphQLSchema): Record<string, string> => {
  const reasons = reasonsOf(operation, schema);
  const told = reasons.map(datesIn);
  const earliest = (dates: (string | undefined)[]): string | undefined =>
    dates.filter((one) => one !== undefined).sort()[0];
  const deprecated = operation.deprecated ?? earliest(told.map((one) => one.deprecated));
  const sunset = operation.sunset ?? earliest(told.map((one) => one.sunset));
  if (deprecated === undefined) {
    if (reasons.length === 0 && sunset === undefined) return {};
    throw new Error(`REST operation ${operation.name}: say since when it is deprecated`);
  }
  return {
    Deprecation: `@${Date.parse(deprecated) / 1_000}`,
    ...(sunset && { Sunset: new Date(sunset).toUTCString() }),
  };
};
