import { builder } from './builder.ts';
import './scalars.ts';
import './user-error.ts';
import '../identity/schema.ts';
import '../profile/schema.ts';
import '../admin/schema.ts';
import '../audit/schema.ts';
import '../market/schema.ts';
import '../ledger/schema.ts';
import '../orders/schema.ts';
import '../controls/schema.ts';
import '../guard/schema.ts';
import '../limiter/schema.ts';
import '../trades/schema.ts';

/** The whole schema: every noun adds its types and fields to the builder when it is imported. */
export const schema = builder.toSchema();
