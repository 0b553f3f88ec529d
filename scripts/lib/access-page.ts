import type { Access } from '../../src/graphql/access.ts';
import { accessLevels } from '../../src/graphql/rules.ts';
import { schema } from '../../src/graphql/schema.ts';
import { hasPermission, permissionsOf, type Role } from '../../src/identity/viewer/permissions.ts';

const roles = Object.keys(permissionsOf) as Role[];

const row = ([field, access]: [string, Access]): string => {
  const needs = typeof access === 'string' ? access : `\`${access.permission}\``;
  const may = (role: Role): boolean => typeof access === 'string' || hasPermission([role], access.permission);
  const cells = [access === 'public', ...roles.map(may)].map((allowed) => (allowed ? 'yes' : '–'));
  return `| \`${field}\` | ${needs} | ${cells.join(' | ')} |`;
};

/** docs/access.md, from the access levels that the root fields were registered with. */
export const accessPage = (): string => {
  const rows = [...accessLevels(schema)].sort(([one], [other]) => (one < other ? -1 : 1)).map(row);
  const permissions = roles.map(
    (role) => `| ${role} | ${permissionsOf[role].map((name) => `\`${name}\``).join(', ') || 'their own things only'} |`,
  );
  return `# Access

<!-- Made from the registered access levels by \`npm run generate\`. -->

Who may use which root field. A field that was registered without an access level stops the start, and what has no rule is denied.
\`enrolling\` is signed in, also where \`SECOND_FACTOR\` wants a second factor that is not set up yet, which keeps from every other field but the public ones.
Signed-in users see and change what is their own; whose something is, is decided in the statement that reads it.

| field | needs | nobody signed in | ${roles.join(' | ')} |
| --- | --- | --- | ${roles.map(() => '---').join(' | ')} |
${rows.join('\n')}

## Permissions of the roles

| role | permissions |
| --- | --- |
${permissions.join('\n')}
`;
};
