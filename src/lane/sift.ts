export interface Sifted<Part> {
  /** Those that go together, in their order. */
  good: readonly Part[];
  bad: readonly { part: Part; error: unknown }[];
}

/**
 * Which of these parts go together, where all of them are known not to: in their order, each is taken that goes with those taken before.
 * What fails is halved until it is one part, so a single bad one among a hundred is found with some fourteen tries, and at the worst
 * there are two tries a part. `trial` tells why parts do not go together, or throws where it cannot tell.
 */
export const sift = async <Part>(
  parts: readonly Part[],
  trial: (parts: readonly Part[]) => Promise<{ error: unknown } | undefined>,
): Promise<Sifted<Part>> => {
  const bad: { part: Part; error: unknown }[] = [];
  const halved = async (good: readonly Part[], rest: readonly Part[]): Promise<readonly Part[]> => {
    const middle = Math.ceil(rest.length / 2);
    return taken(await taken(good, rest.slice(0, middle)), rest.slice(middle));
  };
  const taken = async (good: readonly Part[], rest: readonly Part[]): Promise<readonly Part[]> => {
    const together = [...good, ...rest];
    const failed = await trial(together);
    if (failed === undefined) return together;
    const [part] = rest;
    if (rest.length > 1 || part === undefined) return halved(good, rest);
    bad.push({ part, ...failed });
    return good;
  };
  const good = await halved([], parts);
  return { good, bad };
};
