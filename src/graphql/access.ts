import type { Permission } from '../identity/permissions.ts';

/** Who may use a root field. Chosen where the field is registered; a root field without one stops the start. */
export type Access = 'public' | 'signedIn' | { permission: Permission };
