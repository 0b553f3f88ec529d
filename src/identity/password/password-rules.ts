import type { Config } from '../../config.ts';
import { type Failure, failure } from '../../errors.ts';
import { nameKey } from '../users/names.ts';
import { commonWords } from './common-passwords.ts';

const lookAlikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
const unmask = (text: string): string => text.replace(/[013457@$!]/g, (sign) => lookAlikes[sign] ?? sign);

/** "dragondragon" is "dragon": a repetition adds nothing. */
const unrepeated = (text: string): string => {
  const period = (text + text).indexOf(text, 1);
  return text.slice(0, period);
};

const PREFIX = 6;
const SUFFIX = 8;

/** A common word with a few digits or signs before or after it, in any spelling. */
const isDecoratedWord = (text: string): boolean => {
  const before = Math.min(PREFIX, /^[^a-z]*/.exec(text)?.[0].length ?? 0);
  const after = Math.min(SUFFIX, /[^a-z]*$/.exec(text)?.[0].length ?? 0);
  for (let start = 0; start <= before; start += 1) {
    for (let end = text.length - after; end <= text.length; end += 1) {
      if (end <= start) continue;
      const core = unrepeated(text.slice(start, end));
      if (commonWords.has(core) || commonWords.has(unmask(core))) return true;
    }
  }
  return false;
};

const rows = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', '1234567890-=', 'qwertyuiop[]', 'qwertzuiop', 'azertyuiop'];
const moreRows = ["asdfghjkl;'", 'zxcvbnm,./', 'yxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/'];
const neighbours: ReadonlySet<string> = new Set(
  [...rows, ...moreRows].flatMap((row) =>
    [...row].slice(1).flatMap((key, at) => [`${row[at]}${key}`, `${key}${row[at]}`]),
  ),
);

/** Counting, the alphabet, a walk over the keyboard, or a few characters over and over. */
const isPattern = (text: string): boolean => {
  const characters = [...text];
  if (new Set(characters).size <= 3 || [...unrepeated(text)].length <= 4) return true;
  const steps = characters.slice(1).filter((key, at) => key === characters[at] || neighbours.has(characters[at] + key));
  return steps.length >= (characters.length - 1) * 0.75;
};

export const isCommonPassword = (password: string): boolean => {
  const text = password.normalize('NFKC').toLowerCase();
  return isPattern(text) || isDecoratedWord(text);
};

/** Shorter names are inside too many good passwords by chance. */
const NAME_LENGTH = 4;

/** Why a new password is refused. `names` are the user's own: sign-in name and e-mail address. */
export const checkPassword = (
  password: string,
  { bounds, names, field }: { bounds: Config['password']; names: readonly string[]; field: string },
): Failure | undefined => {
  if (!password.isWellFormed()) return failure('INVALID_INPUT', 'The password has half a character.', field);
  const length = [...password.normalize('NFKC')].length;
  if (length < bounds.min) {
    return failure('PASSWORD_TOO_SHORT', `A password has at least ${bounds.min} characters.`, field);
  }
  if (length > bounds.max) {
    return failure('PASSWORD_TOO_LONG', `A password has at most ${bounds.max} characters.`, field);
  }
  if (isCommonPassword(password)) {
    return failure('PASSWORD_TOO_COMMON', 'This password is among the first that are tried; choose another.', field);
  }
  const key = nameKey(password);
  const isInside = (name: string): boolean => name.length >= NAME_LENGTH && key.includes(name);
  if (names.map((name) => nameKey(name.split('@')[0] ?? '')).some(isInside)) {
    return failure('PASSWORD_TOO_COMMON', 'The password contains the username or e-mail name; choose another.', field);
  }
  return undefined;
};
