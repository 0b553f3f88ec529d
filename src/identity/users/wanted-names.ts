import { type Failure, failure } from '../../errors.ts';
import { checkEmail, checkUsername } from './names.ts';
import type { WantedNames } from './taken.ts';

export interface NamesInput {
  username?: string | null | undefined;
  email?: string | null | undefined;
}

/** The names that somebody is to have instead of the present ones, and what is wrong with them. */
export const readWantedNames = (
  { username, email }: NamesInput,
  present: WantedNames = {},
): { names: WantedNames; failures: Failure[] } => {
  const names: WantedNames = {};
  const failures: Failure[] = [];
  const want = (field: keyof WantedNames, name: string | null | undefined, check: typeof checkEmail): void => {
    if (name === undefined || name === present[field]) return;
    const unfit = name === null ? failure('INVALID_INPUT', 'A user cannot be without this.', field) : check(name);
    if (unfit !== undefined) failures.push(unfit);
    else if (name !== null) names[field] = name;
  };
  want('username', username, checkUsername);
  want('email', email?.trim() ?? email, checkEmail);
  return { names, failures };
};
