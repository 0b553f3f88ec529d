import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import { allow, deny, rule, shield } from 'graphql-shield';
import { RefusedError } from '../errors.ts';
import { forbidden } from '../identity/viewer/forbidden.ts';
import { hasPermission, type Permission } from '../identity/viewer/permissions.ts';
import { unauthenticated } from '../identity/viewer/unauthenticated.ts';
import type { Access } from './access.ts';
import type { GraphContext } from './context.ts';

const signedIn = rule('signedIn', { cache: 'no_cache' })((_parent, _args, context: GraphContext) =>
  context.viewer === null ? unauthenticated(context.tokenProblem) : true,
);

const enrolling = rule('enrolling', { cache: 'no_cache' })((_parent, _args, context: GraphContext) =>
  (context.viewer ?? context.enrolling) ? true : unauthenticated(context.tokenProblem),
);

const makePermissionRule = (permission: Permission) =>
  rule(`permission ${permission}`, { cache: 'no_cache' })((_parent, _args, context: GraphContext) => {
    if (context.viewer === null) return unauthenticated(context.tokenProblem);
    if (hasPermission(context.viewer.roles, permission)) return true;
    return forbidden(permission);
  });

/** Shield takes a rule's name for its identity: fields that need the same permission share one rule. */
const permissionRules = new Map<Permission, ReturnType<typeof makePermissionRule>>();
const withPermission = (permission: Permission) => {
  const known = permissionRules.get(permission) ?? makePermissionRule(permission);
  permissionRules.set(permission, known);
  return known;
};

const ruleOf = (access: Access) => {
  if (access === 'public') return allow;
  if (access === 'signedIn') return signedIn;
  return access === 'enrolling' ? enrolling : withPermission(access.permission);
};

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;
type Guard = (inner: Resolver, ...call: Parameters<Resolver>) => Promise<unknown>;

const rootTypes = (schema: GraphQLSchema): GraphQLObjectType<unknown, GraphContext>[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => type != null);

/** Every root field with who may use it, as `Query.me`; a field without an access level is named in the error. */
export const accessLevels = (schema: GraphQLSchema): Map<string, Access> => {
  const levels = new Map<string, Access>();
  for (const type of rootTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const access = field.extensions.access as Access | undefined;
      if (access === undefined) throw new Error(`${type.name}.${field.name} has no access level: say who may use it`);
      levels.set(`${type.name}.${field.name}`, access);
    }
  }
  return levels;
};

/** Shield answers a refusal as a value; a subscription would hand it on as a stream, so it is thrown. */
const guarded =
  (guard: Guard, inner: Resolver) =>
  async (...call: Parameters<Resolver>): Promise<unknown> => {
    const answer: unknown = await guard(inner, ...call);
    if (answer instanceof Error) throw answer;
    return answer;
  };

const rebuilt = (
  type: GraphQLObjectType<unknown, GraphContext>,
  guards: Record<string, Guard | { resolve: Guard }>,
  isSubscription: boolean,
): GraphQLObjectType => {
  const { fields, ...config } = type.toConfig();
  const guardedField = (name: string, field: (typeof fields)[string]): typeof field => {
    const entry = guards[name]!;
    const guard = 'resolve' in entry ? entry.resolve : entry;
    // A subscription is checked when it starts, not at every event.
    return isSubscription
      ? { ...field, subscribe: guarded(guard, field.subscribe ?? defaultFieldResolver) }
      : { ...field, resolve: guarded(guard, field.resolve ?? defaultFieldResolver) };
  };
  return new GraphQLObjectType({
    ...config,
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, guardedField(name, field)])),
  });
};

/**
 * The same schema with the rule tree of graphql-shield, made from the registered access levels, in front of every root
 * field. Root fields only: wrapping every leaf makes large lists three times as slow, and who owns what is the stores'
 * business. Whatever has no rule is denied, and no decision is remembered between fields.
 */
export const guardRootFields = (schema: GraphQLSchema): GraphQLSchema => {
  const levels = accessLevels(schema);
  const tree = Object.fromEntries(
    rootTypes(schema).map((type) => [
      type.name,
      Object.fromEntries(
        Object.keys(type.getFields()).map((name) => [name, ruleOf(levels.get(`${type.name}.${name}`)!)]),
      ),
    ]),
  );
  const permissions = shield(tree, {
    fallbackRule: deny,
    fallbackError: new RefusedError('FORBIDDEN', 'Nobody may use this field.'),
    allowExternalErrors: true,
    debug: true,
  }).generate(schema) as Record<string, Record<string, Guard | { resolve: Guard }>>;

  const { types, ...config } = schema.toConfig();
  const roots = new Set<GraphQLNamedType>(rootTypes(schema));
  const guardedRoot = (type: GraphQLObjectType | null | undefined): GraphQLObjectType | null =>
    type ? rebuilt(type, permissions[type.name]!, type === config.subscription) : null;
  return new GraphQLSchema({
    ...config,
    types: types.filter((type) => !roots.has(type)),
    query: guardedRoot(config.query),
    mutation: guardedRoot(config.mutation),
    subscription: guardedRoot(config.subscription),
  });
};
