import { type JsonSchema, objectOf } from '../openapi/json-schema.ts';

const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const flag: JsonSchema = { type: 'boolean' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const timeOrNull: JsonSchema = { type: ['string', 'null'], format: 'date-time' };

const roleWord: JsonSchema = { type: 'string', enum: ['user', 'support', 'auditor', 'admin'] };

const shown = { id: text, email: text, display_name: text, is_active: flag };
const member = { ...shown, username: text, created_at: time };
const record = objectOf({ ...member, updated_at: time, last_login_at: timeOrNull, is_verified: flag });
const user = objectOf({ ...shown, roles: { type: 'array', items: roleWord }, created_at: time });

const envelope = (data: JsonSchema): JsonSchema =>
  objectOf({
    data,
    message: { type: 'string', const: 'Success' },
    status_code: count,
    timestamp: time,
    request_id: { type: 'null' },
  });

const check = objectOf({
  status: { type: 'string', enum: ['healthy', 'unhealthy'] },
  latency_ms: { type: 'number', minimum: 0 },
  message: { type: ['string', 'null'] },
});

/** What its answers are: users are dressed up one by one, and one look at a page or an example does not show what may be null. */
export const schemas001: Readonly<Record<string, JsonSchema>> = {
  '/health/ready': objectOf({
    status: { type: 'string', enum: ['healthy', 'degraded', 'unhealthy'] },
    checks: { type: 'object', additionalProperties: check },
    version: text,
  }),
  FrameworkRegister: envelope(user),
  FrameworkMe: envelope(user),
  FrameworkAddRole: envelope(user),
  FrameworkRoles: envelope({
    type: 'array',
    items: objectOf({
      id: roleWord,
      name: roleWord,
      description: text,
      permissions: { type: 'array', items: text },
      is_system: flag,
    }),
  }),
  FrameworkUsers: objectOf({
    items: { type: 'array', items: objectOf(member) },
    total: count,
    page: { type: 'integer', minimum: 1 },
    size: { type: 'integer', minimum: 1 },
    pages: count,
    has_next: flag,
    has_previous: flag,
  }),
  FrameworkUserById: record,
  FrameworkCreateUser: record,
  FrameworkUpdateUser: record,
};
