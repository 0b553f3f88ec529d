type Sent<Values extends readonly unknown[]> = { [At in keyof Values]: Promise<Values[At]> };

/**
 * What the statements of one flight answer. When one fails, all behind it fail too, only because it did; what is thrown is its
 * failure, whichever is heard of first.
 */
export const answersOf = async <Values extends readonly unknown[]>(sent: Sent<Values>): Promise<Values> => {
  const results = await Promise.allSettled(sent);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as Values;
};
