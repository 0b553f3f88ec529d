/** What an access token that has been found good says of its times; older clients read them in an answer. */
export const tokenTimes = (authorization: string | undefined): { iat: number; exp: number } | undefined => {
  const [, payload] = /^\S+ +[^.]*\.([^.]*)\./.exec(authorization ?? '') ?? [];
  if (payload === undefined) return undefined;
  const { iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { iat: number; exp: number };
  return { iat, exp };
};
