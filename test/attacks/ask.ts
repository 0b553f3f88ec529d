/** What an attacker or a client asks, over a connection that is kept. Answers `data`; throws what refused the whole request. */
export const createAsk =
  (url: string) =>
  async <Data>(query: string, variables: object = {}, token?: string): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data | null; errors?: { message: string }[] };
    if (data === undefined || data === null) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
    return data;
  };

export type Ask = ReturnType<typeof createAsk>;

export interface Session {
  accessToken: string;
  refreshToken: string;
}

const session = 'session { accessToken refreshToken } userErrors { code }';
const PASSWORD = 'correct horse battery';

export const signUp = async (ask: Ask, name: string): Promise<Session> => {
  const input = { username: name, email: `${name}@example.com`, password: PASSWORD };
  const mutation = `mutation ($input: RegisterInput!) { register(input: $input) { ${session} } }`;
  return (await ask<{ register: { session: Session } }>(mutation, { input })).register.session;
};

/** Null when it is refused, as with a wrong password. */
export const signIn = async (ask: Ask, username: string, password = PASSWORD): Promise<Session | null> => {
  const mutation = `mutation ($input: LoginInput!) { login(input: $input) { ${session} } }`;
  return (await ask<{ login: { session: Session | null } }>(mutation, { input: { username, password } })).login.session;
};

export const refresh = async (ask: Ask, refreshToken: string): Promise<Session | null> => {
  const mutation = `mutation ($input: RefreshInput!) { refresh(input: $input) { ${session} } }`;
  return (await ask<{ refresh: { session: Session | null } }>(mutation, { input: { refreshToken } })).refresh.session;
};

export const signOut = (ask: Ask, token: string): Promise<unknown> =>
  ask('mutation { logout { userErrors { code } } }', {}, token);

/** Whether the server still knows who sends this token. */
export const isKnown = (ask: Ask, token: string): Promise<boolean> =>
  ask('{ me { id } }', {}, token).then(
    () => true,
    () => false,
  );
