import type { Permission } from '../identity/viewer/permissions.ts';

/**
 * Who may use a root field. Chosen where the field is registered; a root field without one stops the start. `enrolling` is
 * signed in, also before a second factor is set up that one must have.
 */
export type Access = 'public' | 'signedIn' | 'enrolling' | { permission: Permission };
