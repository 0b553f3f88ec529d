import { setTimeout as sleep } from 'node:timers/promises';
import {
  GraphQLError,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { RefusedError } from '../../src/errors.ts';
import type { Access } from '../../src/graphql/access.ts';
import { type ConnectionArgs, connectionComplexity } from '../../src/graphql/connection.ts';
import type { GraphContext } from '../../src/graphql/context.ts';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const text = (access: Access, resolve: NonNullable<Field['resolve']>, args: Field['args'] = {}): Field => ({
  type: GraphQLString,
  args,
  resolve,
  extensions: { access },
});

/** As the builder marks what checks or sets a password, a code or a session. */
const marked = (field: Field): Field => ({ ...field, extensions: { ...field.extensions, oneADocument: true } });

const Node: GraphQLObjectType = new GraphQLObjectType({
  name: 'Node',
  fields: () => ({
    id: { type: GraphQLString, resolve: () => 'n' },
    name: { type: GraphQLString, resolve: () => 'node' },
    self: { type: Node, resolve: () => ({}) },
    page: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Node))),
      args: { first: { type: GraphQLInt } },
      resolve: (_, { first }) => Array.from({ length: first ?? 1 }, () => ({})),
      extensions: { complexity: (args: ConnectionArgs) => connectionComplexity(args) },
    },
  }),
});

async function* count(to: number): AsyncGenerator<{ ticks: number }> {
  for (let ticks = 1; ticks <= to; ticks += 1) yield { ticks };
}

/** What resolvers that take a while leave behind, so that tests can see what runs, and what was finished. */
export interface Effects {
  begun: string[];
  done: string[];
}

/** A small schema in plain graphql-js with every kind of field that the pipeline treats differently. */
export const testSchema = (effects: Effects = { begun: [], done: [] }): GraphQLSchema =>
  new GraphQLSchema({
    query: new GraphQLObjectType<unknown, GraphContext>({
      name: 'Query',
      fields: {
        hello: text('public', () => 'world'),
        echo: text('public', (_, { text: value, times }) => String(value).repeat(times ?? 1), {
          text: { type: new GraphQLNonNull(GraphQLString) },
          times: { type: GraphQLInt },
        }),
        me: text('signedIn', (_, __, { viewer }) => viewer?.username),
        users: text({ permission: 'users:read' }, () => 'everyone'),
        requestId: text('public', (_, __, { requestId }) => requestId),
        key: text('public', (_, __, { idempotencyKey }) => idempotencyKey),
        node: { type: Node, resolve: () => ({}), extensions: { access: 'public' } },
        bug: text('public', () => {
          throw new TypeError('the secret is hunter2');
        }),
        badLeaf: { type: GraphQLInt, resolve: () => 'not a number', extensions: { access: 'public' } },
        rogue: text('public', () => {
          throw new GraphQLError('a library said hunter2');
        }),
        busy: text('public', () => {
          throw new RefusedError('OVERLOADED', 'Come back later.', 3);
        }),
        slow: text('public', async () => {
          await sleep(150);
          effects.done.push('slow');
          return 'done';
        }),
        never: text('public', (_, __, context) => {
          effects.begun.push('never');
          const { signal } = context as GraphContext & { signal: AbortSignal };
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        }),
      },
    }),
    mutation: new GraphQLObjectType<unknown, GraphContext>({
      name: 'Mutation',
      fields: {
        touch: text('signedIn', () => void effects.done.push('touch')),
        login: marked(
          text('public', (_, { password }) => `token for ${String(password).length} characters`, {
            password: { type: new GraphQLNonNull(GraphQLString) },
            email: { type: GraphQLString },
          }),
        ),
        refresh: marked(text('public', () => 'fresh')),
        replay: text('public', (_, __, context) => {
          context.idempotencyReplayed = true;
          return 'stored';
        }),
        slowly: text('public', async () => {
          effects.begun.push('slowly');
          await sleep(150);
          effects.done.push('slowly');
          return 'done';
        }),
      },
    }),
    subscription: new GraphQLObjectType<unknown, GraphContext>({
      name: 'Subscription',
      fields: {
        ticks: {
          type: GraphQLInt,
          args: { to: { type: GraphQLInt, defaultValue: 3 } },
          subscribe: (_, { to }) => count(to),
          extensions: { access: 'signedIn' },
        },
        forever: {
          type: GraphQLInt,
          subscribe: async function* () {
            try {
              for (let forever = 1; ; forever += 1) {
                yield { forever };
                await sleep(10);
              }
            } finally {
              effects.done.push('stream closed');
            }
          },
          extensions: { access: 'public' },
        },
        quiet: {
          type: GraphQLInt,
          subscribe: async function* () {
            yield { quiet: 1 };
            await sleep(60_000, undefined, { ref: false });
          },
          extensions: { access: 'public' },
        },
        flood: {
          type: GraphQLString,
          subscribe: async function* () {
            try {
              for (;;) yield { flood: 'x'.repeat(100_000) };
            } finally {
              effects.done.push('flood closed');
            }
          },
          extensions: { access: 'public' },
        },
      },
    }),
  });
