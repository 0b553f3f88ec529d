import { type Ask, isKnown, refresh, type Session, signIn, signOut, signUp } from './ask.ts';

/** A user may have 50 sessions: an attack on more needs more users. */
const SESSIONS_OF_USER = 40;

const raceAlone = async (ask: Ask, { refreshToken }: Session, width: number): Promise<string[]> => {
  const answers = await Promise.all(Array.from({ length: width }, () => refresh(ask, refreshToken)));
  const successors = new Set(answers.map((answer) => answer?.refreshToken));
  if (successors.size !== 1 || successors.has(undefined)) return [`${successors.size} successors of one refresh token`];
  const next = await refresh(ask, [...successors][0]!);
  return next !== null && (await isKnown(ask, next.accessToken)) ? [] : ['the successor does not work'];
};

const raceAgainstSignOut = async (ask: Ask, first: Session, width: number, at: number): Promise<string[]> => {
  const answers = await Promise.all(
    Array.from({ length: width }, (_, index) =>
      index === at ? signOut(ask, first.accessToken).then(() => null) : refresh(ask, first.refreshToken),
    ),
  );
  const left = [first, ...answers.filter((answer) => answer !== null)];
  const known = await Promise.all(
    [...new Set(left.map(({ accessToken }) => accessToken))].map((token) => isKnown(ask, token)),
  );
  const alive = await Promise.all(
    [...new Set(left.map(({ refreshToken }) => refreshToken))].map((token) => refresh(ask, token)),
  );
  return [
    ...(known.includes(true) ? ['an access token works after its session was signed out'] : []),
    ...(alive.some((answer) => answer !== null) ? ['a refresh token works after its session was signed out'] : []),
  ];
};

/**
 * Sends each session's refresh token many times at once. In every second session a sign-out comes in between: whatever the others
 * were given, nothing of the session may work afterwards. Answers what went wrong.
 */
export const raceRefreshes = async (ask: Ask, sessions: number, width: number): Promise<string[]> => {
  const wrong: string[] = [];
  let user = '';
  for (let number = 0; number < sessions; number += 1) {
    let session: Session | null;
    if (number % SESSIONS_OF_USER === 0) {
      user = `racer${number}`;
      session = await signUp(ask, user);
    } else session = await signIn(ask, user);
    if (session === null) throw new Error('a sign-in of the attack was refused');
    const found =
      number % 2 === 0
        ? await raceAlone(ask, session, width)
        : await raceAgainstSignOut(ask, session, width, (number * 7) % width);
    wrong.push(...found.map((what) => `session ${number}: ${what}`));
  }
  return wrong;
};
