import { RefusedError } from '../../errors.ts';
import type { Permission } from './permissions.ts';

/** What a viewer is told who lacks a permission, wherever it is asked for. */
export const forbidden = (permission: Permission): RefusedError =>
  new RefusedError('FORBIDDEN', `This needs the permission "${permission}".`, undefined, { permission });
