import './schema-changes.ts';
import './schema-roles.ts';
import './schema-users.ts';
