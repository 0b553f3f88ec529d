import { type GraphQLResolveInfo, Kind } from 'graphql';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { connectionArgs, connectionComplexity, connectionOf, pagesOf } from '../graphql/connection.ts';
import { perRequest } from '../graphql/per-request.ts';
import { UserRef } from '../identity/schema-user.ts';
import type { AuditRow } from './store.ts';

/** Once for a whole page of lines. */
const noteNames = perRequest((context) => {
  let noted: Promise<void> | undefined;
  return (): Promise<void> => {
    noted ??= context.services.audit.noteNames(actorOf(context));
    return noted;
  };
});

/** Whether nothing is asked of a user but the id, which is no name. What stands in a fragment counts as more. */
const isIdOnly = ({ fieldNodes }: GraphQLResolveInfo): boolean =>
  fieldNodes.every(({ selectionSet }) =>
    selectionSet?.selections.every(
      (selection) => selection.kind === Kind.FIELD && ['id', '__typename'].includes(selection.name.value),
    ),
  );

const AuditEntryRef = builder.objectRef<AuditRow>('AuditEntry').implement({
  description: 'One line of the log of everything that was changed or tried. Lines are never changed or removed.',
  fields: (t) => ({
    id: t.exposeID('id'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    actor: t.field({
      type: UserRef,
      nullable: true,
      description: 'Who did it; null when nobody was signed in. To ask for more than the id leaves a line in the log.',
      resolve: async ({ actor }, _, context, info) => {
        if (actor !== null && actor.id !== context.viewer?.id && !isIdOnly(info)) await noteNames(context)();
        return actor;
      },
    }),
    action: t.exposeString('action', {
      description: 'The name of the mutation, or of the query in which staff read what is a customer’s.',
    }),
    target: t.exposeString('target', { nullable: true, description: 'The id of what was changed.' }),
    requestId: t.exposeID('requestId', { description: 'As in the answer’s `X-Request-ID` and in the server’s log.' }),
    outcome: t.exposeString('outcome', { description: '`OK`, or the codes of the refusal, separated by spaces.' }),
    details: t.string({
      description: 'More about the action, as JSON text.',
      resolve: ({ details }) => JSON.stringify(details),
    }),
  }),
});

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'All that is given must fit.',
  fields: (t) => ({
    actorId: t.id(),
    action: t.string({ description: 'The exact name of a mutation, or of a query of staff.' }),
    target: t.string({ description: 'The exact id of what was changed.' }),
    outcome: t.string({ description: '`OK`, or the exact codes of a refusal.' }),
    from: t.field({ type: 'DateTime', description: 'This instant or later.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
  }),
});

const pages = pagesOf('auditLog');

builder.queryFields((t) => ({
  auditLog: t.field({
    type: connectionOf('AuditEntry', AuditEntryRef),
    access: { permission: 'audit:read' },
    description: 'The audit log, the newest line first.',
    args: { ...connectionArgs(t), filter: t.arg({ type: AuditFilter }) },
    complexity: connectionComplexity,
    resolve: async (_, { filter, ...args }, { services }) => {
      const request = pages.request(args);
      return pages.connection(await services.audit.list(filter ?? {}, request), request);
    },
  }),
}));
