import { type Failure, failure } from '../../errors.ts';
import { limits } from '../../limits.ts';

/** Never contains "@", so a sign-in name is either a username or an e-mail address, never both. */
const usernamePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{2,49}$/;

const label = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])?';
const emailPattern = new RegExp(`^[\\p{L}\\p{M}\\p{N}.!#$%&'*+/=?^_\`{|}~-]{1,64}@(?:${label}\\.)+${label}$`, 'u');

/** What a deleted user is called; nobody may look like one. */
const reserved = /^deleted-/i;

export const checkUsername = (username: string): Failure | undefined =>
  usernamePattern.test(username) && !reserved.test(username)
    ? undefined
    : failure(
        'INVALID_INPUT',
        'A username has 3 to 50 letters, digits, "_", "." or "-", and starts with a letter or digit.',
        'username',
      );

/** RFC 5322 lets a dot stand between other characters only. */
const strayDot = /^\.|\.\.|\.@/;

export const checkEmail = (email: string): Failure | undefined =>
  email.length <= limits.text.email && emailPattern.test(email) && !strayDot.test(email)
    ? undefined
    : failure('INVALID_INPUT', 'This is not an e-mail address.', 'email');

/**
 * What uniqueness and sign-in compare: compatibility forms and upper and lower case are one. JavaScript cannot fold
 * case, and some letters have several forms of one case (ß, ẞ and ss; σ and ς): going to and fro brings them together.
 */
export const nameKey = (name: string): string =>
  name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
