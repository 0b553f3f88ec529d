import { type Failure, failure } from '../errors.ts';
import { limits } from '../limits.ts';

/** Absent: stays as it is. Null: is cleared. */
export interface ProfileChanges {
  displayName?: string | null | undefined;
  locale?: string | null | undefined;
  timeZone?: string | null | undefined;
}

const isReadable = (text: string): boolean =>
  text.trim() === text &&
  text !== '' &&
  text.length <= limits.text.displayName &&
  !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);

const isLocale = (text: string): boolean => {
  try {
    return text.length <= limits.text.tag && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
};

/** A zone has a name; a bare offset knows nothing of summer time, though `Intl` takes it. */
const isTimeZone = (text: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text.length <= limits.text.tag && /^[A-Za-z]/.test(text);
  } catch {
    return false;
  }
};

const rules = {
  displayName: {
    fits: isReadable,
    message: `A display name has 1 to ${limits.text.displayName} characters, none of them invisible at its ends or a control character.`,
  },
  locale: { fits: isLocale, message: 'A locale is a BCP 47 tag such as "en-GB".' },
  timeZone: { fits: isTimeZone, message: 'A time zone is an IANA name such as "Europe/London".' },
} as const;

export const checkProfile = (changes: ProfileChanges): Failure[] =>
  (Object.keys(rules) as (keyof typeof rules)[]).flatMap((field) => {
    const value = changes[field];
    return value == null || rules[field].fits(value) ? [] : [failure('INVALID_INPUT', rules[field].message, field)];
  });
