/** The use cases that resolvers call. */
export type Services = {};
