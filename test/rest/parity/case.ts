import { codeAt } from '../../support/authenticator.ts';
import { PASSWORD, type Twin, type Variables, type World } from './world.ts';

export interface Made {
  /** Whose request it is, where it is not the twin's. */
  token?: string;
  [name: string]: string | undefined;
}

/** How a route is asked for by both ways. Mutations are asked for by one twin over GraphQL and by the other over REST. */
export interface Case {
  /** The twin where nothing is said. */
  as?: 'admin' | 'nobody';
  /** What each twin needs first. */
  before?: (twin: Twin, world: World) => Promise<Made>;
  given?: (twin: Twin, made: Made) => Variables;
  /** What a client sends, where that is not the variables by their names. */
  sent?: (variables: Variables) => Variables;
  /** What the rules refuse, or what leads to nothing. */
  refused?: (twin: Twin, made: Made) => Variables[];
  /** Puts back what is everybody's. */
  after?: (world: World, twin: Twin) => Promise<unknown>;
  /** Names of values that are others a moment later. */
  passing?: readonly string[];
}

export type Cases = Readonly<Record<string, Case>>;

export const NOBODYS = '019aa5a2-7c00-7000-8000-0000000000ff';

const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10' };

export const order = (more: Variables = {}): Variables => ({ ...resting, ...more });

const placing = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id clientOrderId } } }';

/** An order of the twin that rests on the book. */
export const withOrder = async ({ token }: Twin, { must, settled }: World): Promise<Made> => {
  const input = order({ clientOrderId: crypto.randomUUID() });
  const { id, clientOrderId } = (await must(placing, { input }, token)).placeOrder.order;
  await settled(token);
  return { id, clientOrderId };
};

/** A trade of the twin with a market maker. */
export const withTrade = async ({ token }: Twin, { must, settled }: World): Promise<Made> => {
  const input = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' };
  const { id } = (await must(placing, { input }, token)).placeOrder.order;
  await settled(token);
  const found = await must('query ($id: ID) { order(id: $id) { fills { tradeId } } }', { id }, token);
  return { id: found.order.fills[0].tradeId };
};

/** Somebody else of the twin's, for what ends a session or a user. */
export const withPerson =
  (suffix: string) =>
  async ({ name }: Twin, { person }: World): Promise<Made> => ({
    ...(await person(`${name}-${suffix}`)),
    name: `${name}-${suffix}`,
  });

/** A session of the twin's, to be ended. */
export const withSession = async ({ name }: Twin, { signIn }: World): Promise<Made> => ({ ...(await signIn(name)) });

/** Somebody else of the twin's who has begun to set up a second factor; `code` is its first. */
export const withEnrolment =
  (suffix: string) =>
  async (twin: Twin, world: World): Promise<Made> => {
    const made = await withPerson(suffix)(twin, world);
    const mutation =
      'mutation ($input: EnrolSecondFactorInput!) { enrolSecondFactor(input: $input) { enrolment { secret } } }';
    const { enrolSecondFactor } = await world.must(mutation, { input: { password: PASSWORD } }, made.token);
    return { ...made, code: codeAt(enrolSecondFactor.enrolment.secret, new Date()) };
  };

/** The same with a second factor; `code` is a recovery code. */
export const withFactor =
  (suffix: string) =>
  async (twin: Twin, world: World): Promise<Made> => {
    const { code, ...made } = await withEnrolment(suffix)(twin, world);
    const mutation =
      'mutation ($input: ConfirmSecondFactorInput!) { confirmSecondFactor(input: $input) { recoveryCodes } }';
    const { confirmSecondFactor } = await world.must(mutation, { input: { code } }, made.token);
    return { ...made, code: confirmSecondFactor.recoveryCodes[0] };
  };
