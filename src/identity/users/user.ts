import type { UserStatus } from '../../database/generated/enums.ts';
import type { Role } from '../viewer/permissions.ts';

/** A user as others may see one who have the permission; nothing here signs anybody in. */
export interface User {
  id: string;
  number: number;
  username: string;
  email: string;
  roles: readonly Role[];
  status: UserStatus;
  createdAt: Date;
}

/** A row of `users` less what only sign-in needs. */
export const toUser = ({ id, number, username, email, roles, status, createdAt }: User): User => ({
  id,
  number,
  username,
  email,
  roles,
  status,
  createdAt,
});
