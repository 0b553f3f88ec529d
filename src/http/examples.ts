/** GraphiQL's tabs on a first visit: a new user's first minutes, in order. */
export const exampleTabs: { query: string; variables?: string; headers?: string }[] = [];
