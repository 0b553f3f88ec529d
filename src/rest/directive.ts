import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { BodyShape } from './select.ts';

/**
 * What the directive `@rest` of an operation says about its route:
 *
 *     @rest(method: POST, path: "/api/v1/…/{id}", body: "placeOrder.order", status: 201, location: "/api/v1/…/{placeOrder.order.id}")
 *
 * `body` is what of the result is the answer (see select.ts); without it the answer has none. Where that is no page by itself but has
 * the rows of one, `page` is the path to it.
 */
export interface RestDirective {
  method: RestMethod;
  path: string;
  status: number;
  body: BodyShape | undefined;
  /** Where in the result the page is whose neighbours the header Link tells. */
  page: string | undefined;
  /** The address of what was made, with paths into the result between braces. */
  location: string | undefined;
  /** Texts for variables that the request lacks, made of those that it has: `{ email: "{username}@users.invalid" }`. */
  derive: Readonly<Record<string, string>>;
  /** The days since when the route should no longer be used, and from when it will be gone: "2026-12-01". */
  deprecated: string | undefined;
  sunset: string | undefined;
}

const restMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type RestMethod = (typeof restMethods)[number];

const known = new Set(['method', 'path', 'status', 'body', 'page', 'location', 'derive', 'deprecated', 'sunset']);

/** Reads the directive; `name` is of the operation, for the message when it cannot be used. */
export const readRestDirective = ({ directives = [], name }: OperationDefinitionNode): RestDirective => {
  const refuse = (problem: string): never => {
    throw new Error(`REST operation ${name?.value ?? 'without a name'}: ${problem}`);
  };
  const own = (directives as readonly ConstDirectiveNode[]).filter((directive) => directive.name.value === 'rest');
  if (own.length !== 1 || directives.length !== 1) return refuse('needs @rest once, and no other directive');
  const values: Record<string, unknown> = {};
  for (const argument of own[0]?.arguments ?? []) {
    if (!known.has(argument.name.value)) refuse(`@rest has no argument "${argument.name.value}"`);
    values[argument.name.value] = valueFromASTUntyped(argument.value as ConstValueNode);
  }
  const { method, path, body, page, location, derive = {}, deprecated, sunset } = values;
  if (!restMethods.includes(method as RestMethod)) return refuse(`method is one of ${restMethods.join(', ')}`);
  if (typeof path !== 'string' || !/^(\/[\w.~-]+|\/\{\w+\})+$|^\/$/.test(path)) return refuse('path is no path');
  const status = values.status ?? (body === undefined ? 204 : 200);
  if (typeof status !== 'number' || status < 200 || status > 299) return refuse('status is one of 200 to 299');
  for (const date of [deprecated, sunset])
    if (date !== undefined && !(typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date) && Date.parse(date) > 0))
      return refuse('deprecated and sunset are days, such as "2026-12-01"');
  return {
    method: method as RestMethod,
    path,
    status,
    body: body as BodyShape | undefined,
    page: page as string | undefined,
    location: location as string,
    derive: derive as Record<string, string>,
    deprecated: deprecated as string | undefined,
    sunset: sunset as string | undefined,
  };
};
